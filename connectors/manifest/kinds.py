"""The kinds of values a manifest is made of.

A path names a place in a JSON document by dots ("problem.detail"); an empty path is the whole
document. A template is text with names in braces.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

__all__ = ["NAME", "Method", "Path", "Rule", "Status", "Template", "Word", "fill"]

NAME = re.compile(r"\{([a-z_]+)\}")

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Path = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_@$-]+(\.[A-Za-z0-9_@$-]+)*)?$")]
Template = str
Status = Annotated[str, StringConstraints(pattern=r"^[1-5](\d\d|xx)$")]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


def fill(template: str, **values: str) -> str:
    """Return the template with its names replaced; an unknown name is a `KeyError`."""
    return NAME.sub(lambda match: values[match[1]], template)


class Rule(BaseModel):
    """A table of the manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)
