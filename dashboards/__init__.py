"""The mirror: metrics and health. Reads only; owns no business fact."""
