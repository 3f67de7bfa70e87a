"""The commands, one file per group; `register(app, name)` puts one of them on the command line."""
