"""Comparison models as settings of Splink, and back, with the same weights."""
