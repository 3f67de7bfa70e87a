"""The front office: customers and the people who speak for them. Works without an ERP.

The package imports nothing: `app.create_app` is for web processes, `notices.sender` for workers.
"""
