"""Tests of the engines behind Ibis."""
