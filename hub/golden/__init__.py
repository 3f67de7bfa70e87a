"""Golden records over HTTP."""
