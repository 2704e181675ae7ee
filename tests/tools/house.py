# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the structure of a checkout: ``house.py [--tree PATH] [--json]``. Two checkouts are compared by running it on both.

It is a report: the exit code is 0 unless something could not be measured.

Rooms: the subfolders of ``module_utils`` and ``plugin_utils``; files that lie flat in one of these are one room. Lines are
all lines of the Python files but those of DOCUMENTATION, EXAMPLES and RETURN.

Paths: six values are followed from a user's YAML to the Engine. The real action plugin runs with a connection that runs the
program in this process instead of on a host; the program's real client talks to an Engine on a unix socket that is made up
(``house_engine.py``). Every call of a function of ``plugins/`` is seen with ``sys.setprofile``, in all threads, until the
task's last POST arrives. What runs while a file is imported does not count, nor does what other branches would run. Two
figures:

* road: the distinct files in which a function held the value, in its arguments, its locals (when it returned, or when a POST
  arrived) or its return value. The value is looked for in the user's form and in the Engine's, down to twelve levels of
  dictionaries, lists and objects of the collection. So a function counts that gets a whole host or a whole stack for another
  reason. The action's own file counts, since Ansible hands the value to it, even where it has no function.
* run: the distinct files of which any function ran, and the action's own.

To both, a label of the inventory adds the YAML files on the shortest ways from the site playbook to the task that plans and
to the task that hands the planned labels on.

The aims come from a count half by hand at 02c76b2, where this script says (road, run): labels 16 (14, 17), image 23 (21, 22),
delay 24 (20, 23), data 26 (20, 25), all near what ran; Compose 35 (39, 63), the inventory's label 28 (31, 40), near the road,
without files that only pass a whole host or stack on. The aims are compared with the road, and the last column says where
what ran is still above.

Programs: the source texts that an action sends to a host besides the beginning of every program; their number, their bytes
before they are compressed, and the bytes of all that is sent. A kB is 1000 bytes.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import os
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UTILS = ("module_utils", "plugin_utils")
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
# Class names that Ansible demands.
DEMANDED = {"ActionModule", "FilterModule", "InventoryModule", "ModuleDocFragment"}
# Lines: a function that has more is listed.
LONG = 40
# What the restructuring is to come to.
MOST_FILES = 16
PATH_AIMS = {
    "labels (swarm_node)": 11,
    "image (swarm_service)": 15,
    "data (swarm_secret, rotation)": 17,
    "deploy.update_config.delay (swarm_stack)": 20,
    "swarm_labels_node__x (site playbook)": 18,
}
PROGRAM_AIMS = {"swarm_network": 170_000, "swarm_service": 200_000}

Measured = dict[str, t.Any]


class Source(t.NamedTuple):
    """A file of ``plugins/``, by its path below it."""

    path: str
    text: str
    tree: ast.Module


def sources(tree: Path) -> list[Source]:
    """All Python files of ``plugins/``."""
    found = []
    for path in sorted((tree / "plugins").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(str(path.relative_to(tree / "plugins")), text, ast.parse(text)))
    return found


def code_lines(source: Source) -> int:
    """The lines of a file without its documentation for users."""
    documented = 0
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & DOCUMENTATION:
            documented += (node.end_lineno or node.lineno) - node.lineno + 1
    return len(source.text.splitlines()) - documented


def room(path: str) -> str:
    """The room of a file."""
    parts = path.split("/")
    if parts[0] not in UTILS:
        return parts[0]
    return f"{parts[0]}/{parts[1]}" if len(parts) > 2 else f"{parts[0]} (flat)"


def rooms(files: list[Source]) -> dict[str, tuple[int, int]]:
    """The number of files and of lines of each room, and of ``plugins/``."""
    found: dict[str, tuple[int, int]] = {}
    for source in files:
        for name in (room(source.path), "plugins"):
            count, lines = found.get(name, (0, 0))
            found[name] = (count + 1, lines + code_lines(source))
    return dict(sorted(found.items()))


