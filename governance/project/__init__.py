"""Settings, addresses, workers: what turns the five apps into one running product."""
