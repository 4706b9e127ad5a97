"""The API through which events come in."""
