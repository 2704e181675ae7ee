# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of every module that takes secrets, with a canary wherever an option may hold one, for runs on real hosts.

What may hold one comes from the table of all modules (``module_cases.py``); ``test_every_secret.py`` fails where an option that
is hidden is in no task here.
"""

from __future__ import annotations

import base64
import functools
import importlib
import itertools
import typing as t

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CANARY, CASES, Case

Raw = dict[str, t.Any]

#: What stands in place of a canary where a number does.
NUMBER = 9182736450055
#: The size of logs that services have, which is no secret and stays visible.
SHOWN = "7777k"


def _in_base64(before: int) -> str:
    """What every text has in Base64 that has the canary after some number of characters; three of them stand for all."""
    whole = base64.b64encode(b" " * before + CANARY.encode()).decode()
    return whole[-(-8 * before // 6) : 8 * (before + len(CANARY)) // 6]


#: What a secret is known by: the text, the number, and the text in Base64.
SIGNS = (CANARY, str(NUMBER), *map(_in_base64, range(3)))

#: The modules that take one object or a list of them, with the list's name.
MANY = {
    "swarm_config": "configs",
    "swarm_network": "networks",
    "swarm_secret": "secrets",
    "swarm_service": "services",
    "swarm_stack": "stacks",
}
# What a task of these has on a real swarm in place of the options of the table.
_REAL: dict[str, Raw] = {
    "swarm_config": {"force": True, "wait": False},
    # The Engine looks 15 s for a driver of another name.
    "swarm_network": {"wait": False, "recreate": True, "ipam_driver": "default"},
    "swarm_secret": {"force": True, "wait": False},
    "swarm_service": {"resolve_image": "never", "replicas": 0, "wait": False},
    "swarm_stack": {"remote_src": False, "resolve_image": "never", "wait": False},
}
_PLUGINS = "ansible_collections.flotilla.swarm.plugins.modules"


class Task(t.NamedTuple):
    """A task: the name of its module, and its options."""

    module: str
    options: Raw

    @property
    def is_slow(self) -> bool:
        """Whether the Engine would look 15 s for a plugin that there is not, and fail."""
        return "'vault'" in str(self.options)

    def changed(self, change: t.Callable[[t.Any], t.Any]) -> Task:
        """The same with other values for the options in which a canary stands."""
        options = {name: change(value) if has(value) else value for name, value in self.options.items()}
        return Task(self.module, options)


def right(image: str, place: str = "here", many: bool = False, more: str = "") -> list[Task]:
    """Tasks whose options are all right, as few as can be, with every option that may hold a secret in one of them.

    Args:
        image: that of the services.
        place: what the names of all objects end with.
        many: name objects in a list where the module takes one.
        more: what the canaries end with: another one is a change.
    """
    alone = [
        task
        for module, case in CASES.items()
        if module not in ("swarm_deploy", "swarm_image_info", "swarm_backup", "swarm_restore")
        for task in _right(module, case, image, place, many, more)
    ]
    # The same in one call, and what is slow in a call of its own.
    calls = [lists(image, f"{place}-all", more, slow) for slow in (False, True)]
    alone += [Task("swarm_image_info", call) for call in calls]
    return alone + [Task("swarm_deploy", {**call, "wait": False}) for call in calls]


def lists(image: str, place: str, more: str, slow: bool) -> Raw:
    """The lists of swarm_deploy with every option that may hold a secret: in those entries that are slow, or in all others."""
    found: Raw = {}
    for module, key in MANY.items():
        for task in _right(module, CASES[module], image, place, True, more):
            if task.is_slow is slow:
                found.setdefault(key, []).extend(task.options[key])
    return found


def inventory(image: str, more: str = "", check: bool = True) -> Raw:
    """The variables of flotilla.swarm.deploy that declare the same; what is slow for ``check`` only."""
    declared: Raw = {}
    for slow in (False, True) if check else (False,):
        for key, entries in lists(image, "declared", more, slow).items():
            declared.setdefault(f"swarm_{key}", []).extend(entries)
    return declared


def _right(module: str, case: Case, image: str, place: str, many: bool, more: str) -> list[Task]:
    given = dict(case.given)
    if "name" in given:
        given["name"] = f"{given['name']}-{place}"
    if module == "swarm_service":
        given["image"] = image
    if module == "swarm_pull":
        given["images"] = [image]
    if module == "swarm_stack":
        given = {"name": f"shop-{place}", "compose": [_compose(image)], "variables": {"KEY": CANARY}}
    own = [{**given, **hidden, **_REAL.get(module, {})} for hidden in _together(case.hidden)]
    tasks = _in_lists(module, own) if many else [Task(module, one) for one in own]
    # A join token has a length of its own.
    return [
        task if module == "swarm_join" else task.changed(functools.partial(_ended, more)) for task in tasks
    ]


def wrong_values(tasks: list[Task]) -> list[Task]:
    """The same tasks with values of other types in place of the secrets.

    Which type each gets alternates here; the unit tests have all of them for each option.
    """
    others = itertools.cycle([NUMBER, [CANARY], {"KEY": CANARY}])
    return [task.changed(functools.partial(_put, next(others))) for task in tasks]


def wrong_wholes(tasks: list[Task]) -> list[Task]:
    """The same tasks with a text in place of each option that a secret is a part of."""
    texts = {"compose": f'{{"services": "{CANARY}"}}'}
    made = []
    for module, options in tasks:
        spoiled = {
            name: texts.get(name, f"{CANARY}=1") if has(value) else value for name, value in options.items()
        }
        made.append(Task(module, spoiled))
    return made


def misspelt(tasks: list[Task]) -> list[Task]:
    """The same tasks with names misspelt: those of the options, or of the parts of them that have the secrets, alternating."""
    made = []
    for number, task in enumerate(tasks):
        if number % 2:
            made.append(task.changed(_misspelt_inside))
        else:
            made.append(Task(task.module, {_wrong(*one): one[1] for one in task.options.items()}))
    return made


def unreachable(tasks: list[Task]) -> list[Task]:
    """The same tasks with an Engine that does not answer."""
    way = {"docker_host": "tcp://127.0.0.1:1", "timeout": 2}
    return [Task(module, {**options, **way}) for module, options in tasks]


def has(value: t.Any) -> bool:
    """Whether a canary stands in a value."""
    return CANARY in str(value)


def _compose(image: str) -> Raw:
    web: Raw = {"image": image, "deploy": {"replicas": 0}, "secrets": ["key"], "configs": ["conf"]}
    web["environment"] = {"PLAIN": CANARY, "FILLED": "${KEY:-none}"}
    web["logging"] = {
        "driver": "gelf",
        "options": {"gelf-address": "udp://127.0.0.1:1", "max-size": SHOWN, "token": CANARY},
    }
    compose: Raw = {"services": {"web": web}, "secrets": {"key": {"environment": "KEY"}}}
    compose["secrets"]["word"] = {"content": CANARY}
    compose["configs"] = {"conf": {"content": CANARY}}
    return compose


def _together(sets: t.Iterable[Raw]) -> list[Raw]:
    """Sets of options, as many of them together as do not name the same option."""
    groups: list[Raw] = []
    for one in sets:
        # The files of a stack are those of its task; what an action hands on is no option of a task.
        if "compose" in one or any(name.startswith("_") for name in one):
            continue
        group = next((group for group in groups if not group.keys() & one.keys()), None)
        if group is None:
            groups.append(dict(one))
        else:
            group.update(one)
    return groups


def _in_lists(module: str, all_options: list[Raw]) -> list[Task]:
    """As few tasks as can be for all of these options, where the module takes a list of objects."""
    if module not in MANY:
        return [Task(module, options) for options in all_options]
    code = vars(importlib.import_module(f"{_PLUGINS}.{module}"))
    verb = next(value for name, value in code.items() if name.endswith("VERB"))
    of_one = verb.interface.arguments[MANY[module]]["options"]
    made = []
    # The slow ones apart, since their task is one for check mode.
    for slow in (False, True):
        shared: Raw = {}
        entries = []
        for number, options in enumerate(all_options):
            if Task(module, options).is_slow is slow:
                entry = {name: value for name, value in options.items() if name in of_one}
                entries.append({**entry, "name": f"{options['name']}{number}"})
                shared.update({name: value for name, value in options.items() if name not in of_one})
        if entries:
            made.append(Task(module, {**shared, MANY[module]: entries}))
    return made


def _ended(more: str, value: t.Any) -> t.Any:
    return _each(lambda text: text.replace(CANARY, CANARY + more) if isinstance(text, str) else text, value)


def _put(other: t.Any, value: t.Any) -> t.Any:
    """The value with another one wherever the canary is one."""
    return _each(lambda scalar: other if has(scalar) else scalar, value)


def _each(change: t.Callable[[t.Any], t.Any], value: t.Any) -> t.Any:
    """The value with each text and number in it changed."""
    if isinstance(value, dict):
        return {name: _each(change, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_each(change, inner) for inner in value]
    return change(value)


def _wrong(name: str, value: t.Any) -> str:
    return f"{name}x" if has(value) else name


def _misspelt_inside(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {_wrong(name, inner): _misspelt_inside(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_misspelt_inside(inner) for inner in value]
    return value
