# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of every module that takes secrets, with a canary wherever an option may hold one.

What may hold one comes from the table of all modules (``tests/unit/support/module_cases.py``). A unit test fails where an option
that the argument specs hide is not in it.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CANARY, CASES

Raw = dict[str, t.Any]
Task = dict[str, t.Any]

#: What stands in place of a canary where a number does.
NUMBER = 9182736450055

#: What a task of these modules has on a real swarm in place of the options of the table.
REAL: dict[str, Raw] = {
    "swarm_service": {"name": "web", "resolve_image": "never", "replicas": 0, "wait": False},
    "swarm_stack": {"name": "shop", "remote_src": False, "resolve_image": "never", "wait": False},
    "swarm_secret": {"name": "app", "wait": False},
    "swarm_config": {"name": "app", "wait": False},
}
_WEB: Raw = {"environment": {"PLAIN": CANARY, "FILLED": "${KEY:-none}"}, "deploy": {"replicas": 0}}


def right(image: str) -> list[Task]:
    """Tasks whose options are all right: as few as can be, with every option that may hold a secret in one of them."""
    made = []
    for module, case in CASES.items():
        given = {**case.given, **REAL.get(module, {})}
        if module == "swarm_service":
            given["image"] = image
        if module == "swarm_stack":
            given = {**REAL[module], "compose": [{"services": {"web": {**_WEB, "image": image}}}]}
        made += [_task(module, {**given, **more}) for more in _together(case.hidden)]
    return made


def _together(sets: t.Iterable[Raw]) -> list[Raw]:
    """Sets of options, as many of them together as do not name the same option."""
    groups: list[Raw] = []
    for one in sets:
        public = {name: value for name, value in one.items() if not name.startswith("_")}
        # The files of a stack are those of its task, the others' own.
        if not public or "compose" in public or len(public) < len(one):
            continue
        for group in groups:
            if not group.keys() & public.keys():
                group.update(public)
                break
        else:
            groups.append(dict(public))
    return groups


def wrong_types(tasks: list[Task]) -> list[Task]:
    """The same tasks with values of other types: in place of the secret, and of the option it is a part of.

    Which type each gets alternates here; the unit tests have all of them for each option.
    """
    others = itertools.cycle([NUMBER, [CANARY], {"KEY": CANARY}])
    inside = [_changed(task, functools.partial(_put, next(others))) for task in tasks]
    return [*inside, *(_changed(task, lambda _value: f"{CANARY}=1") for task in tasks)]


def misspelt(tasks: list[Task]) -> list[Task]:
    """The same tasks with the names misspelt: of the option, and of the part of it that has the secret."""
    made = []
    for task in tasks:
        [(name, options)] = task.items()
        made.append({name: {_wrong(key, value): value for key, value in options.items()}})
        made.append(_changed(task, _misspelt_inside))
    return made


def _task(module: str, options: Raw) -> Task:
    return {f"flotilla.swarm.{module}": options}


def _changed(task: Task, change: t.Callable[[t.Any], t.Any]) -> Task:
    [(name, options)] = task.items()
    return {name: {key: change(value) if _has(value) else value for key, value in options.items()}}


def _has(value: t.Any) -> bool:
    return CANARY in str(value)


def _wrong(name: str, value: t.Any) -> str:
    return f"{name}x" if _has(value) else name


def _put(other: t.Any, value: t.Any) -> t.Any:
    """The value with another one wherever the canary is one."""
    if isinstance(value, dict):
        return {name: _put(other, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_put(other, inner) for inner in value]
    return other if _has(value) else value


def _misspelt_inside(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {_wrong(name, inner): _misspelt_inside(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_misspelt_inside(inner) for inner in value]
    return value
