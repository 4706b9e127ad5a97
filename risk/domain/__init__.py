"""Pure rules of risk: event vocabulary, mappings, signals, scores."""
