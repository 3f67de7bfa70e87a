"""Versions of mappings over HTTP."""
