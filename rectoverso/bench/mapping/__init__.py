"""What one customer costs the mapping engine, beside other ways to write the same mapping."""
