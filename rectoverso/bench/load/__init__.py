"""`bench load`: the first reading of a system that holds many records, killed on the way."""
