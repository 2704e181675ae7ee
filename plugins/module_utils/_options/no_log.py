# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An argument spec beside the options that were given for it, at any depth. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t

Spec = t.Dict[str, t.Any]
# What Ansible itself writes there.
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# A secret so short occurs everywhere, in IDs and sentences too, so it is hidden only where it was given.
_SHORT = 4


def places(spec: Spec, params: dict[str, t.Any]) -> t.Iterator[tuple[dict[str, t.Any], str, Spec]]:
    """Every option that has a value: the dictionary it is in, its name, and what the spec says of it."""
    for name, option in spec.items():
        value = params.get(name)
        if value is None:
            continue
        yield params, name, option
        if option.get("options"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from places(option["options"], inner)


def hidden(spec: Spec, params: dict[str, t.Any]) -> dict[str, t.Any]:
    """A copy without the values that nobody may see."""
    shown = copy.deepcopy(params)
    for holder, name, option in list(places(spec, shown)):
        if option.get("no_log"):
            holder[name] = _HIDDEN
    return shown


def long_enough(values: t.Iterable[str]) -> set[str]:
    """Those of the values that nobody may see that are hidden wherever they occur."""
    return {value for value in values if len(value) >= _SHORT}


def without_paths(spec: Spec) -> Spec:
    """The spec with plain text for paths, since Ansible replaces variables and home folders by those of where it runs."""
    made = copy.deepcopy(spec)
    for option in _options(made):
        for key in ("type", "elements"):
            if option.get(key) == "path":
                option[key] = "str"
    return made


def has_moving_paths(spec: Spec, params: dict[str, t.Any]) -> bool:
    """Whether a path was given that means something else on each host."""
    for holder, name, option in places(spec, params):
        if "path" in (option.get("type"), option.get("elements")):
            given = holder[name] if isinstance(holder[name], list) else [holder[name]]
            if any(sign in str(path) for path in given for sign in "~$"):
                return True
    return False


def _options(spec: Spec) -> t.Iterator[Spec]:
    for option in spec.values():
        yield option
        yield from _options(option.get("options") or {})
