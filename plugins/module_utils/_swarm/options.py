# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm's own settings as a table, and how tasks call the verbs of a swarm. PRIVATE to the collection. Pure.

Defaults are those of swarmkit's ``manager/state/store`` and moby's ``daemon/cluster/convert/swarm.go``.
"""

from __future__ import annotations

import re
import typing as t

from .._options import convert
from .._options.driver_options import hide_login, hide_options
from .._options.labels import LABELS
from .._options.option import BOOL, DURATION, INT, Option, Table, ValueType, argument_spec
from .._options.value_types import SECONDS, at_least, between, lists
from .._run.interface import Interface
from .._run.progress import PROGRESS, wait_arguments
from . import addresses

_HOUR = 3600 * 10**9


def _an_hour(value: int) -> None:
    if value < _HOUR:
        raise ValueError("a certificate has to live at least 1h")


_counted = at_least(0, "a count")
_kept = at_least(-1, "a number of tasks, or -1 for all")

SETTINGS: Table = (
    Option(
        "task_history_retention_limit", ("Orchestration", "TaskHistoryRetentionLimit"), INT, 5, limits=_kept
    ),
    Option("snapshot_interval", ("Raft", "SnapshotInterval"), INT, 10000, limits=_counted, missing=0),
    Option("keep_old_snapshots", ("Raft", "KeepOldSnapshots"), INT, 0, limits=_counted),
    Option(
        "log_entries_for_slow_followers",
        ("Raft", "LogEntriesForSlowFollowers"),
        INT,
        500,
        limits=_counted,
        missing=0,
    ),
    Option("heartbeat_tick", ("Raft", "HeartbeatTick"), INT, 1, limits=at_least(1, "a number of ticks")),
    Option("election_tick", ("Raft", "ElectionTick"), INT, 10, limits=at_least(1, "a number of ticks")),
    Option(
        "dispatcher_heartbeat_period",
        ("Dispatcher", "HeartbeatPeriod"),
        DURATION,
        5 * 10**9,
        limits=at_least(1, "a time between two heartbeats"),
    ),
    Option("node_cert_expiry", ("CAConfig", "NodeCertExpiry"), DURATION, 2160 * _HOUR, limits=_an_hour),
    Option("autolock_managers", ("EncryptionConfig", "AutoLockManagers"), BOOL, False),
    Option("ca_force_rotate", ("CAConfig", "ForceRotate"), INT, 0, limits=_counted),
)

_EXTERNAL_CA_SPEC: dict[str, t.Any] = {
    "protocol": {"type": "str", "choices": ["cfssl"], "default": "cfssl"},
    "url": {"type": "str", "required": True, "hidden": hide_login},
    # An external CA may want a password.
    "options": {"type": "dict", "hidden": hide_options, "text": "lines"},
    "ca_cert": {"type": "str", "text": "lines"},
}


def _external_cas(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The Engine's form: it reports a missing ``CACert`` as empty text and missing ``Options`` not at all."""
    for number, ca in enumerate(values, start=1):
        if not re.match(r"https://[^\s/]+", ca["url"] or ""):
            raise ValueError(f"entry {number}: url does not begin with https:// and a host")
        convert.texts(ca["options"] or {}, f"entry {number}: option")
    return [
        {
            "Protocol": ca["protocol"],
            "URL": ca["url"],
            "CACert": ca["ca_cert"] or "",
            **({"Options": ca["options"]} if ca["options"] else {}),
        }
        for ca in values
    ]


# Kept apart from the plain settings, since swarm_info does not show them.
_EXTERNAL_CAS = Option(
    "external_cas",
    ("CAConfig", "ExternalCAs"),
    ValueType(
        {"type": "list", "elements": "dict", "options": _EXTERNAL_CA_SPEC},
        _external_cas,
        lambda values: [hide_login(value.get("URL")) for value in values],
    ),
    default=[],
)

