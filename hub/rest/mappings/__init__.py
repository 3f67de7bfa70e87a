"""`/mappings`."""
