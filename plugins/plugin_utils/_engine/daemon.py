# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Engine's options in daemon.json: what is declared, merged into what is there. PRIVATE. Pure."""

from __future__ import annotations

import re
import typing as t

PATH = "/etc/docker/daemon.json"

# Variables of the role that have a name of their own, and their keys in daemon.json.
NAMED = {
    "swarm_engine_insecure_registries": "insecure-registries",
    "swarm_engine_mtu": "mtu",
    "swarm_engine_log_driver": "log-driver",
    "swarm_engine_log_options": "log-opts",
    "swarm_engine_data_root": "data-root",
}

# Lists that mean a set: their order is not a difference.
_SETS = frozenset({"insecure-registries", "registry-mirrors"})

# Keys that a running Engine takes over when told to reload (dockerd(8)); all others need a restart. Only as long as
# they get a value: a key that is gone keeps its old value until the next start.
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

# What the Engine does without a key, where declaring just that is no difference worth a restart.
_BUILT_IN: dict[str, t.Any] = {"data-root": "/var/lib/docker", "mtu": 1500, "log-driver": "json-file"}

_SECRET = re.compile(r"token|secret|passw|key|credential|proxy|proxies", re.IGNORECASE)


class DaemonPlan(t.NamedTuple):
    """What becomes of daemon.json.

    ``content`` is the whole new content, None when nothing differs; ``keys`` are those that change; ``lines`` say so;
    ``reload`` is whether a running Engine can take it over without a restart.
    """

    content: dict[str, t.Any] | None
    keys: list[str]
    lines: list[str]
    reload: bool


def declared_options(declared: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The declared keys of daemon.json. A value of None means that the key has to go.

    Raises:
        ValueError: a variable has a value that daemon.json cannot take, or a key is declared twice; one sentence.
    """
    free = declared.get("swarm_engine_daemon") or {}
    if not isinstance(free, dict):
        raise ValueError("swarm_engine_daemon has to be a dictionary of keys of daemon.json.")
    options = {str(key): value for key, value in free.items()}
    for variable, key in NAMED.items():
        value = declared.get(variable)
        if value is None:
            continue
        value = _CONVERT[variable](variable, value)
        if key in options and options[key] != value:
            raise ValueError(
                f"{variable} and swarm_engine_daemon both set {key}, to different values: keep one."
            )
        options[key] = value
    return options


def plan_daemon(options: t.Mapping[str, t.Any], live: t.Mapping[str, t.Any]) -> DaemonPlan:
    """Merge declared keys into the live daemon.json, key by key; keys nobody declared stay as they are."""
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
    """Say what changes, one line for each key, or for each key inside of it; secrets are never shown."""
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}
        names = sorted({*old, *new})
        found = [
            f"daemon: {key}.{name} {_shown(name, old.get(name), key)} → {_shown(name, new.get(name), key)}"
            for name in names
            if old.get(name) != new.get(name)
        ]
        return found or [f"daemon: {key} {_shown(key, before)} → {_shown(key, after)}"]
    return [f"daemon: {key} {_shown(key, before)} → {_shown(key, after)}"]


def _shown(name: str, value: t.Any, inside: str = "") -> str:
    if value is None:
        return "unset"
    if _SECRET.search(name) or _SECRET.search(inside):
        return "(hidden)"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != {} else "none"


def _list(variable: str, value: t.Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{variable} has to be a list of names, such as [registry.example.com:5000].")
    return value


def _mtu(variable: str, value: t.Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    # Below 1280 IPv6 does not work, but IPv4 does, down to 576 (RFC 791).
    if not 576 <= number <= 65535:
        raise ValueError(f"{variable} is {value}: give the bytes of a packet, 576 to 65535, such as 1450.")
    return number


def _text(variable: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{variable} has to be a name, such as local.")
    return value


def _texts(variable: str, value: t.Any) -> dict[str, str]:
    """The Engine takes strings alone as options of a log driver."""
    if not isinstance(value, dict) or any(
        isinstance(item, (dict, list)) or item is None for item in value.values()
    ):
        raise ValueError(f"{variable} has to be a dictionary of single values, such as {{max-size: 10m}}.")
    return {str(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in value.items()}


def _path(variable: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value.startswith("/") or value == "/":
        raise ValueError(f"{variable} is {value}: give an absolute path, such as /srv/docker.")
    return value.rstrip("/")


_CONVERT: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "swarm_engine_insecure_registries": _list,
    "swarm_engine_mtu": _mtu,
    "swarm_engine_log_driver": _text,
    "swarm_engine_log_options": _texts,
    "swarm_engine_data_root": _path,
}
