"""What is kept for good, and what only for a while."""
