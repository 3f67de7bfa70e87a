"""Is a mapping sound, and does it keep its laws? Needs the schemas of both sides."""

from collections.abc import Mapping

from connectors import registry
from connectors.contract import Record
from hub.errors import UnknownObjectType
from hub.mapping_versions import store
from hub.mapping_versions.model import Laws, LawsState, MappingRef, StoredVersion
from hub.publishing.model import Checked, Remark
from hub.wiring import Hub, OpenConnection
from mappings import DocumentRefused, check, ops, parse
from mappings.check import reference_cycles
from master_data.fields import ENTITIES, entity_schema

__all__ = ["app_schema", "check_text", "remarks_of", "ring_remarks", "try_laws", "try_laws_due"]

DOCUMENTS = 100
"""Made-up records per law."""


def app_schema(opened: OpenConnection, object_type: str) -> Record:
    """Return the JSON Schema of an object type: as shipped, else as the system tells it.

    Raises ConnectorError if the system has to be asked and does not answer.
    """
    shipped = registry.find(opened.system).schemas if opened.system in registry.names() else {}
    if object_type in shipped:
        return shipped[object_type]
    found = opened.connector.discover()
    if object_type not in found:
        raise UnknownObjectType(opened.id, object_type)
    return found[object_type]


def check_text(hub: Hub, ref: MappingRef, text: str) -> Checked:
    """Check a text without trying its laws; any text gets an answer."""
    schema = app_schema(hub.connection(ref.connection), ref.object_type)
    return Checked(remarks_of(text, ref.object_type, schema))


def remarks_of(text: str, object_type: str, schema: Record) -> tuple[Remark, ...]:
    """Return what is wrong with a text, in the order of its lines."""
    try:
        mapping = parse(text, name=object_type)
    except DocumentRefused as refused:
        return tuple(Remark(f.line, f.column, f.path, f.message) for f in refused.faults)
    misplaced = _misplaced(mapping, object_type)
    if misplaced:
        return misplaced
    found = check(mapping, schema, entity_schema(mapping.entity).schema)
    return tuple(Remark(each.line, each.column, each.path, each.message) for each in found)


def _misplaced(mapping: ops.Mapping, object_type: str) -> tuple[Remark, ...]:
    if mapping.object_type != object_type:
        message = f"this is the mapping of {object_type}: write object: {object_type}"
        return (Remark(1, 1, "object", message),)
    if mapping.entity not in ENTITIES:
        message = f"there is no entity {mapping.entity}; there are {', '.join(ENTITIES)}"
        return (Remark(1, 1, "entity", message),)
    for part in mapping.parts:
        name = part.object_type.partition("#")[2]
        message = "the hub carries one entity per record as of now: leave parts out"
        return (Remark(1, 1, f"parts.{name}", message),)
    return ()


def ring_remarks(ref: MappingRef, text: str, texts: Mapping[str, str]) -> list[Remark]:
    """Return the rings of references that a sound text closes; `texts`: the other mappings."""
    all_texts = {**texts, ref.object_type: text}
    parsed = [parse(each, name=object_type) for object_type, each in all_texts.items()]
    return [
        Remark(each.line, each.column, each.path, each.message)
        for _, each in reference_cycles(parsed)
    ]


def try_laws(text: str, object_type: str, schema: Record) -> Laws:
    """Try the laws of a sound text on made-up records; always the same ones. Takes seconds.

    Whatever the text does there is said; nothing is raised.
    """
    # only who tries them needs Hypothesis
    from mappings.examples import failed_examples  # noqa: PLC0415
    from mappings.laws import counter_example  # noqa: PLC0415
    from mappings.laws.samples import Mirror  # noqa: PLC0415

    mapping = parse(text, name=object_type)
    golden = entity_schema(mapping.entity).schema
    untrue = failed_examples(mapping, Mirror())
    if untrue:
        return Laws(LawsState.BROKEN, f"an example does not hold: {untrue[0]}")
    try:
        found = counter_example(mapping, schema, golden, documents=DOCUMENTS)
    except Exception as error:  # noqa: BLE001 - a text may do anything with made-up records
        return _untried(error)
    return Laws(LawsState.GREEN) if found is None else Laws(LawsState.BROKEN, str(found))


def try_laws_due(hub: Hub) -> int:
    """Try the laws of one draft; return 1 if there was one."""
    draft = hub.db.read(store.laws_due)
    if draft is None:
        return 0
    said = _tried(hub, draft)
    hub.db.write(lambda c: store.note_laws(c, draft, said))
    hub.doorbell.ring()
    return 1


def _tried(hub: Hub, draft: StoredVersion) -> Laws:
    try:
        opened = hub.connection(draft.connection)
        return try_laws(draft.text, draft.object_type, app_schema(opened, draft.object_type))
    except Exception as error:  # noqa: BLE001 - whatever a text does, the worker goes on
        return _untried(error)


def _untried(error: Exception) -> Laws:
    return Laws(LawsState.BROKEN, f"cannot be tried: {type(error).__name__}: {error}")
