"""Which whole connections must be planned for: those approved, or going on after a pause."""
