"""The matching plan of a new connection, and how far its initial load is."""
