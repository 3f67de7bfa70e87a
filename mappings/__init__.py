"""The two-way mapping language: one document describes app <-> golden record in both directions."""

from mappings.check import Finding, check
from mappings.compile import CompiledMapping, compile_mapping
from mappings.errors import DocumentRefused, Fault, MappingError
from mappings.ops import Mapping
from mappings.parse import parse
from mappings.schema import language_schema
from mappings.view import (
    Inbound,
    Links,
    Missing,
    Outbound,
    Read,
    Unlinked,
    Unresolved,
    ValueProblem,
    View,
)

__all__ = [
    "CompiledMapping",
    "DocumentRefused",
    "Fault",
    "Finding",
    "Inbound",
    "Links",
    "Mapping",
    "MappingError",
    "Missing",
    "Outbound",
    "Read",
    "Unlinked",
    "Unresolved",
    "ValueProblem",
    "View",
    "check",
    "compile_mapping",
    "language_schema",
    "parse",
]
