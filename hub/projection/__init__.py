"""How golden shows in one system's words, and which records no longer show it."""
