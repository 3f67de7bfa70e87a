"""Golden records as they are found: their comparison forms and blocking keys, in a database."""
