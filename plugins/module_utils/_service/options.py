# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a service, once. PRIVATE to the collection. Pure.

Paths, defaults and API versions are those of moby's ``api/types/swarm`` and ``daemon/cluster/convert``. What has no
row here is never written to the swarm. All code takes the rows from ``table``.
"""

from __future__ import annotations

import typing as t

from .._options import kernel
from .._options.hidden import hide_spec
from .._options.labels import LABELS
from .._options.one_or_many import OneOrMany
from .._options.option import BOOL, DURATION, INT, TEXT, Option, Table, argument_spec
from .._options.value_types import (
    CPUS,
    ORDERED,
    RATIO,
    SIZE,
    SIZE_OR_UNLIMITED,
    TEXT_DICT,
    UNORDERED,
    at_least,
    between,
    lists,
    not_empty,
    one_of,
)
from .._options.written import set_options
from .._rollout.service import MODES, mode_of
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS
from .image import IMAGE
from .mounts import MOUNTS
from .ports import PORTS
from .privileges import PRIVILEGES
from .references import CONFIGS, NETWORKS, SECRETS
from .values import (
    ARGS,
    CAPABILITIES,
    COMMAND,
    CONSTRAINTS,
    ENV,
    GENERIC,
    HOSTS,
    LOG_OPTIONS,
    MONITOR,
    PREFERENCES,
    TEST,
    ULIMITS,
)

Raw = t.Dict[str, t.Any]
_SECOND = 10**9
_TASK = ("TaskTemplate",)
_CONTAINER = (*_TASK, "ContainerSpec")
_HEALTH = (*_CONTAINER, "Healthcheck")
_DNS = (*_CONTAINER, "DNSConfig")
_RESTART = (*_TASK, "RestartPolicy")
_PLACEMENT = (*_TASK, "Placement")
_LIMITS = (*_TASK, "Resources", "Limits")
_RESERVATIONS = (*_TASK, "Resources", "Reservations")

_not_negative = at_least(0, "never negative")
# The Engine makes all tasks of a service at once and keeps each in the memory of every manager, so a slip stalls the swarm.
_tasks = between(0, 100_000, "it is a number of tasks")
# The most processes that a kernel of 64 bits has (PID_MAX_LIMIT).
_pids = between(0, 2**22, "it is a number of processes")
_words = lists(not_empty)


def _cpus(nano: int) -> None:
    # swarmkit refuses less than a thousandth of a CPU; no kernel knows more than 8192.
    if nano and not 10**6 <= nano <= 8192 * 10**9:
        raise ValueError(f"{nano / 10**9:g} is not a number of CPUs from 0.001 to 8192, or 0 for no limit")


def _memory(least: int) -> t.Callable[[int], None]:
    def check(size: int) -> None:
        if size and size < least * 1024**2:
            raise ValueError(
                f"{size} bytes are too few for the Engine: give {least}M or more, or 0 for no limit"
            )

    return check


def _probe(value: int) -> None:
    # A shorter one is refused by each node (moby daemon/container.go), after the swarm has taken it.
    if value and value < 10**6:
        raise ValueError("it is shorter than 1ms, the least that the Engine takes")


def _rollout(name: str, key: str, actions: tuple[str, ...]) -> Table:
    """The options of ``update_config`` and ``rollback_config``, which the Engine describes alike."""
    path = (key,)
    # Without it, an object that is made for another option would mean: all tasks at once.
    beside = {"Parallelism": 1}
    return (
        Option(f"{name}.parallelism", (*path, "Parallelism"), INT, 1, limits=_not_negative),
        Option(f"{name}.delay", (*path, "Delay"), DURATION, 0, beside=beside),
        Option(
            f"{name}.failure_action",
            (*path, "FailureAction"),
            TEXT,
            "pause",
            beside=beside,
            spec=one_of(*actions),
        ),
        Option(f"{name}.monitor", (*path, "Monitor"), MONITOR, 5 * _SECOND, beside=beside),
        Option(
            f"{name}.max_failure_ratio",
            (*path, "MaxFailureRatio"),
            RATIO,
            0,
            beside=beside,
            limits=between(0, 1),
        ),
        Option(
            f"{name}.order",
            (*path, "Order"),
            TEXT,
            "stop-first",
            beside=beside,
            spec=one_of("stop-first", "start-first"),
        ),
    )


#: How tasks are replaced, which those of a job never are.
ROLLING: Table = (
    *_rollout("update_config", "UpdateConfig", ("continue", "pause", "rollback")),
    *_rollout("rollback_config", "RollbackConfig", ("continue", "pause")),
)

SERVICE: Table = (
    Option("labels", ("Labels",), LABELS, {}, keyed=True),
    # What runs.
    Option("image", (*_CONTAINER, "Image"), IMAGE, ""),
    Option("command", (*_CONTAINER, "Command"), COMMAND, []),
    Option("args", (*_CONTAINER, "Args"), ARGS, []),
    Option("env", (*_CONTAINER, "Env"), ENV, [], hidden=True),
    Option("working_dir", (*_CONTAINER, "Dir"), TEXT, "", limits=kernel.directory),
    Option("user", (*_CONTAINER, "User"), TEXT, ""),
    Option("groups", (*_CONTAINER, "Groups"), UNORDERED, [], limits=_words),
    Option("hostname", (*_CONTAINER, "Hostname"), TEXT, "", limits=kernel.hostname),
    Option("hosts", (*_CONTAINER, "Hosts"), HOSTS, []),
    Option("tty", (*_CONTAINER, "TTY"), BOOL, False),
    Option("interactive", (*_CONTAINER, "OpenStdin"), BOOL, False),
    # A missing value leaves the choice to each Engine, which is not the same as false.
    Option("init", (*_CONTAINER, "Init"), BOOL),
    Option("read_only", (*_CONTAINER, "ReadOnly"), BOOL, False),
    Option("stop_signal", (*_CONTAINER, "StopSignal"), TEXT, "", limits=kernel.signal),
    Option("stop_grace_period", (*_CONTAINER, "StopGracePeriod"), DURATION, 10 * _SECOND),
    Option("container_labels", (*_CONTAINER, "Labels"), LABELS, {}, keyed=True),
    Option(
        "isolation", (*_CONTAINER, "Isolation"), TEXT, "default", spec=one_of("default", "process", "hyperv")
    ),
    # Whether it is well. Zero means: as the image says, or the Engine's default.
    Option("healthcheck.test", (*_HEALTH, "Test"), TEST, []),
    Option("healthcheck.interval", (*_HEALTH, "Interval"), DURATION, 0, limits=_probe),
    Option("healthcheck.timeout", (*_HEALTH, "Timeout"), DURATION, 0, limits=_probe),
    Option("healthcheck.retries", (*_HEALTH, "Retries"), INT, 0, limits=_not_negative),
    Option("healthcheck.start_period", (*_HEALTH, "StartPeriod"), DURATION, 0, limits=_probe),
    Option(
        "healthcheck.start_interval",
        (*_HEALTH, "StartInterval"),
        DURATION,
        0,
        lowest_api="1.44",
        limits=_probe,
    ),
    # What it may do.
    Option("cap_add", (*_CONTAINER, "CapabilityAdd"), CAPABILITIES, []),
    Option("cap_drop", (*_CONTAINER, "CapabilityDrop"), CAPABILITIES, []),
    Option("sysctls", (*_CONTAINER, "Sysctls"), TEXT_DICT, {}),
    Option("ulimits", (*_CONTAINER, "Ulimits"), ULIMITS, []),
    Option("oom_score_adj", (*_CONTAINER, "OomScoreAdj"), INT, 0, "1.46", limits=between(-1000, 1000)),
    *PRIVILEGES,
    # What it sees.
    Option("mounts", (*_CONTAINER, "Mounts"), MOUNTS, [], hidden=True),
    Option("secrets", (*_CONTAINER, "Secrets"), SECRETS, []),
    Option("configs", (*_CONTAINER, "Configs"), CONFIGS, []),
    Option("networks", (*_TASK, "Networks"), NETWORKS, []),
    Option("dns", (*_DNS, "Nameservers"), ORDERED, [], limits=lists(kernel.address)),
    Option("dns_search", (*_DNS, "Search"), ORDERED, [], limits=_words),
    Option("dns_options", (*_DNS, "Options"), UNORDERED, [], limits=_words),
    Option("publish", ("EndpointSpec", "Ports"), PORTS, []),
    Option("endpoint_mode", ("EndpointSpec", "Mode"), TEXT, "vip", spec=one_of("vip", "dnsrr")),
    Option("logging.driver", (*_TASK, "LogDriver", "Name"), TEXT, ""),
    Option("logging.options", (*_TASK, "LogDriver", "Options"), LOG_OPTIONS, {}, hidden=True),
    # What it takes.
    Option("limits.cpus", (*_LIMITS, "NanoCPUs"), CPUS, 0, limits=_cpus),
    # The swarm takes 4 MiB, and no node starts a task with less than 6 (moby daemon/daemon_unix.go).
    Option("limits.memory", (*_LIMITS, "MemoryBytes"), SIZE, 0, limits=_memory(6)),
    Option("limits.pids", (*_LIMITS, "Pids"), INT, 0, limits=_pids),
    Option("limits.swap", (*_TASK, "Resources", "SwapBytes"), SIZE_OR_UNLIMITED, lowest_api="1.52"),
    Option(
        "limits.swappiness",
        (*_TASK, "Resources", "MemorySwappiness"),
        INT,
        lowest_api="1.52",
        limits=between(-1, 100),
    ),
    Option("reservations.cpus", (*_RESERVATIONS, "NanoCPUs"), CPUS, 0, limits=_cpus),
    Option("reservations.memory", (*_RESERVATIONS, "MemoryBytes"), SIZE, 0, limits=_memory(4)),
    Option("reservations.generic_resources", (*_RESERVATIONS, "GenericResources"), GENERIC, []),
    # Where it runs.
    Option("placement.constraints", (*_PLACEMENT, "Constraints"), CONSTRAINTS, []),
    Option("placement.preferences", (*_PLACEMENT, "Preferences"), PREFERENCES, []),
    Option("placement.replicas_max_per_node", (*_PLACEMENT, "MaxReplicas"), INT, 0, limits=_not_negative),
    # How it is started again and changed.
    Option(
        "restart_config.condition",
        (*_RESTART, "Condition"),
        TEXT,
        "any",
        spec=one_of("none", "on-failure", "any"),
    ),
    Option("restart_config.delay", (*_RESTART, "Delay"), DURATION, 5 * _SECOND),
    Option("restart_config.max_attempts", (*_RESTART, "MaxAttempts"), INT, 0, limits=_not_negative),
    Option("restart_config.window", (*_RESTART, "Window"), DURATION, 0),
    *ROLLING,
)


def _number(name: str, mode: str, key: str) -> Option:
    return Option(name, ("Mode", MODES[mode], key), INT, 1, limits=_tasks, explicit=True)


#: The options that only some modes have.
OF_MODE: dict[str, Table] = {
    "replicated": (_number("replicas", "replicated", "Replicas"),),
    "replicated-job": (
        _number("replicas", "replicated-job", "TotalCompletions"),
        _number("max_concurrent", "replicated-job", "MaxConcurrent"),
    ),
}
# What no option can say and may hold secrets all the same: the variables of a plugin that runs as a service.
_ONLY_HIDDEN: Table = (Option("plugin_env", (*_TASK, "PluginSpec", "Env"), ENV, [], hidden=True),)


def table(mode: str | None = None) -> Table:
    """All options of a service.

    Args:
        mode: its mode. Without one, numbers of tasks are among them as well: they are converted alike in every mode, and
            only their place differs.
    """
    return (*SERVICE, *OF_MODE.get(mode or "replicated-job", ()))


def options_of(spec: Raw, show_values: bool) -> dict[str, t.Any]:
    """A service's spec in the words of its options: every one that is not at its default.

    Args:
        spec: the Engine's JSON.
        show_values: show values that may be secrets.
    """
    mode = mode_of(spec)

    def shown(option: Option, value: t.Any) -> t.Any:
        found = option.type.show(value)
        return found if show_values or not option.hidden else option.type.hide(found)

    return {"mode": mode, **set_options(table(mode), spec, shown)}


def hide_service(raw: Raw) -> Raw:
    """A copy of a service as the Engine reports it, without the values of hidden options in its specs."""
    return {
        key: hide_spec((*table(mode_of(value)), *_ONLY_HIDDEN), value)
        if value and key in ("Spec", "PreviousSpec")
        else value
        for key, value in raw.items()
    }


#: About ports that something else holds, see ``_swarm/held.py``.
HELD_ARGUMENTS: dict[str, t.Any] = {
    "held_ports": {"type": "list", "elements": "dict", "default": []},
    "port_conflicts": {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"},
}
AUTH_ARGUMENTS: dict[str, t.Any] = {
    "username": {"type": "str"},
    # A registry may take a whole document for a password.
    "password": {"type": "str", "no_log": True, "text": "lines"},
    "server": {"type": "str"},
    "identity_token": {"type": "str", "no_log": True, "text": "lines"},
}


def one_service() -> dict[str, t.Any]:
    """The argument spec of one service."""
    return {
        **argument_spec(table()),
        "state": {"type": "str", "choices": ["present", "absent", "rolled_back"], "default": "present"},
        "mode": {"type": "str", "choices": list(MODES)},
        "env_files": {"type": "list", "elements": "path"},
        "registry_auth": {"type": "dict", "options": AUTH_ARGUMENTS},
        "resolve_image": {"type": "raw", "default": "changed"},
        "undeclared": {"type": "str", "choices": ["keep", "reset"], "default": "keep"},
        "retry_paused": {"type": "bool", "default": False},
        "force_update": {"type": "bool", "default": False, "once": True},
    }


ONE = one_service()
MODULE = OneOrMany(ONE, "services")
ARGUMENTS: dict[str, t.Any] = {
    **MODULE.arguments,
    **WAIT_ARGUMENTS,
    **HELD_ARGUMENTS,
    "show_values": {"type": "bool", "default": False},
}
INTERFACE = Interface(ARGUMENTS, MODULE.rules, waits=True)
