"""The back office: customers with their terms, products with their prices.

The package imports nothing: `app.create_app` is for web processes, `notices.sender` for workers.
"""
