"""Answers to many conflicts at once."""
