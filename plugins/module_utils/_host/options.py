# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``swarm_host_info`` and ``swarm_engine_options``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.hidden import hide_value
from .._options.value_types import SECONDS
from .._run.interface import Interface
from .._run.progress import PROGRESS
from .daemon import hide

#: The private option by which an action gives all hosts of a run one salt, so that an equal value has an equal fingerprint
#: on each, and the plan computes it once.
SALT = "_salt"

HOST_INFO = Interface(
    {
        "wait_for_leader": {**SECONDS, "default": 0},
        **PROGRESS,
        SALT: {"type": "str", "no_log": False},
    },
    waits=True,
)


def _hide_log_options(value: t.Any) -> t.Any:
    return hide({"log-opts": value})["log-opts"]


def _hide_content(value: t.Any) -> t.Any:
    return hide(value) if isinstance(value, dict) else hide_value(value)


#: What is declared of daemon.json. The role swarm_engine has a variable for each, ``swarm_engine_`` before the name.
DECLARED: dict[str, t.Any] = {
    "insecure_registries": {"type": "list", "elements": "str"},
    "mtu": {"type": "int"},
    "log_driver": {"type": "str"},
    "log_options": {"type": "dict", "hidden": _hide_log_options, "text": "lines"},
    "data_root": {"type": "str"},
    "daemon": {"type": "dict", "default": {}, "hidden": _hide_content, "text": "lines"},
}

ENGINE_OPTIONS = Interface(
    {
        **DECLARED,
        "state": {"type": "str", "default": "present", "choices": ["present", "restored", "kept"]},
    },
    connects=False,
)
