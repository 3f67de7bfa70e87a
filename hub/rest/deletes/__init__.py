"""Addresses of deletes."""
