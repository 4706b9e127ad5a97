"""Pure rules of dashboards: periods, charts."""
