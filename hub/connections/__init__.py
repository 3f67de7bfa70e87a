"""Configured systems: address, credentials, state, and the breaker that stands between them and us."""
