"""The front office: customers and the people who speak for them. Works without an ERP."""

from simple_crm.app import create_app

__all__ = ["create_app"]
