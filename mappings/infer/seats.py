"""Golden places that one flat field of an app can fill: of a list, the element of one kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mappings.shapes import Shape
from mappings.view import Json

# Schemes of ids that a schema leaves open, and what fields of apps call them.
_SCHEMES: Final = {"vat": "tax id", "inn": "inn", "kpp": "kpp"}
# Kinds of values that are told by their form.
_FORMS: Final = {"email": "email", "web": "uri", "phone": "phone", "mobile": "phone"}


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the element of a list at which a field stands fixed: `contact_points[phone]`.

    `names`: what an app may call the place; `form`: the format of its values, if it is known.
    """

    list: str
    fixed: tuple[str, Json]
    code: str
    inner: str
    shape: Shape
    names: tuple[str, ...]
    form: str | None = None

    @property
    def path(self) -> str:
        """Return how the place is told: `contact_points[phone].value`."""
        return f"{self.list}[{self.code}].{self.inner}"


def seats_of(path: str, shape: Shape) -> Iterator[Seat]:
    """Yield the places in a list's elements, of every kind of element that its schema tells."""
    items = shape.items or Shape({})
    for by, codes in _kinds(shape):
        rest = {
            name: inner
            for name, inner in items.properties.items()
            if name not in _aligned(shape)
            and "string" in inner.types
            and name != "id"
            and not inner.codes
        }
        one_value = "value" in rest
        for n, code in enumerate(codes):
            is_set = items.properties[by].items is not None
            fixed = by, [code] if is_set else code
            for name, inner in rest.items() if not one_value else [("value", rest["value"])]:
                names = _names(code, name, first=n == 0, one_value=one_value)
                yield Seat(path, fixed, code, name, inner, names, _FORMS.get(code))


def names_inside(path: str, shape: Shape) -> dict[str, tuple[str, ...]]:
    """Return what else an app may call the fields of a list's elements."""
    told = [each for each in seats_of(path, shape) if each.inner == "value"]
    return {"value": ("value", *(name for each in told for name in each.names))} if told else {}


def _names(code: str, name: str, *, first: bool, one_value: bool) -> tuple[str, ...]:
    if one_value:
        return (_SCHEMES.get(code, code),)
    return (f"{code} {name}", name) if first else (f"{code} {name}",)


def _kinds(shape: Shape) -> Iterator[tuple[str, list[str]]]:
    """Yield the field that tells elements apart, and its codes in the schema's order."""
    items = shape.items or Shape({})
    for name in _aligned(shape):
        field = items.properties.get(name, Shape({}))
        inner = field.items or field
        codes = [str(code) for code in inner.schema.get("enum", ()) if code is not None]
        if codes or name == "scheme":
            yield name, codes or list(_SCHEMES)
            return


def _aligned(shape: Shape) -> list[str]:
    note = shape.schema.get("x-field", {})
    return [str(each) for each in note.get("align", ())]
