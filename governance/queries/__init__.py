"""Reads of governance, scoped to the viewer where the row belongs to a market."""
