"""Statements over many rows whose SQL text hardly depends on how many.

The text stays the same, so compiled and prepared statements are reused, and one batch is one or a
few statements.
"""

from ground.statements.copying import copy_rows, row_packer
from ground.statements.keys import among, keys
from ground.statements.prepared import Prepared
from ground.statements.rows import delete_many, insert_many, update_many

__all__ = [
    "Prepared",
    "among",
    "copy_rows",
    "delete_many",
    "insert_many",
    "keys",
    "row_packer",
    "update_many",
]
