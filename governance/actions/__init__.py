"""Writes of governance: people, keys, audit, outbox, approvals, escalations."""
