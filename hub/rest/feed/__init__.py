"""`/changes` and `/subscribers`."""
