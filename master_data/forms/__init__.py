"""Comparison forms: one normalisation per kind of field, the same on every path."""
