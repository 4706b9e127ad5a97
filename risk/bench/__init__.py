"""Benchmarks of risk; `manage.py bench NAME` runs them."""
