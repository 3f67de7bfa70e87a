"""`/golden/{collection}/{id}/…`: merge, take apart, split, pin, and the past."""
