"""`bench road`: the hub's own road, from a signed notice to a write in another system."""
