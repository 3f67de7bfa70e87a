"""Connectors: doors to systems, all alike to the hub."""
