"""Measures a whole installation from outside, each time a fresh one on a free port."""
