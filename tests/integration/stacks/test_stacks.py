# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""K1, K2: stack files as projects have them, by the command lines of both Engines and by the module."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose import unsupported
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.service import KEYS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.yaml import Budget, parse
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Result
from ansible_collections.flotilla.swarm.tests.integration.stacks import intended
from ansible_collections.flotilla.swarm.tests.integration.stacks.cases import (
    ENGINES,
    NEW,
    SPELLED_OUT,
    Shape,
    shapes,
)
from ansible_collections.flotilla.swarm.tests.integration.stacks.comparing import (
    alike,
    declared,
    differences,
)
from ansible_collections.flotilla.swarm.tests.integration.stacks.refusals import (
    BY_COMMAND_LINE,
    BY_COMPOSE,
    BY_MODULE,
    SPOILT_BY_COMPOSE,
)
from ansible_collections.flotilla.swarm.tests.integration.stacks.swarms import Stacks, Swarms

ALL = shapes()
SPELLED = [name for name in ALL if (SPELLED_OUT / f"{name}.yml").exists()]


def by_module(engine: str) -> list[str]:
    """The stacks that the module deploys."""
    return [name for name in ALL if engine not in BY_MODULE.get(name, {})]


def by_both(engine: str) -> list[str]:
    """Those that the command line deploys, too."""
    return [name for name in by_module(engine) if engine not in BY_COMMAND_LINE.get(name, {})]


def on_each(names: t.Callable[[str], t.Iterable[str]]) -> list[t.Any]:
    """Parameters: an Engine and a stack."""
    return [pytest.param(engine, name, id=f"{engine}-{name}") for engine in ENGINES for name in names(engine)]


@dataclass(frozen=True)
class Found:
    """What was found by deploying all stacks, by Engine.

    Attributes:
        refused_by_command_line: what it said of the stacks that it refused.
        theirs: the stacks as the command line makes them.
        taken, again: results of the module, which deploys the same stacks twice.
        after: the stacks after it.
        gone: the services whose tasks were replaced by that.
        spelled: the stacks that the command line makes of what is spelled out for it.
        refused_by_module: what the module said of the stacks that it refuses, some of them unless the task says otherwise.
        ours: the stacks as the module makes them.
        refused_by_compose: what docker compose config said of the stacks that it refused.
        composed: the module's result for what docker compose config made.
    """

    refused_by_command_line: dict[str, dict[str, str]]
    theirs: dict[str, Stacks]
    taken: dict[str, Result]
    again: dict[str, Result]
    after: dict[str, Stacks]
    gone: dict[str, set[str]]
    spelled: dict[str, Stacks]
    refused_by_module: dict[str, dict[str, str]]
    ours: dict[str, Stacks]
    refused_by_compose: dict[str, str]
    composed: Result


@pytest.fixture(scope="module")
def found(swarms: Swarms) -> Found:
    """All of it, at once for all stacks."""
    said = swarms.by_command_line(ALL.values())
    theirs, tasks = swarms.stacks(), swarms.tasks()
    both = {engine: [ALL[name] for name in by_both(engine)] for engine in ENGINES}
    taken, again = swarms.by_module(both, both)
    after, left = swarms.stacks(), swarms.tasks()
    gone = {
        engine: {name.partition(".")[0] for task, name in tasks[engine].items() if task not in left[engine]}
        for engine in ENGINES
    }
    swarms.clear()

    assert swarms.by_command_line([ALL[name] for name in SPELLED], spelled_out=True) == {
        engine: {} for engine in ENGINES
    }
    spelled = swarms.stacks()
    swarms.clear()

    refused = {
        engine: [
            Shape(name, ALL[name].files)
            for name, by in BY_MODULE.items()
            if {engine, "without options"} & set(by)
        ]
        for engine in ENGINES
    }
    [words] = swarms.by_module(refused, one_by_one=True)
    refused_by_module = {
        engine: {
            shape.name: one.get("msg", "") if one.get("failed") else ""
            for shape, one in zip(some, words[engine]["results"], strict=True)
        }
        for engine, some in refused.items()
    }
    assert all(stacks == {} for stacks in swarms.stacks().values()), "nothing was sent"

    [made] = swarms.by_module({engine: [ALL[name] for name in by_module(engine)] for engine in ENGINES})
    assert {engine: result.get("msg") for engine, result in made.items() if result["failed"]} == {}
    ours = swarms.stacks()
    refused_by_compose = swarms.by_compose([ALL[name] for name in by_module(NEW)])
    composed = swarms.as_composed(
        [ALL[name] for name in by_module(NEW) if name not in {*refused_by_compose, *SPOILT_BY_COMPOSE}]
    )
    swarms.clear()
    return Found(
        said,
        theirs,
        taken,
        again,
        after,
        gone,
        spelled,
        refused_by_module,
        ours,
        refused_by_compose,
        composed,
    )


