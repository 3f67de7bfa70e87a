"""Brings records from one mapping version to another: what their words mean from now on."""
