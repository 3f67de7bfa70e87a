"""Golden records: lists, and one record with its provenance and timeline."""
