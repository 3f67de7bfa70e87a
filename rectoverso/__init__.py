"""Composition root: command line, one-process app, demo data, loading, benchmarks."""
