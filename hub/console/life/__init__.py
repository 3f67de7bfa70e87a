"""Pages that shape golden records."""
