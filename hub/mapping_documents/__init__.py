"""The mapping documents in force."""
