"""The first reading of a large system, by several processes while nobody else works."""
