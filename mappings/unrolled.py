"""The plain fields of a mapping unrolled into one generated function per direction.

A loop over thirty fields spends most of its time on calls; the generated text has one short block
per field, with the commonest words answered in place. The text holds only numbers of our own: every
name, table and function comes in by the namespace, so nothing of a document is ever executed. What
a block does not answer in place it gives to the compiled field, so both say the same.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from mappings import ops, values
from mappings.errors import CarryError
from mappings.fields import UNCHANGED, BoundField
from mappings.paths import MISSING
from mappings.terms import Form
from mappings.view import Json, Links, Read, Record, new_read

Refuse: TypeAlias = Callable[[str, Json, CarryError], None]
ReadFirst: TypeAlias = Callable[[Record, dict[str, Read], list[str], Links, Refuse], None]
WriteNew: TypeAlias = Callable[[Mapping[str, Json], Record, Links, Refuse], None]

STEPS: Final = {
    (): "{0}",
    (Form.TRIM,): "{0}.strip()",
    (Form.UPPER,): "{0}.upper()",
    (Form.LOWER,): "{0}.lower()",
    (Form.SQUEEZE,): "' '.join({0}.split())",
}


def unroll_reading(fields: Sequence[BoundField]) -> ReadFirst:
    """Return a function that reads all fields of a record of which no golden value is known."""
    text = _Text("record, scalars, absent, links, refuse")
    text.add("get = record.get")
    for field in fields:
        _read(field, text)
    function: ReadFirst = text.compiled()
    return function


def unroll_writing(fields: Sequence[BoundField]) -> WriteNew:
    """Return a function that writes golden scalars into a new record."""
    text = _Text("scalars, values, links, refuse")
    text.add("get = scalars.get")
    for field in fields:
        _write(field, text)
    function: WriteNew = text.compiled()
    return function


class _Text:
    """Lines of a function, and what its names stand for."""

    def __init__(self, arguments: str) -> None:
        self.lines = [f"def function({arguments}):"]
        self.names: dict[str, Any] = {
            "MISSING": MISSING,
            "read": new_read,
            "CarryError": CarryError,
        }

    def name(self, value: Any) -> str:  # noqa: ANN401 whatever the function needs
        """Return a name of ours for a value."""
        name = f"n{len(self.names)}"
        self.names[name] = value
        return name

    def add(self, *lines: str) -> None:
        """Add lines to the body."""
        self.lines += [f"    {line}" for line in lines]

    def compiled(self) -> Any:  # noqa: ANN401 the callers say which function
        """Return the function."""
        namespace = dict(self.names)
        exec("\n".join(self.lines), namespace)  # noqa: S102 our own text, see above
        return namespace["function"]


def _read(field: BoundField, text: _Text) -> None:
    golden = text.name(field.golden)
    slow = text.name(field.value_of)
    asked = text.name(field.name if field.name is not None else field.read)
    words = f"get({asked}, MISSING)" if field.name is not None else f"{asked}(record)"
    text.add(f"w = {words}")
    quick = _quick_reading(field, text)
    if quick:
        text.add(
            "if w.__class__ is str:",
            f"    v = {quick}",
            f"    scalars[{golden}] = read((w, v or None))",
            "elif w is MISSING:",
        )
    else:
        text.add("if w is MISSING:")
    text.add(
        f"    absent.append({golden})",
        "else:",
        "    try:",
        f"        scalars[{golden}] = read((w, {slow}(w, links)))",
        "    except CarryError as error:",
        f"        refuse({golden}, w, error)",
    )


def _quick_reading(field: BoundField, text: _Text) -> str | None:
    """Return what a text becomes, if that is told in place and never refused."""
    rule = field.rule
    if not field.plain:
        return None
    match rule.operation:
        case ops.Copy():
            return "w"
        case ops.Text(forms, None):
            return _normalised("w", forms, text)
        case _:
            return None


def _normalised(name: str, forms: Sequence[Form], text: _Text) -> str | None:
    """Return the expression for text in its normal form; ASCII text is composed already."""
    step = STEPS.get(tuple(form for form in forms if form is not Form.NFC))
    if step is None:
        return None
    whole = text.name(values.text_normaliser(forms))
    return f"{step.format(name)} if {name}.isascii() else {whole}({name})"


def _write(field: BoundField, text: _Text) -> None:
    golden, give = text.name(field.golden), text.name(field.give)
    text.add(f"g = get({golden}, MISSING)")
    quick = _quick_writing(field, text)
    if quick:
        text.add("if g.__class__ is str and g:", f"    w = {quick}", "    if w:")
        _put(field, text, "        ")
        text.add("elif g is not MISSING:")
    else:
        text.add("if g is not MISSING:")
    text.add(
        "    try:",
        f"        w = {give}(g, MISSING, links)",
        "    except CarryError as error:",
        f"        refuse({golden}, g, error)",
        "    else:",
        f"        if w is not {text.name(UNCHANGED)}:",
    )
    _put(field, text, "            ")


def _put(field: BoundField, text: _Text, indent: str) -> None:
    if field.name is not None:
        text.add(f"{indent}values[{text.name(field.name)}] = w")
    else:
        text.add(f"{indent}{text.name(field.write)}(values, w, {text.name({})})")


def _quick_writing(field: BoundField, text: _Text) -> str | None:
    if not field.plain:
        return None
    match field.rule.operation:
        case ops.Copy():
            return "g"
        case ops.Text(forms, None):
            return _normalised("g", forms, text)
        case _:
            return None
