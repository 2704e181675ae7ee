# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a secret or a config, once. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._options import convert
from .._options.driver_options import hide_options
from .._options.labels import LABELS
from .._options.one_or_many import OneOrMany
from .._options.option import Option, Table, ValueType, argument_spec
from .._options.value_types import between
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS

Raw = t.Dict[str, t.Any]

_FLAG: Raw = {"type": "bool", "default": False}


def _driver(value: Raw) -> Raw:
    if not (value["name"] or "").strip():
        raise ValueError("name is empty: name the driver, or leave driver out")
    return {"Name": value["name"], "Options": convert.texts(value.get("options") or {}, "option")}


def _driver_name(value: Raw | None) -> str | None:
    return (value or {}).get("Name") or None


# The Engine writes what is not set as null, as an empty text, or not at all.
_NAME_OR_NONE = ValueType(
    {"type": "str"}, show=lambda name: name or None, canonical=lambda name: name or None
)
_DRIVER = ValueType(
    {
        "type": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "options": {"type": "dict", "hidden": hide_options, "text": "lines"},
        },
    },
    _driver,
    _driver_name,
    canonical=lambda value: (_driver_name(value), (value or {}).get("Options") or {}),
)

LABELS_OPTION = Option("labels", ("Labels",), LABELS, {}, keyed=True)
_CONFIG: Table = (
    LABELS_OPTION,
    Option("template_driver", ("Templating", "Name"), _NAME_OR_NONE, spec={"choices": ["golang"]}),
)
_SECRET: Table = (*_CONFIG, Option("driver", ("Driver",), _DRIVER))

# What is no part of the object, or, as the data, is not compared as an option is (see compare.py).
_BESIDE: Raw = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "data": {"type": "str", "no_log": True, "text": "any"},
    "data_src": {"type": "path"},
    "data_is_b64": _FLAG,
    "force": {**_FLAG, "once": True},
    "rolling_versions": _FLAG,
    "take_over": {"type": "bool", "default": True},
    # -1 keeps all, as in community.docker.
    "versions_to_keep": {
        "type": "int",
        "default": 5,
        "limits": between(-1, 10_000, "it is a number of versions, or -1 for all"),
    },
}


@dataclass(frozen=True)
class Family:
    """Secrets or configs.

    Attributes:
        word: ``secret`` or ``config``.
        limit: the number of bytes that its data has to stay below.
        readable: whether the Engine returns the data.
        table: its options.
    """

    word: str
    limit: int
    readable: bool
    table: Table

    @property
    def words(self) -> str:
        """More than one."""
        return f"{self.word}s"

    @property
    def path(self) -> str:
        """Where the Engine has them."""
        return f"/{self.words}"

    @property
    def versioned(self) -> Table:
        """The options of which another value needs a new version: the Engine changes nothing but labels."""
        return tuple(option for option in self.table if option is not LABELS_OPTION)

    @property
    def module(self) -> OneOrMany:
        """The options of one secret or config, or of many."""
        return OneOrMany({**_BESIDE, **argument_spec(self.table)}, self.words)

    @property
    def arguments(self) -> Raw:
        """The argument spec of the module."""
        return {**self.module.arguments, "rewire": {"type": "bool", "default": True}, **WAIT_ARGUMENTS}

    @property
    def interface(self) -> Interface:
        """How a task calls the module."""
        return Interface(self.arguments, self.module.rules, waits=True)


SECRET = Family("secret", 512000, readable=False, table=_SECRET)
CONFIG = Family("config", 1024000, readable=True, table=_CONFIG)
SECRET_INTERFACE, CONFIG_INTERFACE = SECRET.interface, CONFIG.interface
