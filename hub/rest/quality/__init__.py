"""`/quality`: scores, trend and work lists."""
