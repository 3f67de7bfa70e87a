"""The JSON Schema of a mapping document, for completion and checks in any YAML editor."""

from mappings.document import MappingDocument
from mappings.view import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def language_schema() -> dict[str, Json]:
    """Return the schema; keys are spelled as in the document (`publish when`)."""
    schema = MappingDocument.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, "$id": "urn:rectoverso:schema:mapping", **schema}
