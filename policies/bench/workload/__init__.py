"""What the benchmark of rules runs on: events with 63 fields and random rules about them, made from a seed."""
