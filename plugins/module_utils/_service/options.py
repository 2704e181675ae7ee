# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a service, once. PRIVATE to the collection. Pure.

Paths, defaults and API versions are those of moby's ``api/types/swarm`` and ``daemon/cluster/convert``. What has no
row here is never written to the swarm. All code takes the rows from ``table``.
"""

from __future__ import annotations

import typing as t

from .._options.hidden import hide_spec
from .._options.labels import LABELS, visible
from .._options.one_or_many import OneOrMany
from .._options.option import BOOL, DURATION, INT, TEXT, Option, Table, argument_spec
from .._options.value_types import (
    CPUS,
    ORDERED,
    RATIO,
    SIZE,
    TEXT_DICT,
    UNORDERED,
    at_least,
    between,
    one_of,
)
from .._rollout.service import MODES, mode_of
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS
from .mounts import MOUNTS
from .ports import PORTS
from .privileges import PRIVILEGES
from .references import CONFIGS, NETWORKS, SECRETS
from .values import (
    CAPABILITIES,
    COMMAND,
    CONSTRAINTS,
    ENV,
    GENERIC,
    HOSTS,
    LOG_OPTIONS,
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
# Below that, the Engine refuses a CPU share and a memory limit.
_cpus = at_least(0, "a number of CPUs")
_tasks = at_least(0, "a number of tasks")


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
        Option(f"{name}.monitor", (*path, "Monitor"), DURATION, 5 * _SECOND, beside=beside),
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
    Option("image", (*_CONTAINER, "Image"), TEXT, ""),
    Option("command", (*_CONTAINER, "Command"), COMMAND, []),
    Option("args", (*_CONTAINER, "Args"), ORDERED, []),
    Option("env", (*_CONTAINER, "Env"), ENV, [], hidden=True),
    Option("working_dir", (*_CONTAINER, "Dir"), TEXT, ""),
    Option("user", (*_CONTAINER, "User"), TEXT, ""),
    Option("groups", (*_CONTAINER, "Groups"), UNORDERED, []),
    Option("hostname", (*_CONTAINER, "Hostname"), TEXT, ""),
    Option("hosts", (*_CONTAINER, "Hosts"), HOSTS, []),
    Option("tty", (*_CONTAINER, "TTY"), BOOL, False),
    Option("interactive", (*_CONTAINER, "OpenStdin"), BOOL, False),
    # A missing value leaves the choice to each Engine, which is not the same as false.
    Option("init", (*_CONTAINER, "Init"), BOOL),
    Option("read_only", (*_CONTAINER, "ReadOnly"), BOOL, False),
    Option("stop_signal", (*_CONTAINER, "StopSignal"), TEXT, ""),
    Option("stop_grace_period", (*_CONTAINER, "StopGracePeriod"), DURATION, 10 * _SECOND),
    Option("container_labels", (*_CONTAINER, "Labels"), LABELS, {}, keyed=True),
    Option(
        "isolation", (*_CONTAINER, "Isolation"), TEXT, "default", spec=one_of("default", "process", "hyperv")
    ),
    # Whether it is well. Zero means: as the image says, or the Engine's default.
    Option("healthcheck.test", (*_HEALTH, "Test"), TEST, []),
    Option("healthcheck.interval", (*_HEALTH, "Interval"), DURATION, 0),
    Option("healthcheck.timeout", (*_HEALTH, "Timeout"), DURATION, 0),
    Option("healthcheck.retries", (*_HEALTH, "Retries"), INT, 0, limits=_not_negative),
    Option("healthcheck.start_period", (*_HEALTH, "StartPeriod"), DURATION, 0),
    Option("healthcheck.start_interval", (*_HEALTH, "StartInterval"), DURATION, 0, lowest_api="1.44"),
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
    Option("dns", (*_DNS, "Nameservers"), ORDERED, []),
    Option("dns_search", (*_DNS, "Search"), ORDERED, []),
    Option("dns_options", (*_DNS, "Options"), UNORDERED, []),
    Option("publish", ("EndpointSpec", "Ports"), PORTS, []),
    Option("endpoint_mode", ("EndpointSpec", "Mode"), TEXT, "vip", spec=one_of("vip", "dnsrr")),
    Option("logging.driver", (*_TASK, "LogDriver", "Name"), TEXT, ""),
    Option("logging.options", (*_TASK, "LogDriver", "Options"), LOG_OPTIONS, {}, hidden=True),
    # What it takes.
    Option("limits.cpus", (*_LIMITS, "NanoCPUs"), CPUS, 0, limits=_cpus),
    Option("limits.memory", (*_LIMITS, "MemoryBytes"), SIZE, 0),
    Option("limits.pids", (*_LIMITS, "Pids"), INT, 0, limits=_not_negative),
    Option("limits.swap", (*_TASK, "Resources", "SwapBytes"), SIZE, lowest_api="1.52"),
    Option(
        "limits.swappiness",
        (*_TASK, "Resources", "MemorySwappiness"),
        INT,
        lowest_api="1.52",
        limits=between(-1, 100),
    ),
    Option("reservations.cpus", (*_RESERVATIONS, "NanoCPUs"), CPUS, 0, limits=_cpus),
    Option("reservations.memory", (*_RESERVATIONS, "MemoryBytes"), SIZE, 0),
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
    options: dict[str, t.Any] = {"mode": mode}
    for option in table(mode):
        value = visible(option.read(spec)) if option.keyed else option.read(spec)
        if option.same(value, option.default):
            continue
        group, _dot, name = option.name.rpartition(".")
        within = options.setdefault(group, {}) if group else options
        shown = option.type.show(value)
        within[name] = shown if show_values or not option.hidden else option.type.hide(shown)
    return options


def hide_service(raw: Raw) -> Raw:
    """A copy of a service as the Engine reports it, without the values of hidden options in its specs."""
    return {
        key: hide_spec((*table(mode_of(value)), *_ONLY_HIDDEN), value)
        if value and key in ("Spec", "PreviousSpec")
        else value
        for key, value in raw.items()
    }


AUTH_ARGUMENTS: dict[str, t.Any] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "server": {"type": "str"},
    "identity_token": {"type": "str", "no_log": True},
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
        "force_update": {"type": "bool", "default": False},
    }


ONE = one_service()
MODULE = OneOrMany(ONE, "services")
ARGUMENTS: dict[str, t.Any] = {
    **MODULE.arguments,
    **WAIT_ARGUMENTS,
    "show_values": {"type": "bool", "default": False},
}
INTERFACE = Interface(ARGUMENTS, MODULE.rules, waits=True)
