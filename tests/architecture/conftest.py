"""The product's own source, parsed once."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSES = (
    "rectoverso",
    "hub",
    "connectors",
    "mappings",
    "master_data",
    "simple_crm",
    "simple_erp",
    "portal",
    "ground",
)


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: str
    text: str
    tree: ast.Module

    def imports(self):
        """Yield (line, what) for all that is imported, as dotted names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, "." * node.level + (node.module or "")
                yield from (
                    (node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}")
                    for alias in node.names
                )

    def dotted_uses(self):
        """Yield (line, "module.attribute") for each attribute read on a plain name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield node.lineno, f"{node.value.id}.{node.attr}"


def files(pattern):
    found = [path for house in HOUSES for path in sorted((ROOT / house).rglob(pattern))]
    return [path for path in found if "__pycache__" not in path.parts]


@cache
def _modules():
    return [
        Module(str(path.relative_to(ROOT)), path.read_text(), ast.parse(path.read_text()))
        for path in files("*.py")
    ]


@pytest.fixture(scope="session")
def modules():
    """All Python files of the nine houses, migrations aside."""
    return [module for module in _modules() if "/migrations/" not in module.path]


@pytest.fixture(scope="session")
def templates():
    """(path, text) of each HTML template."""
    return [(str(path.relative_to(ROOT)), path.read_text()) for path in files("*.html")]
