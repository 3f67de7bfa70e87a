"""Finds the kinds of systems by their folders; knows none by name."""

import importlib.util
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from connectors.contract import Capabilities, ConnectionConfig, Connector, Record
from connectors.declarative.connector import DeclarativeConnector, capabilities_of
from connectors.errors import BadManifest, UnknownSystem
from connectors.manifest import Manifest
from ground import strict_json
from ground.door import SafeHttp
from ground.env import Clock

__all__ = ["SYSTEMS", "ConnectionConfig", "ConnectorKind", "find", "names"]

SYSTEMS = Path(__file__).parent / "systems"

Build = Callable[
    [Manifest, Mapping[str, Record], ConnectionConfig, SafeHttp, Clock],
    Connector,
]


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    """One kind of system: its manifest, its files, and the way to a connector."""

    manifest: Manifest
    schemas: dict[str, Record]
    """Object type -> JSON Schema of its records."""
    mappings: dict[str, str]
    """Object type -> text of the mapping file that came with the connector."""
    _build: Build

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.manifest.name

    @property
    def capabilities(self) -> Capabilities:
        """Return what such a system can do."""
        return capabilities_of(self.manifest)

    def build(self, config: ConnectionConfig, http: SafeHttp, clock: Clock) -> Connector:
        """Return a connector; it holds the rate budget, so build one per connection."""
        return self._build(self.manifest, self.schemas, config, http, clock)


def names(systems: Path = SYSTEMS) -> list[str]:
    """Return the names of all kinds of systems, sorted."""
    return sorted(path.parent.name for path in systems.glob("*/manifest.toml"))


def find(name: str, systems: Path = SYSTEMS) -> ConnectorKind:
    """Return one kind of system; raises `UnknownSystem` or `BadManifest`.

    What came with the program is read once: it does not change while it runs.
    """
    return _shipped(name) if systems == SYSTEMS else _read(name, systems)


@cache
def _shipped(name: str) -> ConnectorKind:
    return _read(name, SYSTEMS)


def _read(name: str, systems: Path) -> ConnectorKind:
    if name not in names(systems):
        raise UnknownSystem(name)
    folder = systems / name
    manifest = _manifest(folder)
    schemas = {
        object_type: _schema(folder, one.record_schema)
        for object_type, one in manifest.objects.items()
        if one.record_schema is not None
    }
    mappings = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("mappings/*.yaml"))
    }
    strange = sorted(mappings.keys() - manifest.objects.keys())
    if strange:
        raise BadManifest(name, f"mapping of an unknown object type: {', '.join(strange)}")
    build = DeclarativeConnector if manifest.dialect == "rest" else _code(folder)
    return ConnectorKind(manifest, schemas, mappings, build)


def _manifest(folder: Path) -> Manifest:
    try:
        document = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(document)
    except ValidationError as error:
        places = "; ".join(_place(one["loc"], one["msg"]) for one in error.errors())
        raise BadManifest(folder.name, places) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadManifest(folder.name, str(error)) from error
    if manifest.name != folder.name:
        raise BadManifest(folder.name, f"its manifest calls it {manifest.name}")
    return manifest


def _place(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(step) for step in location) or 'manifest'}: {message}"


def _schema(folder: Path, file: str) -> Record:
    try:
        return cast("Record", strict_json.loads((folder / file).read_bytes()))
    except (OSError, strict_json.StrictJsonError) as error:
        raise BadManifest(folder.name, f"{file}: {error}") from error


def _code(folder: Path) -> Build:
    """Return `build` of the folder's connector.py."""
    path = folder / "connector.py"
    spec = importlib.util.spec_from_file_location(f"connectors.systems.{folder.name}.code", path)
    if spec is None or spec.loader is None or not path.exists():
        raise BadManifest(folder.name, "dialect code needs a connector.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    build = getattr(module, "build", None)
    if not callable(build):
        raise BadManifest(folder.name, "connector.py has no function build")
    return cast("Build", build)
