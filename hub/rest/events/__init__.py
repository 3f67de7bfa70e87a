"""`/events` and `/balance`."""
