"""Where polling stands, and full listings."""
