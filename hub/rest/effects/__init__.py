"""`/effects`."""
