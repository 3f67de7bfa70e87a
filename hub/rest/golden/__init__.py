"""`/golden/…`."""
