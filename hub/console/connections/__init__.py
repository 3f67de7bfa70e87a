"""Connections: how they do, and their setting up."""
