# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An argument spec beside the options that were given for it, at any depth. PRIVATE to the collection. Pure.

Beside what Ansible knows, a spec of ours may say ``hidden``: how the value of an option is shown where a result or a log repeats
it (see ``hidden.py``).
"""

from __future__ import annotations

import copy
import typing as t

Spec = t.Dict[str, t.Any]

# What Ansible itself writes in place of the value of a ``no_log`` option.
_NO_LOG = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# A secret so short occurs everywhere, in IDs and sentences too, so it is hidden only where it was given.
_SHORT = 4


def hide_arguments(arguments: Spec, options: Spec, show_values: bool = False) -> Spec:
    """A copy of a task's options as a result or a log may repeat them, without the private ones between action and module.

    Args:
        arguments: the argument spec.
        options: what was given.
        show_values: hide only what ``no_log`` marks.
    """
    shown = copy.deepcopy({name: value for name, value in options.items() if not name.startswith("_")})
    for holder, name, argument in list(given_arguments(arguments, shown)):
        if argument.get("no_log"):
            holder[name] = _NO_LOG
        elif argument.get("hidden") and not show_values:
            holder[name] = argument["hidden"](holder[name])
    return shown


def hides_anything(arguments: Spec) -> bool:
    """Whether a task's options may hold a secret."""
    return any(argument.get("no_log") or argument.get("hidden") for argument in all_arguments(arguments))


def long_enough(values: t.Iterable[str]) -> set[str]:
    """Those of the values of ``no_log`` options that are hidden wherever they occur."""
    return {value for value in values if len(value) >= _SHORT}


def for_ansible(arguments: Spec) -> Spec:
    """The argument spec without what Ansible does not know."""
    made = copy.deepcopy(arguments)
    for argument in all_arguments(made):
        argument.pop("hidden", None)
    return made


def given_arguments(arguments: Spec, options: Spec) -> t.Iterator[tuple[dict[str, t.Any], str, Spec]]:
    """Every option that has a value, at any depth: the dictionary it stands in, its name, and its argument spec."""
    for name, argument in arguments.items():
        value = options.get(name)
        if value is None:
            continue
        yield options, name, argument
        if argument.get("options"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from given_arguments(argument["options"], inner)


def all_arguments(arguments: Spec) -> t.Iterator[Spec]:
    """The argument spec of every option, at any depth."""
    for argument in arguments.values():
        yield argument
        yield from all_arguments(argument.get("options") or {})


def without_paths(arguments: Spec) -> Spec:
    """The argument spec with plain text for paths: Ansible replaces variables and home folders by those of where it runs."""
    made = copy.deepcopy(arguments)
    for argument in all_arguments(made):
        for key in ("type", "elements"):
            if argument.get(key) == "path":
                argument[key] = "str"
    return made


def depends_on_host(arguments: Spec, options: Spec) -> bool:
    """Whether a path was given that means something else on each host."""
    for holder, name, argument in given_arguments(arguments, options):
        if "path" in (argument.get("type"), argument.get("elements")):
            given = holder[name] if isinstance(holder[name], list) else [holder[name]]
            if any(sign in str(path) for path in given for sign in "~$"):
                return True
    return False
