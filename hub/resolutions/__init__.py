"""How a person settles a conflict, and what follows from it."""
