"""Intended writes: claimed, sent, settled item by item."""
