# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that take one object or a list of several. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused

Spec = t.Dict[str, t.Any]


def several_spec(one: Spec, several: str, **name: t.Any) -> Spec:
    """The argument spec of a module that takes one or several.

    Args:
        one: the options of one, but for its name.
        several: the list's name, such as ``services``.
        name: more of the spec of the name, such as ``aliases``.
    """
    named: Spec = {"type": "str", **name}
    return {
        **one,
        "name": named,
        several: {
            "type": "list",
            "elements": "dict",
            "options": {**one, "name": {**named, "required": True}},
            # Its name may look like a secret's; what may not be seen is marked within.
            "no_log": False,
        },
    }


def several_rules(several: str) -> Spec:
    """What such a module needs and excludes."""
    return {"required_one_of": [("name", several)], "mutually_exclusive": [("name", several)]}


def listed(one: Spec, params: Spec, several: str) -> list[Spec]:
    """All that is declared, whichever way.

    Args:
        one: the options of one, but for its name.
        params: the module's options.
        several: the list's name.

    Raises:
        Refused: an option of one stands beside the list; names the first.
    """
    if params[several] is None:
        return [params]
    for name, part in one.items():
        if params[name] != part.get("default"):
            raise Refused(
                f"{name} stands beside {several}, where it means nothing; give it to each {several[:-1]} it is for."
            )
    return list(params[several])
