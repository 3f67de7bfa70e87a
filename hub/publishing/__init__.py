"""Draft, check, preview, publish and roll back mappings."""
