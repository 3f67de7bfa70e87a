"""Addresses of figures, alerts and the audit."""
