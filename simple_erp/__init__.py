"""The back office: customers with their terms, products with their prices."""

from simple_erp.app import create_app

__all__ = ["create_app"]
