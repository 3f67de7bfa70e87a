"""Addresses of a connection's beginning."""
