# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of values that only a service has. PRIVATE to the collection. Pure.

Lists whose order means nothing are written sorted and compared sorted: swarmkit replaces tasks when the order
changes (moby ``manager/orchestrator/task.go``), so the order must not depend on how a user happened to write it.
"""

from __future__ import annotations

import json
import re
import shlex
import typing as t

from .._options import convert
from .._options.hidden import HIDDEN
from .._options.option import ValueType
from .._options.value_types import TEXTS


def _command(value: t.Any) -> list[str]:
    if isinstance(value, str):
        return shlex.split(value)
    if isinstance(value, list):
        return [str(word) for word in value]
    raise ValueError(f"is {value!r}, neither a text nor a list")


COMMAND = ValueType({"type": "raw"}, _command)


def _test(value: t.Any) -> list[str]:
    """A health check's test in the Engine's form: what to do comes first."""
    if isinstance(value, str):
        return ["NONE"] if value == "NONE" else ["CMD-SHELL", value]
    words = _command(value)
    if words and words[0] not in ("NONE", "CMD", "CMD-SHELL"):
        raise ValueError(f"a list has to begin with CMD, CMD-SHELL or NONE, not with {words[0]!r}")
    return words


TEST = ValueType({"type": "raw"}, _test)


def env_pairs(value: t.Any) -> dict[str, str | None]:
    """Environment variables by name; ``None`` unsets one that the image sets.

    Raises:
        ValueError: an entry that is not a variable, or whose value YAML may have changed.
    """
    if isinstance(value, dict):
        kept = {str(name): text for name, text in value.items() if text is not None}
        pairs: dict[str, str | None] = dict(convert.texts(kept, "variable"))
        return {**{str(name): None for name, text in value.items() if text is None}, **pairs}
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list):
        raise ValueError("is neither a dictionary nor a list of NAME=value")
    pairs = {}
    for entry in value:
        name, equals, text = str(entry).partition("=")
        if not name:
            raise ValueError(f"{entry!r} has no name before the =")
        pairs[name] = text if equals else None
    return pairs


def _env(value: t.Any) -> list[str]:
    return [name if text is None else f"{name}={text}" for name, text in sorted(env_pairs(value).items())]


def _env_parts(value: list[str]) -> dict[str, t.Any]:
    return {name: text if equals else "(unset)" for name, (equals, text) in _env_compared(value).items()}


def _env_compared(value: list[str]) -> dict[str, tuple[str, str]]:
    """The variables as they compare: of two entries for one name, the Engine uses the last."""
    split = (entry.partition("=") for entry in value)
    return {name: (equals, text) for name, equals, text in split}


def _env_hidden(value: t.Any) -> t.Any:
    """Environment variables in any form a user or the Engine writes them, without their values: names stay visible."""
    if isinstance(value, dict):
        return {name: None if text is None else HIDDEN for name, text in value.items()}
    if isinstance(value, (list, tuple)):
        return [_variable_hidden(entry) for entry in value]
    return HIDDEN if value else value


def _variable_hidden(entry: t.Any) -> str:
    if not isinstance(entry, str):
        return HIDDEN
    name, equals, _value = entry.partition("=")
    return f"{name}={HIDDEN}" if equals else name


ENV = ValueType(
    {"type": "raw"},
    _env,
    canonical=_env_compared,
    parts=_env_parts,
    hide=_env_hidden,
    hide_part=lambda _value: HIDDEN,
)
# What a log driver is given: tokens and passwords of log servers, too.
LOG_OPTIONS = ValueType({"type": "dict"}, lambda value: convert.texts(value, "key"), parts=dict)


def _hosts(value: t.Any) -> list[str]:
    """Host names and addresses in the Engine's order: the address first."""
    return [f"{address} {name}" for name, address in sorted(convert.texts(value, "host").items())]


def _hosts_shown(value: list[str]) -> dict[str, str]:
    split = (entry.partition(" ") for entry in value)
    return {name.strip(): address for address, _space, name in split}


HOSTS = ValueType({"type": "dict"}, _hosts, _hosts_shown, sorted)


