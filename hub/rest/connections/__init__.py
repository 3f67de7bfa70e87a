"""`/connections`."""
