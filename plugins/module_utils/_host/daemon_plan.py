# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Engine's options: the declared keys beside those of daemon.json. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._options.log_options import check_log_options
from .daemon import Content, is_marked, may_be_secret, same

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
_BUILT_IN: Content = {"data-root": "/var/lib/docker", "mtu": 1500, "log-driver": "json-file"}

#: Whether two values of a key are the same.
Same = t.Callable[[str, t.Any, t.Any], bool]


class DaemonPlan(t.NamedTuple):
    """What has to change in daemon.json.

    ``keys`` are those that change; ``lines`` say so, without secrets; ``reload`` is whether a running Engine can apply the
    change without a restart.
    """

    keys: list[str]
    lines: list[str]
    reload: bool


def declared_options(declared: t.Mapping[str, t.Any], prefix: str = "") -> Content:
    """The declared keys of daemon.json. A value of ``None`` removes the key.

    Args:
        declared: the options of ``swarm_engine_options`` by name, or the variables of the role, which have a prefix.
        prefix: what the names begin with.

    Raises:
        Refused: an option has a value that daemon.json cannot have, or a key is declared twice.
    """
    free = f"{prefix}daemon"
    options = {str(key): value for key, value in (declared[free] or {}).items()}
    if any(not key.strip() for key in options):
        raise Refused(f"{free} has an empty key: name an option of daemon.json, such as debug.")
    for name, (key, convert) in _NAMED.items():
        variable = f"{prefix}{name}"
        if declared[variable] is None:
            continue
        value = convert(variable, declared[variable])
        if key in options and not same(key, options[key], value):
            raise Refused(f"{variable} and {free} both set {key}, to different values: remove one of them.")
        options[key] = value
    # Without a driver it is the one that the file has.
    try:
        log_options = options.get("log-opts")
        check_log_options(options.get("log-driver"), log_options if isinstance(log_options, dict) else {})
    except ValueError as error:
        raise Refused(f"{prefix}log_options: {error}.") from None
    return options


def plan_daemon(options: Content, live: Content, same: Same = same) -> DaemonPlan:
    """Compare declared keys with the live daemon.json, key by key; keys that are not declared stay as they are.

    Args:
        options: the declared keys, ``None`` for one that is removed.
        live: the parsed file, as it is or with something in place of secrets.
        same: how two single values are compared.
    """
    keys, lines = [], []
    for key, value in sorted(options.items()):
        before = live.get(key, _BUILT_IN.get(key))
        if (key not in live) if value is None else (before is not None and _same(key, before, value, same)):
            continue
        keys.append(key)
        lines += _lines(key, before, value, same)
    reload = all(key in _RELOADED and options[key] is not None for key in keys)
    return DaemonPlan(keys, lines, reload)


def merge(options: Content, live: Content, keys: t.Iterable[str]) -> Content:
    """The new content of the file, in which these keys are as declared."""
    content = dict(live)
    for key in keys:
        if options[key] is None:
            del content[key]
        else:
            content[key] = options[key]
    return content


def replacing(live: Content, other: Content) -> Content:
    """The options that make one content of the file of another."""
    return {**dict.fromkeys(live), **other}


def _same(key: str, before: t.Any, after: t.Any, same: Same) -> bool:
    """Whether two values are the same, each part of a dictionary for itself, since each is hidden for itself."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(name, before[name], after[name]) for name in before)
    return same(key, before, after)


def _lines(key: str, before: t.Any, after: t.Any, same: Same) -> list[str]:
    """A line for each key that changes, or for each key inside of it; secrets are never shown."""
    whole = [f"daemon: {key} {_shown(key, before)} → {_shown(key, after)}"]
    if not isinstance(before, dict) and not isinstance(after, dict):
        return whole
    old, new = before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}
    return [
        f"daemon: {key}.{name} {_shown(name, old.get(name), key)} → {_shown(name, new.get(name), key)}"
        for name in sorted({*old, *new}, key=str)
        if name not in old or name not in new or not same(name, old[name], new[name])
    ] or whole


def _shown(name: str, value: t.Any, inside: str = "") -> str:
    if value is None:
        return "unset"
    if is_marked(value) or may_be_secret(str(name), value, inside):
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


# The options that are one key of daemon.json each: the key, and the conversion of the value.
_NAMED: dict[str, tuple[str, t.Callable[[str, t.Any], t.Any]]] = {
    "insecure_registries": ("insecure-registries", _as_declared),
    "mtu": ("mtu", _mtu),
    "log_driver": ("log-driver", _log_driver),
    "log_options": ("log-opts", _log_options),
    "data_root": ("data-root", _data_root),
}