def _capability(name: str) -> str:
    name = name.upper()
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


def _capabilities(value: list[str]) -> list[str]:
    return sorted({_capability(name) for name in value})


CAPABILITIES = ValueType(TEXTS, _capabilities, canonical=_capabilities)

_OPERATOR = re.compile(r"(.+?)\s*(==|!=)\s*(.*)\Z")
# Any other key matches no node, and the Engine does not say so (swarmkit manager/constraint).
_KEYS = ("node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch")


def _constraint(text: str) -> str:
    found = _OPERATOR.match(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not like node.labels.disk == ssd (or !=)")
    key, operator, value = found.groups()
    if key.lower() not in _KEYS and not re.match(r"(node|engine)\.labels\.\S+\Z", key, re.IGNORECASE):
        raise ValueError(
            f"{text!r} can match no node: use {', '.join(_KEYS)}, node.labels.NAME or engine.labels.NAME"
        )
    if not value:
        raise ValueError(f"{text!r} has no value")
    return f"{key}{operator}{value}"


def _constraints(value: list[str]) -> list[str]:
    return sorted({_constraint(text) for text in value})


def _constraints_compared(value: list[str]) -> list[str]:
    return sorted({re.sub(r"\s*(==|!=)\s*", r"\1", text) for text in value})


CONSTRAINTS = ValueType(TEXTS, _constraints, canonical=_constraints_compared)


def _preferences(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    for preference in value:
        if set(preference) != {"spread"}:
            raise ValueError(f"{preference!r} is not like {{spread: node.labels.zone}}")
    return [{"Spread": {"SpreadDescriptor": str(preference["spread"])}} for preference in value]


def _preferences_shown(value: list[dict[str, t.Any]]) -> list[dict[str, str]]:
    return [{"spread": (preference.get("Spread") or {}).get("SpreadDescriptor", "")} for preference in value]


PREFERENCES = ValueType({"type": "list", "elements": "dict"}, _preferences, _preferences_shown)


def _ulimit(value: t.Any) -> dict[str, t.Any]:
    if isinstance(value, dict):
        found = [value.get("name"), value.get("soft"), value.get("hard", value.get("soft"))]
    else:
        found = re.split(r"[=:]", str(value))
        found = found if len(found) > 2 else [*found, found[-1]]
    try:
        name, soft, hard = found
        return {"Name": str(name), "Soft": int(t.cast(str, soft)), "Hard": int(t.cast(str, hard))}
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not like nofile:1024:2048") from None


def _by_name(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    return sorted(value, key=lambda entry: str(entry.get("Name")))


ULIMITS = ValueType(
    {"type": "list", "elements": "raw"},
    lambda value: _by_name([_ulimit(entry) for entry in value]),
    lambda value: [f"{entry['Name']}:{entry.get('Soft', 0)}:{entry.get('Hard', 0)}" for entry in value],
    _by_name,
)


def _generic(value: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Generic resources: a number counts them, a list names them."""
    found: list[dict[str, t.Any]] = []
    for kind, wanted in sorted(value.items()):
        if isinstance(wanted, list):
            found += [
                {"NamedResourceSpec": {"Kind": kind, "Value": str(name)}} for name in sorted(map(str, wanted))
            ]
        elif str(wanted).isdigit():
            found.append({"DiscreteResourceSpec": {"Kind": kind, "Value": int(wanted)}})
        else:
            raise ValueError(f"{kind} is {wanted!r}, neither a number nor a list of names")
    return found


def _generic_shown(value: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    shown: dict[str, t.Any] = {}
    for entry in value:
        named = entry.get("NamedResourceSpec")
        if named:
            shown.setdefault(named.get("Kind", ""), []).append(named.get("Value", ""))
        else:
            counted = entry.get("DiscreteResourceSpec") or {}
            shown[counted.get("Kind", "")] = counted.get("Value", 0)
    return shown


GENERIC = ValueType(
    {"type": "dict"},
    _generic,
    _generic_shown,
    lambda value: sorted(value, key=lambda entry: json.dumps(entry, sort_keys=True)),
)
