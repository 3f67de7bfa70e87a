"""Loads CSV and XLSX files of customers, suppliers and products through the REST API of an app."""
