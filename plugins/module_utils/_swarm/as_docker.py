# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm and its nodes in the Engine's words, as community.docker's modules return them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.driver_options import hide_login
from .._options.hidden import hide_spec, hide_value
from .options import SWARM

Raw = t.Dict[str, t.Any]


def facts(swarm: Raw) -> Raw:
    """``swarm_facts``: the swarm as ``GET /swarm`` has it, without its join tokens."""
    shown = {key: value for key, value in swarm.items() if key != "JoinTokens"}
    spec = hide_spec(SWARM, swarm.get("Spec") or {})
    ca_config = spec.get("CAConfig") or {}
    # No Engine that is known returns the key; an external CA may want a password.
    ca_config.pop("SigningCAKey", None)
    for ca in ca_config.get("ExternalCAs") or []:
        ca.update(URL=hide_login(ca.get("URL")), Options=hide_value(ca.get("Options")))
    return {**shown, "Spec": spec}


def tokens(found: dict[str, str]) -> Raw:
    """What ``facts`` leaves out, for a task that asks for it."""
    return {"JoinTokens": {"Worker": found["worker"], "Manager": found["manager"]}}


def node(raw: Raw) -> Raw:
    """A node as ``docker node ls`` shows it."""
    description = raw.get("Description") or {}
    raft = raw.get("ManagerStatus")
    return {
        "ID": raw["ID"],
        "Hostname": description.get("Hostname", ""),
        "Status": (raw.get("Status") or {}).get("State", "unknown"),
        "Availability": (raw.get("Spec") or {}).get("Availability", "active"),
        "ManagerStatus": ("Leader" if raft.get("Leader") else raft.get("Reachability")) if raft else None,
        "EngineVersion": (description.get("Engine") or {}).get("EngineVersion", ""),
    }


def filters(given: Raw | None) -> dict[str, list[str]] | None:
    """A task's filters in the Engine's form: each a list of texts, a yes or no in the spelling of Go."""
    if not given:
        return None
    return {
        str(name): [_text(one) for one in (value if isinstance(value, list) else [value])]
        for name, value in given.items()
    }


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
