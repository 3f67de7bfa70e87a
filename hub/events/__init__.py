"""Inbound changes: accepted durably, gathered in lanes, ended by exactly one outcome each."""
