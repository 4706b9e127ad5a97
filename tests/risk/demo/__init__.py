"""Tests of the demo marketplace."""
