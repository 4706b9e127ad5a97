"""Pure rules of governance: roles, actors, subjects, clocks."""
