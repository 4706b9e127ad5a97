"""Engines that evaluate rules over many records at once: on Arrow columns, Parquet files and databases.

Modules here load NumPy and are themselves loaded where they are first needed (see docs/adr/0011), so that
checking a rule stays quick. pyarrow comes through `arrow`.
"""
