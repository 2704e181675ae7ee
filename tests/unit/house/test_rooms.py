# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of ``plugins/``: which of them may import which, and which code is pure."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
# From the ground up: a room imports only rooms that stand before it.
FLOORS = {
    "module_utils": (
        "_files",
        "_engine",
        "_options",
        "_run",
        "_firewall",
        "_ports",
        "_swarm",
        "_rollout",
        "_forecast",
        "_node",
        "_secret",
        "_network",
        "_service",
        "_stack",
        "_deploy",
        "_image",
        "_export",
        "_host",
        "_operation",
        "_maintenance",
        "_haproxy",
        "_balance",
        "_upgrade",
        "_recover",
        "_backup",
    ),
    "plugin_utils": (
        "_control",
        "_inventory",
        "_program",
        "_engine",
        "_site",
        "_compose",
        "_stack",
        "_report",
    ),
}
MOST_FILES = 16
# What pure code must not import: it would read a file, a clock or a socket, or need Ansible.
IMPURE = {
    "ansible",
    "http",
    "os",
    "random",
    "requests",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "urllib",
}
# The steps that are pure in every room that has them.
PURE_STEPS = {"options", "declared", "plan"}
RESOURCES = ("_node", "_secret", "_network", "_service", "_stack")


class Source(t.NamedTuple):
    """A file of a room."""

    kind: str
    room: str
    leaf: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @property
    def is_pure(self) -> bool:
        """Whether its head says so."""
        return bool(re.search(r"\bPure\.", ast.get_docstring(self.tree) or ""))

    def imports(self, within: bool = True) -> t.Iterator[tuple[str, str, str]]:
        """The files of rooms that it imports: kind, room and leaf; what only types need does not count.

        Args:
            within: count what functions import when they are called, too.
        """
        for node in _run_time(self.tree) if within else self.tree.body:
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            steps = (node.module or "").split(".") if node.module else []
            if node.level == 1:
                start = [self.kind, self.room]
            elif node.level == 2:
                start = [self.kind]
            else:
                start = []
            steps = [*start, *steps]
            if len(steps) == 2:
                yield from ((steps[0], steps[1], alias.name) for alias in node.names)
            elif len(steps) == 3:
                yield steps[0], steps[1], steps[2]

    def libraries(self) -> set[str]:
        """The first word of each import from elsewhere."""
        found = set()
        for node in _run_time(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").split(".")[0])
        return found


def _run_time(tree: ast.AST) -> t.Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _run_time(node)


SOURCES = {
    (kind, path.parent.name, path.stem): Source(kind, path.parent.name, path.stem, path)
    for kind in FLOORS
    for path in sorted((PLUGINS / kind).glob("*/*.py"))
}
EACH = pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: f"{source.room}.{source.leaf}")


def test_every_file_stands_in_a_known_room() -> None:
    for kind, floors in FLOORS.items():
        assert not list((PLUGINS / kind).glob("*.py")), "no file lies outside of a room"
        assert {source.room for source in SOURCES.values() if source.kind == kind} == set(floors)


def test_no_room_has_more_files_than_a_reader_can_overlook() -> None:
    counts: dict[tuple[str, str], int] = {}
    for kind, room, _leaf in SOURCES:
        counts[kind, room] = counts.get((kind, room), 0) + 1
    assert {room: count for room, count in counts.items() if count > MOST_FILES} == {}


@EACH
def test_a_room_imports_only_rooms_below_it(source: Source) -> None:
    floors = FLOORS[source.kind]
    for kind, room, leaf in source.imports():
        assert (kind, room, leaf) in SOURCES, f"{kind}.{room}.{leaf} does not exist"
        if kind != source.kind:
            assert (source.kind, kind) == ("plugin_utils", "module_utils"), (
                "nothing on a host needs the control node"
            )
        elif room != source.room:
            assert floors.index(room) < floors.index(source.room), (
                f"{source.room} imports {room}, which stands above it"
            )


@EACH
def test_pure_code_imports_pure_code_only(source: Source) -> None:
    if not source.is_pure:
        return
    assert not source.libraries() & IMPURE
    impure = [one for one in source.imports(within=False) if not SOURCES[one].is_pure]
    assert impure == []


@pytest.mark.parametrize("room", RESOURCES)
def test_every_resource_has_the_same_steps_and_plans_without_a_swarm(room: str) -> None:
    leaves = {
        leaf: source
        for (kind, other, leaf), source in SOURCES.items()
        if (kind, other) == ("module_utils", room)
    }
    # The plan of a stack is the plans of its parts.
    steps = {"options", "declared", "plan", "apply", "deploy", "info"} - (
        {"plan"} if room == "_stack" else set()
    )
    assert steps <= set(leaves)
    assert {leaf for leaf in PURE_STEPS & set(leaves) if not leaves[leaf].is_pure} == set()


def test_one_class_name_means_one_thing() -> None:
    seen: dict[str, list[str]] = {}
    for source in SOURCES.values():
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                seen.setdefault(node.name, []).append(f"{source.room}.{source.leaf}")
    assert {name: places for name, places in seen.items() if len(places) > 1} == {}


def test_only_one_place_writes_with_the_version_of_an_object() -> None:
    writers = {
        f"{source.room}.{source.leaf}"
        for source in SOURCES.values()
        if re.search(r'\["Version"\]\["Index"\]', source.path.read_text(encoding="utf-8"))
    }
    # An update that the Engine has to refuse asks whether a secret's data is the same.
    assert writers == {"_engine.update", "_secret.compare"}
