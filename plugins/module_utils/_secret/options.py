# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of the modules swarm_secret and swarm_config. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.one_or_many import several_rules, several_spec
from .._run.progress import WAITING
from .versions import Family

_FLAG: dict[str, t.Any] = {"type": "bool", "default": False}
_ONE: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "data": {"type": "str", "no_log": True},
    "data_src": {"type": "path"},
    "data_is_b64": _FLAG,
    "labels": {"type": "dict"},
    "force": _FLAG,
    "rolling_versions": _FLAG,
    "versions_to_keep": {"type": "int", "default": 5},
    "template_driver": {"type": "str", "choices": ["golang"]},
}
_DRIVER: dict[str, t.Any] = {
    "type": "dict",
    "options": {"name": {"type": "str", "required": True}, "options": {"type": "dict"}},
}


def one_spec(family: Family) -> dict[str, t.Any]:
    """The options of one secret or config, but for its name."""
    return _ONE if family.readable else {**_ONE, "driver": _DRIVER}


def contents_spec(family: Family) -> dict[str, t.Any]:
    """The options of the family's module."""
    return {
        **several_spec(one_spec(family), family.words),
        "rewire": {"type": "bool", "default": True},
        **WAITING,
    }


def contents_rules(family: Family) -> dict[str, t.Any]:
    """Which options of the family's module need or exclude others."""
    return several_rules(family.words)
