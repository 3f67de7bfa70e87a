"""Propose a first mapping from two schemas and samples; every proposal with its score and reason.

Nothing here is ever applied by itself: a person reads the document and changes it.
"""

from mappings.infer.document import written_document
from mappings.infer.proposals import Proposal, Proposals, propose
from mappings.infer.samples import schema_from_samples

__all__ = ["Proposal", "Proposals", "propose", "schema_from_samples", "written_document"]
