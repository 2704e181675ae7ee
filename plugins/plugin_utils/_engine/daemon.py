# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Engine's options in daemon.json: the declared keys merged into the live file. PRIVATE. Pure."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._options.driver_options import has_login, is_harmless

PATH = "/etc/docker/daemon.json"

# Lists that mean a set: their order is not a difference.
_SETS = frozenset({"insecure-registries", "registry-mirrors"})

# Keys that a running Engine applies when it reloads (dockerd(8)); all others need a restart. Only keys with a value: one
# that is removed keeps its old value until the next start.
_RELOADED = frozenset(
    {
        "debug",
        "insecure-registries",
        "max-concurrent-downloads",
        "max-concurrent-uploads",
        "registry-mirrors",
        "shutdown-timeout",
    }
)

# What the Engine does without a key, so that declaring the same is no difference worth a restart.
_BUILT_IN: dict[str, t.Any] = {"data-root": "/var/lib/docker", "mtu": 1500, "log-driver": "json-file"}

_SECRET = re.compile(r"token|secret|passw|key|credential|proxy|proxies", re.IGNORECASE)


class DaemonPlan(t.NamedTuple):
    """What has to change in daemon.json.

    ``content`` is the whole new content, ``None`` when nothing differs; ``keys`` are those that change; ``lines`` say so;
    ``reload`` is whether a running Engine can apply the change without a restart.
    """

    content: dict[str, t.Any] | None
    keys: list[str]
    lines: list[str]
    reload: bool


def declared_options(declared: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The declared keys of daemon.json. A value of ``None`` removes the key.

    Args:
        declared: the variables ``swarm_engine_*`` of the host.

    Raises:
        Refused: a variable has a value that daemon.json cannot have, or a key is declared twice.
    """
    options = {str(key): value for key, value in declared["swarm_engine_daemon"].items()}
    for variable, (key, convert) in _NAMED.items():
        if declared[variable] is None:
            continue
        value = convert(variable, declared[variable])
        if key in options and options[key] != value:
            raise Refused(
                f"{variable} and swarm_engine_daemon both set {key}, to different values: remove one of them."
            )
        options[key] = value
    return options


def plan_daemon(options: t.Mapping[str, t.Any], live: t.Mapping[str, t.Any]) -> DaemonPlan:
    """Merge declared keys into the live daemon.json, key by key; keys that are not declared stay as they are."""
    content = dict(live)
    keys, lines = [], []
    for key, value in sorted(options.items()):
        before = live.get(key, _BUILT_IN.get(key))
        if value is None:
            if key not in live:
                continue
            del content[key]
        else:
            if before is not None and _same(key, before, value):
                continue
            content[key] = value
        keys.append(key)
        lines += _lines(key, before, value)
    reload = all(key in _RELOADED and options[key] is not None for key in keys)
    return DaemonPlan(content if keys else None, keys, lines, reload)


def _same(key: str, before: t.Any, after: t.Any) -> bool:
    if key in _SETS and isinstance(before, list) and isinstance(after, list):
        return sorted(map(str, before)) == sorted(map(str, after))
    # In Python True == 1, in JSON they differ.
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)


def _lines(key: str, before: t.Any, after: t.Any) -> list[str]:
    """A line for each key that changes, or for each key inside of it; secrets are never shown."""
    whole = [f"daemon: {key} {_shown(key, before)} → {_shown(key, after)}"]
    if not isinstance(before, dict) and not isinstance(after, dict):
        return whole
    old, new = before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}
    return [
        f"daemon: {key}.{name} {_shown(name, old.get(name), key)} → {_shown(name, new.get(name), key)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ] or whole


def _shown(name: str, value: t.Any, inside: str = "") -> str:
    if value is None:
        return "unset"
    if _SECRET.search(name) or _SECRET.search(inside) or has_login(value):
        return "(hidden)"
    # Log drivers take options of their own names, as those of services do.
    if inside == "log-opts" and not is_harmless(name, value):
        return "(hidden)"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != {} else "none"


def _as_declared(_variable: str, value: t.Any) -> t.Any:
    return value


def _mtu(variable: str, value: int) -> int:
    # Below 1280 IPv6 does not work, but IPv4 does, down to 576 (RFC 791).
    if not 576 <= value <= 65535:
        raise Refused(f"{variable} is {value}: give the bytes of a packet, 576 to 65535, such as 1450.")
    return value


def _log_driver(variable: str, value: str) -> str:
    if not value:
        raise Refused(f"{variable} is empty: give the name of a log driver, such as local.")
    return value


def _log_options(variable: str, value: dict[str, t.Any]) -> dict[str, str]:
    """The Engine takes strings alone as options of a log driver."""
    if any(isinstance(item, (dict, list)) or item is None for item in value.values()):
        raise Refused(f"{variable} has to be a dictionary of single values, such as {{max-size: 10m}}.")
    return {str(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in value.items()}


def _data_root(variable: str, value: str) -> str:
    if not value.startswith("/") or value == "/":
        raise Refused(f"{variable} is {value}: give an absolute path, such as /srv/docker.")
    return value.rstrip("/")


# The role's variables that are one key of daemon.json each: the key, and the conversion of the value.
_NAMED: dict[str, tuple[str, t.Callable[[str, t.Any], t.Any]]] = {
    "swarm_engine_insecure_registries": ("insecure-registries", _as_declared),
    "swarm_engine_mtu": ("mtu", _mtu),
    "swarm_engine_log_driver": ("log-driver", _log_driver),
    "swarm_engine_log_options": ("log-opts", _log_options),
    "swarm_engine_data_root": ("data-root", _data_root),
}
