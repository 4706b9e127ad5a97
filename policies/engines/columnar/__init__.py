"""The columnar engine: Arrow in, one yes/no array per rule out."""
