"""Does what only time makes due."""
