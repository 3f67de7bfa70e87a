"""Signed notices to other systems (Standard Webhooks 1.0.0): at least once, the latest state wins.

A change is announced in the record's own transaction. A Sender turns what was announced into
notices of up to 100 changes. Of one record at most one change is under way; a newer one waits for
it and then carries the state of that moment.
"""

from ground.notices.building import LoadRecords, Record
from ground.notices.outbox import Change, Endpoint, Outbox, Vault
from ground.notices.sender import Sender
from ground.notices.signing import BadSignature, new_secret, sign, verify
from ground.notices.tables import NoticeTables, notice_tables

__all__ = [
    "BadSignature",
    "Change",
    "Endpoint",
    "LoadRecords",
    "NoticeTables",
    "Outbox",
    "Record",
    "Sender",
    "Vault",
    "new_secret",
    "notice_tables",
    "sign",
    "verify",
]
