"""What benchmarks of every room share: databases of their own, and what the machine is."""
