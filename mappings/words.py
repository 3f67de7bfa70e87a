"""The word by which a document asks for each operation.

A new operation is finished when the type checker is quiet: it asks here for its word, then the
parser for what stands under that word, and the document for its form.
"""

from typing import Final, Literal, TypeAlias, assert_never, get_args

from mappings import ops

ItemWord: TypeAlias = Literal[
    "text",
    "cut",
    "integer",
    "decimal",
    "boolean",
    "date",
    "instant",
    "local_time",
    "values",
    "reference",
    "phone",
    "tax_id",
    "country",
]
WholeWord: TypeAlias = Literal["money", "quantity", "join", "pieces", "set"]
ITEM_WORDS: Final[tuple[ItemWord, ...]] = get_args(ItemWord)
WHOLE_WORDS: Final[tuple[WholeWord, ...]] = get_args(WholeWord)


def word_of(operation: ops.Operation) -> ItemWord | WholeWord | Literal["copy"]:  # noqa: C901, PLR0911, PLR0912 one arm per class
    """Return the key of a field that asks for this operation; a copy is what no key asks for."""
    match operation:
        case ops.Copy():
            return "copy"
        case ops.Text(forms):
            return "text" if forms else "cut"
        case ops.WholeNumber():
            return "integer"
        case ops.DecimalNumber():
            return "decimal"
        case ops.Boolean():
            return "boolean"
        case ops.BusinessDate():
            return "date"
        case ops.Instant():
            return "instant"
        case ops.LocalTime():
            return "local_time"
        case ops.ValueMap():
            return "values"
        case ops.Reference():
            return "reference"
        case ops.Phone():
            return "phone"
        case ops.TaxId():
            return "tax_id"
        case ops.Country():
            return "country"
        case ops.Money():
            return "money"
        case ops.Quantity():
            return "quantity"
        case ops.Join():
            return "join"
        case ops.Pieces():
            return "pieces"
        case ops.SetOf():
            return "set"
        case _:
            assert_never(operation)
