"""Import files: read, join, render, load, account for every row."""
