"""Change the checker of mappings in every small way and see whether a test notices.

`python -m tests.mappings.mutants` (or `make mutate-mappings`) prints every change that no test
notices and the share of those that one does; it fails below 90 %. mutmut makes the changes. They
are tried here in forks of one process that has loaded everything once, each by the tests that reach
the changed function, the likeliest first. A run that was stopped goes on where it was, by what it
keeps in the work folder. `--only` asks for one module.
"""

import argparse
import difflib
import functools
import gc
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import mutmut.mutation.trampoline as switch
import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.file_mutation import mutate_file_contents

ROOT: Final = Path(__file__).parents[2]
CHECKER: Final = ROOT / "mappings" / "check"
TESTS: Final = [*sorted(Path(__file__).parent.glob("test_check*.py")),
                *sorted(Path(__file__).parent.glob("test_questions*.py")),
                Path(__file__).parent / "test_corpus.py"]  # fmt: skip
WANTED: Final = 90
SECONDS: Final = 20  # of CPU for the tests of one change: what takes longer runs for ever
ARGUMENTS: Final = ["-q", "-s", "--tb=no", "--assert=plain", "-W", "ignore", "-n0", "-k", "not law",
                    "-p", "no:randomly", "-p", "no:cacheprovider"]  # fmt: skip


class Chosen:
    """Which function is changed, and which functions were called since it was asked."""

    mutant = ""
    called: Final = set[str]()

    @classmethod
    def wrap(cls, mutants, **_):
        """Stand before a function: note the call, and call the chosen change of it instead."""

        def decorate(function):
            prefix = f"{function.__module__}."

            @functools.wraps(function)
            def call(*args, **kwargs):
                original = mutants["_mutmut_orig"]
                cls.called.add(prefix + original.__name__.removesuffix("_orig"))
                module, _, name = cls.mutant.rpartition(".")
                changed = module == function.__module__ and mutants.get(name)
                return (changed or original)(*args, **kwargs)

            return call

        return decorate


class Changed(importlib.machinery.SourceFileLoader):
    """Load a module of the checker with all its changes beside each other."""

    def __init__(self, name, path):
        super().__init__(name, str(path))
        self.file = mutate_file_contents(str(path), Path(path).read_text())
        self.lines = self.file.code.splitlines()
        self.mutants = [f"{name}.{one}" for one in self.file.mutant_names]

    def get_code(self, fullname):
        return compile(self.file.code, self.path, "exec", dont_inherit=True)

    def digest(self, mutant):
        """Return what tells one state of a changed function from another."""
        span = self.file.line_span_by_function_name[mutant.rpartition(".")[2]]
        return digest("\n".join(self.lines[span.start - 1 : span.end]).encode())

    def difference(self, mutant):
        """Return what a mutant changes, as removed and added lines."""
        spans = self.file.line_span_by_function_name
        name = mutant.rpartition(".")[2]
        function = name.partition("__mutmut_")[0]
        before, after = (
            [line.replace(one, "") for line in self.lines[spans[one].start - 1 : spans[one].end]]
            for one in (f"{function}__mutmut_orig", name)
        )
        found = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        return [line for line in found if not line.startswith("@@")]


class Loaders(dict):
    """The loader of each module of the checker; a finder for the import system."""

    @classmethod
    def of_checker(cls, only):
        found = cls()
        for path in sorted(CHECKER.glob("*.py")):
            module = path.relative_to(ROOT).with_suffix("")
            name = ".".join(module.parts).removesuffix(".__init__")
            if only.startswith(name) or name.startswith(only):
                found[name] = Changed(name, path)
        return found

    def find_spec(self, fullname, _path=None, _target=None):
        loader = self.get(fullname)
        if loader is None:
            return None
        places = [str(CHECKER)] if fullname == "mappings.check" else None
        return importlib.util.spec_from_file_location(
            fullname, loader.path, loader=loader, submodule_search_locations=places
        )


