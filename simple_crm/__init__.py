"""The front office: customers and the people who speak for them. Works without an ERP."""
