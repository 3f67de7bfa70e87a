"""`/golden/{collection}/{id}/hierarchy`."""