class Results:
    """What became of each mutant: the test that noticed it, "" if none did.

    A mutant that was noticed stays so while its function and that test are there; one that lived is
    asked again as soon as checker or tests have changed.
    """

    def __init__(self, work, mutants):
        files = [*sorted(CHECKER.glob("*.py")), *TESTS, *sorted((ROOT / "mappings").glob("*.py"))]
        self._state = digest(b"\0".join(path.read_bytes() for path in files))
        self._mutants = mutants
        self._path = work / "results.jsonl"
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        self.known = {}
        for state, mutant, function, noticed in map(json.loads, lines):
            same = mutant in mutants and function == self._function(mutant)
            if same and (noticed or state == self._state):
                self.known[mutant] = noticed
            elif same:
                self.known.pop(mutant, None)

    def _function(self, mutant):
        return self._mutants[mutant].digest(mutant)

    def forget_all_but(self, tests):
        """Drop what tests noticed that are no more."""
        self.known = {one: by for one, by in self.known.items() if not by or by in tests}

    def add(self, mutant, noticed):
        self.known[mutant] = noticed
        with self._path.open("a") as file:
            row = [self._state, mutant, self._function(mutant), noticed]
            file.write(json.dumps(row) + "\n")


def digest(text):
    return hashlib.sha256(text).hexdigest()[:12]


class Run:
    """A pytest plugin: runs each test once, then each mutant by the tests that reach it."""

    def __init__(self, mutants, results):
        self.mutants = mutants
        self.results = results
        self.cost = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        reached = defaultdict(list)
        for item in session.items:
            Chosen.called.clear()
            began = time.process_time()
            if not passes(item):
                raise pytest.UsageError(f"{item.nodeid} fails before anything is changed")
            self.cost[item] = time.process_time() - began
            for function in Chosen.called:
                reached[function].append(item)
        self.results.forget_all_but({item.nodeid for item in session.items})
        gc.freeze()
        noticed = Counter()
        for number, mutant in enumerate(self.mutants):
            if mutant in self.results.known:
                continue
            function = mutant.partition("__mutmut_")[0] + "__mutmut"
            items = sorted(
                reached[function],
                key=lambda item: (-noticed[function, item.nodeid], self.cost[item]),
            )
            found = first_failure(mutant, items)
            noticed[function, found] += 1
            self.results.add(mutant, found)
            if number % 100 == 0:
                sys.stderr.write(f"{number} of {len(self.mutants)}\n")
        return True


def passes(item):
    """Run one test; whether all of it went well."""
    return not any(report.failed for report in runtestprotocol(item, log=False))


def first_failure(mutant, items):
    """Run tests in a fork until one fails; return its name, "" if none does."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()
        Chosen.mutant = mutant
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        for item in items:
            os.write(writing, f"{item.nodeid}\n".encode())
            if not passes(item):
                os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as lines:
        ran = lines.read().splitlines()
    _, status = os.waitpid(child, 0)
    return ran[-1] if status and ran else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "mutants")
    parser.add_argument("--only", default="mappings.check")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    vars(switch)["wrap_in_trampoline"] = Chosen.wrap
    loaders = Loaders.of_checker(asked.only)
    sys.meta_path.insert(0, loaders)
    mappings = importlib.import_module("mappings")
    # Most of what a test takes, and never changed.
    vars(mappings)["parse"] = functools.cache(vars(mappings)["parse"])
    mutants = {one: loader for loader in loaders.values() for one in loader.mutants}
    mutants = {one: loader for one, loader in mutants.items() if one.startswith(asked.only)}
    results = Results(asked.work, mutants)
    code = pytest.main([*ARGUMENTS, *map(str, TESTS)], plugins=[Run(list(mutants), results)])
    if code:
        raise SystemExit(code)
    raise SystemExit(told(mutants, results))


def told(mutants, results):
    """Write what lives and the share of what does not; 1 if that is too small."""
    alive = [one for one in mutants if not results.known[one]]
    lines = [line for one in alive for line in (one, *mutants[one].difference(one))]
    count = Counter(mutants[one].name for one in mutants)
    lived = Counter(mutants[one].name for one in alive)
    lines += [f"{name}: {count[name] - lived[name]} of {count[name]}" for name in count]
    noticed = len(mutants) - len(alive)
    share = 100 * noticed / max(1, len(mutants))
    sys.stdout.write("\n".join([*lines, f"{noticed} of {len(mutants)} noticed, {share:.1f} %\n"]))
    return int(share < WANTED)


if __name__ == "__main__":
    main()
