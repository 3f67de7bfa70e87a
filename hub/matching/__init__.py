"""Which golden records an unlinked record may be: found, weighed, logged."""
