"""The audit cannot be changed unseen: blocks of its rows are chained by their digests."""
