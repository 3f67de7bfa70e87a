"""Merging, taking apart and splitting golden records, with a preview of each."""
