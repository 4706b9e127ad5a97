"""Dates in English."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
