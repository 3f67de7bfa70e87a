"""The pages of the hub: what came in and what became of it, golden records, conflicts."""
