"""Run a real PostgreSQL and a real Valkey next to Aedile, so that one command starts everything."""
