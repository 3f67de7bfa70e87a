"""Drafts and published versions of the mappings of each connection."""
