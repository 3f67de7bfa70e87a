"""The front office: customers and the people who speak for them. Works without an ERP."""

from simple_crm.app import create_app
from simple_crm.notices import sender

__all__ = ["create_app", "sender"]
