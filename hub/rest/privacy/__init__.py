"""`/golden/{collection}/{id}/export` and `/erase`."""
