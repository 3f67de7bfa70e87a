"""The first page: the balance sheet, what waits, and how connections do."""
