"""Make a synthetic marketplace, with planted abuse and its ground truth, from a seed."""
