# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs of the modules swarm_secret and swarm_config. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ._content import Family

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
_NAME: dict[str, t.Any] = {"type": "str", "required": True}
_DRIVER: dict[str, t.Any] = {"type": "dict", "options": {"name": _NAME, "options": {"type": "dict"}}}


def one_spec(family: Family) -> dict[str, t.Any]:
    """The options of one secret or config, but for its name."""
    return _ONE if family.readable else {**_ONE, "driver": _DRIVER}


def contents_spec(family: Family) -> dict[str, t.Any]:
    """The options of the family's module."""
    one = one_spec(family)
    return {
        **one,
        "name": {"type": "str"},
        family.words: {
            "type": "list",
            "elements": "dict",
            "options": {"name": _NAME, **one},
            "no_log": False,
        },
        "rewire": {"type": "bool", "default": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 300},
        "progress": {"type": "raw", "default": True},
    }


def contents_rules(family: Family) -> dict[str, t.Any]:
    """Which options of the family's module need or exclude others."""
    return {"required_one_of": [("name", family.words)], "mutually_exclusive": [("name", family.words)]}
