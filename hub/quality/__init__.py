"""Scores golden records as they change, keeps the lists of what to mend, and the trend by day."""
