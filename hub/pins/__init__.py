"""A person's fixed choice of a value, with reason and expiry."""
