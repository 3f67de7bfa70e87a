"""First readings in bulk: where records come from, who works on them, how far it is."""
