"""Column types that mean the same on SQLite and PostgreSQL, and the naming of constraints."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, MetaData, String, Text
from sqlalchemy.types import TypeDecorator

from ground import strict_json
from ground.instants import from_microseconds, to_microseconds

Id = String(40)
"""A prefixed identifier of ground.ids."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 in a BIGINT: exact, sortable, UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return microseconds; refuse a naive datetime."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the aware datetime."""
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """A JSON document as text; None is SQL NULL. Decimals in it come back as strings."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002
        """Return what makes the text."""
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:  # noqa: ARG002
        """Return what reads the document; our own text needs no strict reading."""
        return _read


def _written(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else strict_json.dumps(value).decode()


def _read(value: str | None) -> Any:  # noqa: ANN401
    return None if value is None else orjson.loads(value)


class DecimalText(TypeDecorator[Decimal]):
    """An exact Decimal as text in plain notation; equal values may differ in zeros."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the plain text; NaN and infinities are refused."""
        return None if value is None else strict_json.plain(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the Decimal with its zeros."""
        return None if value is None else Decimal(value)


def metadata() -> MetaData:
    """Return a MetaData whose constraints have the same names on every database."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
