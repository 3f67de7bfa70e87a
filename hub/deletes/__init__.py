"""Deletions: what they do elsewhere, and the fuse that stops too many of them."""
