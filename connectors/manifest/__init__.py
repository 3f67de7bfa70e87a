"""The model of a `manifest.toml`: all that the declarative engine has to know of one system.

docs/connectors.md explains every key.
"""

from connectors.manifest.connecting import NoticeRule
from connectors.manifest.kinds import fill
from connectors.manifest.model import Manifest
from connectors.manifest.writing import (
    BulkRule,
    DeleteRule,
    ErrorRule,
    Outcome,
    ProblemRule,
    SingleRule,
)

__all__ = [
    "BulkRule",
    "DeleteRule",
    "ErrorRule",
    "Manifest",
    "NoticeRule",
    "Outcome",
    "ProblemRule",
    "SingleRule",
    "fill",
]
