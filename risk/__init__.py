"""The senses: events, entities, signals, scores, links, rule evaluation on live events."""
