"""Build rows for tests through the real actions where there is one."""
