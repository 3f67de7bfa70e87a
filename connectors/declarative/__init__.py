"""The engine that turns a manifest alone into a connector."""
