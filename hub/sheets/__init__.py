"""The balance sheet: what came in and what became of it, per connection and hour."""