def names_of_networks(*sides: dict[str, Stacks]) -> dict[str, str]:
    """All networks, names by IDs."""
    return {
        network["Id"]: name
        for side in sides
        for stacks in side.values()
        for specs in stacks.values()
        for name, network in specs["network"].items()
    }


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 40
    tables = (
        *BY_COMMAND_LINE,
        *BY_MODULE,
        *BY_COMPOSE,
        *SPOILT_BY_COMPOSE,
        *intended.OF_STACKS,
        *intended.OF_NETWORKS,
        *SPELLED,
    )
    assert set(tables) <= set(ALL)


def test_every_key_stands_in_one_of_them() -> None:
    """Those that Swarm has, and those of each class that it does not have."""
    tables = [
        table
        for name, table in vars(unsupported).items()
        # PARTS has what stands in the others, with words for the guide.
        if name.isupper() and name != "PARTS" and isinstance(table, dict)
    ]
    wanted = {key for table in (*tables, KEYS) for key in _keys(table)} - set(unsupported.MOUNT_WORDS)
    texts = [path.read_bytes() for shape in ALL.values() if shape.name != "repeated" for path in shape.files]
    assert wanted - {key for text in texts for key in _keys(parse(text, "a shape", Budget()))} == set()


def _keys(content: t.Any) -> t.Iterator[str]:
    if isinstance(content, dict):
        yield from content
    for inner in (
        content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    ):
        yield from _keys(inner)


@pytest.mark.parametrize(("engine", "name"), on_each(by_both))
def test_both_make_the_same(found: Found, engine: str, name: str) -> None:
    """Field by field, but for what is meant to differ, and what is meant to differ does."""
    names = names_of_networks(found.theirs, found.ours)
    differ = differences(alike(found.theirs[engine][name], names), alike(found.ours[engine][name], names))
    here = {**intended.OF_STACKS.get(name, {}), **intended.OF_NETWORKS.get(name, {})}
    assert intended.unexplained(differ, intended.MADE, here) == []
    assert bool(here) == (intended.unexplained(differ, intended.MADE, {}) != [])


@pytest.mark.parametrize(("engine", "name"), on_each(by_both))
def test_taken_over_as_it_is(found: Found, engine: str, name: str) -> None:
    """Nothing but the memory is written, and no task is replaced."""
    assert not found.taken[engine]["failed"], found.taken[engine]["msg"]
    differ = differences(declared(found.theirs[engine][name]), declared(found.after[engine][name]))
    here = intended.OF_STACKS.get(name, {})
    assert intended.unexplained(differ, intended.TAKEN, here) == []
    services = set(found.theirs[engine][name]["service"])
    assert here or not services & found.gone[engine]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_second_run_changes_nothing(found: Found, engine: str) -> None:
    assert (found.again[engine]["failed"], found.again[engine].get("actions")) == (False, [])
    assert not found.again[engine]["changed"]


@pytest.mark.parametrize(("engine", "name"), on_each(lambda _engine: SPELLED))
def test_translated_into_what_docker_takes(found: Found, engine: str, name: str) -> None:
    names = names_of_networks(found.spelled, found.ours)
    differ = differences(alike(found.spelled[engine][name], names), alike(found.ours[engine][name], names))
    assert intended.unexplained(differ, intended.MADE, {}) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_the_command_line_refuses(found: Found, engine: str) -> None:
    wanted = {name: by[engine] for name, by in BY_COMMAND_LINE.items() if engine in by}
    said = found.refused_by_command_line[engine]
    assert {name: said[name].strip().splitlines()[-1] for name in said if name not in wanted} == {}
    assert {name: said.get(name) for name, words in wanted.items() if words not in said.get(name, "")} == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_module_refuses(found: Found, engine: str) -> None:
    said = found.refused_by_module[engine]
    wanted = {name: BY_MODULE[name].get(engine) or BY_MODULE[name]["without options"] for name in said}
    assert {name: said[name] for name, words in wanted.items() if words not in said[name]} == {}


def test_what_docker_compose_makes_of_it_is_the_same(found: Found) -> None:
    said = found.refused_by_compose
    assert {name: said[name].strip().splitlines()[-1] for name in said if name not in BY_COMPOSE} == {}
    assert {
        name: said.get(name) for name, words in BY_COMPOSE.items() if words not in said.get(name, "")
    } == {}
    assert not found.composed["failed"], found.composed["msg"]
    # It leaves out keys whose value is the default, which are not declared then; no task is replaced for that.
    more = [one for one in found.composed["actions"] if not one.endswith(": updated (flotilla.declared)")]
    assert more == []
