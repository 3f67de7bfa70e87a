"""Sets the thresholds of matching by what stewards decided."""
