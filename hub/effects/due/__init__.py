"""Which effects are due."""
