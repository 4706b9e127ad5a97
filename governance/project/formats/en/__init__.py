"""Dates in English: the day first, as on the charts and timelines, and never mistaken for the month."""
