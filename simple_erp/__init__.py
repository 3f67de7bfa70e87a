"""The back office: customers with their terms, products with their prices."""
