"""Benchmarks of the rule language against other engines; the engines are optional (requirements/bench.txt)."""
