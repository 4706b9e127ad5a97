"""How each engine is opened, given tables and asked."""
