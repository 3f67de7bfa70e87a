"""Trying failing connections again, and setting everything going when one is back."""
