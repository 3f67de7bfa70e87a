"""The back office: customers with their terms, products with their prices."""

from simple_erp.app import create_app
from simple_erp.notices import sender

__all__ = ["create_app", "sender"]
