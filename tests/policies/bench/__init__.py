"""Tests of the benchmark of rules."""
