"""Rules about the source that no linter knows. Each failure names file and line."""

import ast
import re
from collections import Counter
from pathlib import Path

LONGEST_FILE = 400
MEANS_OF_ENV = ("threading", "random", "uuid", "time", "secrets", "_thread", "asyncio.tasks")
MAY_TOUCH_ENV = ("ground/env.py", "ground/database/", "ground/door")
# what each may use besides, and why
EXCEPTIONS = {
    "hub/broker": {"threading"},  # the embedded broker's queue belongs to dramatiq's consumers
    "rectoverso/supervisor.py": {"time"},  # keeps processes alive; there is no Env above it
    "rectoverso/bench/": {"time", "random"},  # measures the real clock
    "rectoverso/demo/": {"random"},  # generates from a fixed seed
}
NOWS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.putenv"}
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
EVENT = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def _excused(path, name):
    if path.startswith(MAY_TOUCH_ENV):
        return True
    return any(path.startswith(place) and name in names for place, names in EXCEPTIONS.items())


def _only_names_its_type(module):
    """Tell whether `random` is there to say `random.Random` in an annotation."""
    called = {
        ast.unparse(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)
    }
    uses = {use for _, use in module.dotted_uses() if use.startswith("random.")}
    return uses == {"random.Random"} and not uses & called


def test_transactions_end_in_ground_database_only(modules):
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules
        if not module.path.startswith("ground/database/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    assert found == []


def test_clock_randomness_and_threads_come_from_env(modules):
    found = [
        f"{module.path}:{line} {name}"
        for module in modules
        for line, name in module.imports()
        if name in MEANS_OF_ENV
        and not _excused(module.path, name)
        and not (name == "random" and _only_names_its_type(module))
    ]
    assert sorted(found) == []


def test_nobody_asks_the_machine_for_the_time(modules):
    found = [
        f"{module.path}:{line} {use}"
        for module in modules
        for line, use in module.dotted_uses()
        if use in NOWS and not _excused(module.path, "time")
    ]
    assert found == []


def test_the_environment_is_read_by_settings_only(modules):
    found = [
        f"{module.path}:{line} {use}"
        for module in modules
        for line, use in module.dotted_uses()
        if use in ENVIRONMENT and not module.path.endswith("settings.py")
    ]
    assert found == []


def test_imports_are_absolute(modules):
    found = [
        f"{module.path}:{line}"
        for module in modules
        for line, name in module.imports()
        if name.startswith(".")
    ]
    assert found == []


def test_files_stay_small(modules):
    sizes = {module.path: module.text.count("\n") for module in modules}
    assert {path: size for path, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_two_migrations_follow_the_same_one():
    followed = Counter(
        (path.parts[-4], *re.findall(r"^down_revision.* = (.+)$", path.read_text(), re.MULTILINE))
        for path in Path(__file__).parents[2].glob("*/migrations/versions/*.py")
    )
    assert len(followed) > 20
    assert {each: many for each, many in followed.items() if many > 1} == {}


def test_every_file_is_named_for_its_subject(modules):
    found = [
        module.path
        for module in modules
        if NO_NAMES & set(module.path.removesuffix(".py").split("/"))
    ]
    assert found == []


def test_every_module_says_what_it_is(modules):
    found = [
        module.path
        for module in modules
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert found == []


def test_log_events_are_constant_dotted_words(modules):
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOG_METHODS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"_log", "log", "logger", "_logger"}
        and not (
            node.args
            and isinstance(node.args[0], ast.Constant)
            and EVENT.fullmatch(str(node.args[0].value))
        )
    ]
    assert found == []


def test_the_source_names_no_place_of_this_machine(modules, templates):
    place = re.compile(r"/(?:tmp|home|root|work)/\w+|\.\./shared")
    texts = [(module.path, module.text) for module in modules] + templates
    found = [
        f"{path}:{number}"
        for path, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        if place.search(line)
    ]
    assert found == []
