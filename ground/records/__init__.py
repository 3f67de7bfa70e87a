"""Versioned records of one app: bulk upsert, tombstones, managed fields, announced changes.

Knows no business. An app describes its entities as `RecordKind`s; `Collection` holds the use cases.
"""
