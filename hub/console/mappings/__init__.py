"""Pages of mappings: versions, editor, preview, and rows for what is held."""
