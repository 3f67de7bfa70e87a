"""Lanes: one external record each; decisions and deliveries in one lane never run in parallel."""
