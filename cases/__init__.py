"""The court: cases, decisions, sanctions and standing, notices to the affected party."""
