"""The seeded simulator: the real hub in virtual time, between systems that misbehave."""
