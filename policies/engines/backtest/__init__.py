"""Backtests: rules over past events in Parquet files, counted in one pass over several processes."""
