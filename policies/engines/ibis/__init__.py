"""Rules on an engine that the user already runs: the tree of the language lowered to Ibis expressions."""
