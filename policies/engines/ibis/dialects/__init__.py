"""How each engine computes what the language needs."""
