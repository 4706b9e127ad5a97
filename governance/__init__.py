"""The constitution: people and roles, audit chain, outbox, approvals, escalations, channels."""