def long_functions(files: list[Source]) -> list[tuple[int, str]]:
    """Functions that are longer than 40 lines: their lengths and places."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = []
    for source in files:
        for node in ast.walk(source.tree):
            if isinstance(node, kinds):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found += [(length, f"{source.path}:{node.lineno} {node.name}")] if length > LONG else []
    return sorted(found, reverse=True)


def equal_classes(files: list[Source]) -> dict[str, list[str]]:
    """The names of classes that are defined more than once, with their files."""
    found: dict[str, list[str]] = collections.defaultdict(list)
    for source in files:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and node.name not in DEMANDED:
                found[node.name].append(source.path)
    return {name: paths for name, paths in sorted(found.items()) if len(paths) > 1}


def measure(tree: Path, folder: Path) -> Measured:
    """Everything that is reported; ``errors`` says what could not be measured.

    Args:
        tree: the checkout.
        folder: an empty one, for what is needed meanwhile.
    """
    files = sources(tree)
    found: Measured = {
        "tree": str(tree),
        "commit": commit(tree),
        "rooms": rooms(files),
        "long": long_functions(files),
        "equal": equal_classes(files),
    }
    # Ansible reads its configuration as soon as it is imported, and the collection has to be found by its own name.
    place = folder / "ansible_collections" / "flotilla"
    place.mkdir(parents=True)
    (place / "swarm").symlink_to(tree)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(folder)
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        del os.environ[name]
    sys.path[:0] = [str(folder), str(ROOT / "tests")]
    from tools import house_paths

    return {**found, **house_paths.measure(tree, folder)}


def commit(tree: Path) -> str:
    """The commit of a checkout, and whether something differs from it."""
    command = ["git", "-C", str(tree), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def counts(path: dict[str, list[str]]) -> tuple[int, int, int]:
    """How many files are on a value's road, how many ran, and how many of both are YAML."""
    return len(path["road"] + path["yaml"]), len(path["run"] + path["yaml"]), len(path["yaml"])


def compared(found: Measured) -> list[tuple[t.Any, ...]]:
    """What was measured beside what is aimed at; of paths the road, and beside it what ran."""
    largest = max(files for name, (files, _lines) in found["rooms"].items() if name.startswith(UTILS))
    values: list[tuple[t.Any, ...]] = [("files of the largest room", largest, "", MOST_FILES)]
    for name, aim in PATH_AIMS.items():
        path = found["paths"].get(name)
        values.append((name, *(counts(path)[:2] if path else ("?", "?")), aim))
    for name, aim in PROGRAM_AIMS.items():
        program = found["programs"].get(name)
        values.append((f"program of {name}, bytes", program["bytes"] if program else "?", "", aim))
    return [(*row, _reached(row[1], row[2], row[3])) for row in values]


def _reached(value: int | str, run: int | str, aim: int) -> str:
    if isinstance(value, str):
        return "not measured"
    if value > aim:
        return "no"
    return "yes, but not by run" if isinstance(run, int) and run > aim else "yes"


def table(head: t.Sequence[str], rows: t.Iterable[t.Sequence[t.Any]]) -> str:
    """Columns: texts to the left, numbers to the right."""
    lines = [
        [*head],
        *([f"{cell:,}" if isinstance(cell, (int, float)) else str(cell) for cell in row] for row in rows),
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
            ]
        )
        for line in lines
    )


def report(found: Measured) -> str:
    """All tables."""
    paths = [(name, *counts(path)) for name, path in found["paths"].items()]
    programs = [(name, *program.values()) for name, program in found["programs"].items()]
    parts = [
        f"{found['tree']} at {found['commit']}",
        table(("room", "files", "lines"), [(name, *both) for name, both in found["rooms"].items()]),
        table(("a value passes, in files", "road", "run", "of these YAML"), paths),
        table(("program of", "files", "bytes", "bytes sent"), programs),
        table(
            (f"functions longer than {LONG} lines: {len(found['long'])}", "lines"),
            [row[::-1] for row in found["long"]],
        ),
        "\n".join(
            [
                f"class names defined more than once: {len(found['equal'])}",
                *(f"{name}: {', '.join(places)}" for name, places in found["equal"].items()),
            ]
        ),
        table(("compared with the aims", "is", "run", "aim", "reached"), compared(found)),
    ]
    parts += ["\n".join(["not measured:", *found["errors"]])] if found["errors"] else []
    return "\n\n".join(parts)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the structure of a checkout.")
    parser.add_argument(
        "--tree", type=Path, default=ROOT, help="the checkout (default: the one this script is in)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with all files of each path")
    args = parser.parse_args()
    # Nothing is written to the checkout, which others may be at work in.
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory(prefix="flotilla-house-") as folder:
        found = measure(args.tree.resolve(), Path(folder))
    print(json.dumps(found, indent=2) if args.json else report(found))
    return 1 if found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
