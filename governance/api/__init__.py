"""What every API of the house shares: keys, strict parsing, error form."""
