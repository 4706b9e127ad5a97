"""Pure rules of cases: life cycles, priority, standing, notices."""
