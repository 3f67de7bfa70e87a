"""What people and programs list: events, effects, conflicts and golden records, page by page."""
