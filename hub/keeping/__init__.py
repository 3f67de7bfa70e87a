"""Managed fields: telling a system which of its fields another one keeps."""
