"""A person's rights: everything that is kept about them, and that it is no longer kept."""
