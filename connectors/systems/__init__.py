"""One folder per kind of system, found by its manifest.toml."""
