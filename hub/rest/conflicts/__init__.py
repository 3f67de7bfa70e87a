"""`/conflicts`."""
