"""Measures matching: quality on folders of known pairs, one record online, many in bulk."""
