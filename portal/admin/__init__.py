"""What administrators do in pages: users and API keys."""