#: Everything that a task can declare of a swarm's spec.
SWARM: Table = (*SETTINGS, _EXTERNAL_CAS, Option("labels", ("Labels",), LABELS, {}, keyed=True))
#: Where a new swarm takes zero for "not declared" and uses its default; an update takes zero as it is.
ZEROS: Table = tuple(option for option in SETTINGS if option.missing is not None)

# These options ask for a secret and hold none, whatever their names suggest to Ansible.
_FLAG: dict[str, t.Any] = {"type": "bool", "default": False, "no_log": False}
_ROTATIONS = ("rotate_worker_token", "rotate_manager_token", "rotate_unlock_key")
# Options of community.docker.docker_swarm, so that a task of it is told which module does what it wants.
_OF_DOCKER_SWARM: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "join", "absent", "remove"], "default": "present"},
    "name": {"type": "str"},
    "remote_addrs": {"type": "list", "elements": "str"},
    "join_token": {"type": "str", "no_log": True},
    "node_id": {"type": "str"},
}
_INIT: dict[str, t.Any] = {
    **argument_spec(SWARM),
    **_OF_DOCKER_SWARM,
    "advertise_addr": {"type": "str", "limits": addresses.advertised},
    "listen_addr": {"type": "str", "limits": addresses.listening},
    "data_path_addr": {"type": "str", "limits": addresses.host},
    "data_path_port": {"type": "int", "limits": addresses.data_path_port},
    "default_addr_pool": {"type": "list", "elements": "str", "limits": lists(addresses.pool)},
    "subnet_size": {"type": "int", "limits": addresses.subnet_size},
    "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
    "force_new_cluster": {"type": "bool", "default": False, "aliases": ["force"]},
    "unlock_key": {"type": "str", "no_log": True},
    "signing_ca_cert": {"type": "str", "text": "lines"},
    "signing_ca_key": {"type": "str", "no_log": True, "text": "lines"},
    **{name: {**_FLAG, "once": True} for name in _ROTATIONS},
    "return_tokens": _FLAG,
    "return_unlock_key": _FLAG,
    **wait_arguments(300),
}
_JOIN: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "join", "absent"], "default": "present"},
    "role": {"type": "str", "choices": ["manager", "worker"], "default": "worker"},
    "remote_addrs": {"type": "list", "elements": "str", "limits": lists(addresses.manager)},
    "join_token": {"type": "str", "no_log": True},
    "advertise_addr": {"type": "str", "limits": addresses.advertised},
    "listen_addr": {"type": "str", "limits": addresses.listening},
    "data_path_addr": {"type": "str", "limits": addresses.host},
    "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
    "published_ports": {
        "type": "list",
        "elements": "dict",
        "options": {
            "port": {"type": "int", "required": True, "limits": between(1, 65535)},
            "protocol": {"type": "str", "default": "tcp"},
            "service": {"type": "str", "required": True},
            "mode": {"type": "str"},
            "constraints": {"type": "list", "elements": "str"},
        },
    },
    "port_conflicts": {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"},
    "force": {"type": "bool", "default": False},
    **wait_arguments(60),
}
_NEEDED = ["remote_addrs", "join_token"]

INIT_INTERFACE = Interface(_INIT, {"required_together": [("signing_ca_cert", "signing_ca_key")]}, waits=True)
JOIN_INTERFACE = Interface(
    _JOIN, {"required_if": [("state", "present", _NEEDED), ("state", "join", _NEEDED)]}, waits=True
)
INFO_INTERFACE = Interface(
    {
        **dict.fromkeys(("tokens", "unlock_key", "published_ports", "held_ports", "certificate"), _FLAG),
        **dict.fromkeys(("nodes", "services", "tasks", "verbose_output"), _FLAG),
        **{f"{kind}_filters": {"type": "dict"} for kind in ("nodes", "services", "tasks")},
        "wait_for": {"type": "str", "choices": ["worker", "manager"]},
        "wait_for_managers": {"type": "int", "default": 1, "limits": at_least(1, "a number of managers")},
        "wait_timeout": {**SECONDS, "default": 60},
        **PROGRESS,
    },
    waits=True,
)
