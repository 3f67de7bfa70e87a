"""Which worker processes are alive, as rows."""
