"""Configured systems: address, credentials, state, and the breaker between them and us."""
