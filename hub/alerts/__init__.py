"""Tells people, by webhook and e-mail, that something needs them; and when it is over."""
