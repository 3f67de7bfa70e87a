"""Golden records: which source records are one thing, which value survives, and why."""
