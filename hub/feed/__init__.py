"""What became of golden records, in order, for others: read by cursor, or told by signed posts."""
