"""Decisions on single events."""
