"""Which golden records stand below which: companies, contacts, categories."""
