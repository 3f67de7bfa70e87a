"""REST under /api/v1: what programs list and do. Nothing imports it but the app."""
