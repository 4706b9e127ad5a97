"""What was known of everyone involved when an event occurred: the columns that rules on the demo marketplace read.

Everything is computed from the events themselves, for all of them at once, and as of each event: what came later
changes nothing.
"""
