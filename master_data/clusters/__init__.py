"""Which golden records are one: decision edges between homes, and what a cluster of them says."""
