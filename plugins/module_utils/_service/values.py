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

from .._options import convert, kernel
from .._options.driver_options import hide_option, hide_options
from .._options.hidden import HIDDEN
from .._options.option import ValueType
from .._options.value_types import TEXTS, not_empty


def _command(value: t.Any) -> list[str]:
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise ValueError(f"the text is no command: {str(error).lower()}") from None
    elif isinstance(value, list):
        words = [_word(number, word) for number, word in enumerate(value, start=1)]
    else:
        raise ValueError(f"is {convert.kind_of(value)}, neither a text nor a list")
    kernel.words(words)
    return words


def _word(number: int, value: t.Any) -> str:
    """A word of a command; a number has one spelling only, which a yes or no has not."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"entry {number} is {convert.kind_of(value)}, not a text: put it in quotes")
    return str(value)


COMMAND = ValueType({"type": "raw", "text": "lines"}, _command)
ARGS = ValueType({**TEXTS, "text": "lines"}, _command)


def _test(value: t.Any) -> list[str]:
    """A health check's test in the Engine's form: what to do comes first."""
    if isinstance(value, str):
        return ["NONE"] if value == "NONE" else ["CMD-SHELL", value]
    return _command(value)


def _no_test(value: t.Any) -> str | None:
    words = _test(value)
    if words and words[0] not in ("NONE", "CMD", "CMD-SHELL"):
        return f"a list has to begin with CMD, CMD-SHELL or NONE, not with {convert.quoted(words[0])}"
    return None


TEST = ValueType({"type": "raw", "text": "lines"}, _test)


def env_pairs(value: t.Any, last_wins: bool = False) -> dict[str, str | None]:
    """Environment variables by name; ``None`` unsets one that the image sets.

    Args:
        value: a dictionary, or a list of NAME=value.
        last_wins: of two values for one name take the last, as Docker reads files of variables.

    Raises:
        ValueError: an entry that is not a variable, a name with two values, or a value that YAML may have changed.
    """
    if isinstance(value, dict):
        kept = {str(name): text for name, text in value.items() if text is not None}
        pairs: dict[str, str | None] = dict(convert.texts(kept, "variable"))
        return {**{str(name): None for name, text in value.items() if text is None}, **pairs}
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list):
        raise ValueError(f"is {convert.kind_of(value)}, neither a dictionary nor a list of NAME=value")
    pairs = {}
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, str):
            raise ValueError(f"entry {number} is {convert.kind_of(entry)}, not a text like NAME=value")
        name, equals, text = entry.partition("=")
        if not name:
            raise ValueError(f"entry {number} has no name before the =")
        given = text if equals else None
        if not last_wins and pairs.get(name, given) != given:
            raise ValueError(f"variable {name!r} is there twice, with two values: keep one of them")
        pairs[name] = given
    return pairs


def _env(value: t.Any) -> list[str]:
    made = []
    for name, text in sorted(env_pairs(value).items()):
        if not name or "=" in name:
            raise ValueError(
                f"{name!r} is not the name of a variable: it has at least one character, and no ="
            )
        made.append(name if text is None else f"{name}={text}")
        kernel.word_length(made[-1], f"variable {name!r}")
    return made


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
    {"type": "raw", "text": "lines"},
    _env,
    canonical=_env_compared,
    parts=_env_parts,
    hide=_env_hidden,
    hide_part=lambda _name, _value: HIDDEN,
)
LOG_OPTIONS = ValueType(
    {"type": "dict", "text": "lines"},
    lambda value: convert.texts(convert.whole_numbers_as_text(value), "key"),
    parts=dict,
    hide=hide_options,
    hide_part=hide_option,
)


def _hosts(value: t.Any) -> list[str]:
    """Host names and addresses in the Engine's order: the address first. A name may have several."""
    made = []
    for name, addresses in convert.listed(value).items():
        if not addresses:
            raise ValueError(f"host {name!r} has no address")
        for one in addresses:
            [(name, address)] = convert.texts({name: one}, "host").items()
            try:
                # The Engine's own word for the address of the node itself.
                if address != "host-gateway":
                    kernel.address(address)
            except ValueError as error:
                raise ValueError(f"host {name!r}: {error}") from None
            if name.split() != [name]:
                raise ValueError(f"host {name!r} is not one name")
            made.append((name, address))
    # Of several addresses of a name, the first one is the first that is tried.
    return [f"{address} {name}" for name, address in sorted(made, key=lambda pair: pair[0])]


def _hosts_shown(value: list[str]) -> dict[str, str | list[str]]:
    found: dict[str, list[str]] = {}
    for entry in value:
        address, _space, name = entry.partition(" ")
        found.setdefault(name.strip(), []).append(address)
    return {name: addresses if len(addresses) > 1 else addresses[0] for name, addresses in found.items()}


HOSTS = ValueType({"type": "dict"}, _hosts, _hosts_shown, sorted)


def _capabilities(value: list[str]) -> list[str]:
    return sorted({kernel.capability(name) for name in value})


def _capabilities_compared(value: list[str]) -> list[str]:
    """Those of the Engine, too, which may be of a newer kernel, or of a client that checked nothing."""
    upper = (name.upper() for name in value)
    return sorted({name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in upper})


# The Engine stores its default for zero, so zero means the same.
_MONITOR = 5 * 10**9
MONITOR = ValueType(
    {"type": "raw"}, convert.nanoseconds, convert.duration, canonical=lambda value: value or _MONITOR
)

CAPABILITIES = ValueType(TEXTS, _capabilities, canonical=_capabilities_compared)

_OPERATOR = re.compile(r"(.+?)\s*(==|!=)\s*(.*)\Z")
# Any other key matches no node, and the Engine does not say so (swarmkit manager/constraint).
_KEYS = ("node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch")


def _constraint(text: str) -> str:
    found = _OPERATOR.match(text.strip())
    if not found:
        raise ValueError(f"{convert.quoted(text)} is not like node.labels.disk == ssd (or !=)")
    key, operator, value = found.groups()
    if not value:
        raise ValueError(f"{convert.quoted(text)} has no value")
    return f"{key}{operator}{value}"


def _no_node(value: list[str]) -> str | None:
    for text in value:
        key = re.split("==|!=", text, maxsplit=1)[0].strip()
        if key.lower() not in _KEYS and not re.match(r"(node|engine)\.labels\.\S+\Z", key, re.IGNORECASE):
            known = f"{', '.join(_KEYS)}, node.labels.NAME or engine.labels.NAME"
            return f"{convert.quoted(text)} can match no node: use {known}"
    return None


def _constraints(value: list[str]) -> list[str]:
    return sorted({_constraint(text) for text in value})


def _constraints_compared(value: list[str]) -> list[str]:
    return sorted({re.sub(r"\s*(==|!=)\s*", r"\1", text.strip()) for text in value})


CONSTRAINTS = ValueType(TEXTS, _constraints, canonical=_constraints_compared)


def _preferences(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    for preference in value:
        if (
            set(preference) != {"spread"}
            or not isinstance(preference["spread"], str)
            or not preference["spread"]
        ):
            raise ValueError(f"{convert.quoted(preference)} is not like {{spread: node.labels.zone}}")
    return [{"Spread": {"SpreadDescriptor": str(preference["spread"])}} for preference in value]


def _preferences_shown(value: list[dict[str, t.Any]]) -> list[dict[str, str]]:
    return [{"spread": (preference.get("Spread") or {}).get("SpreadDescriptor", "")} for preference in value]


def _preferences_compared(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Without those that name no label: another client may write them, and the scheduler passes over them."""
    return [one for one in value if (one.get("Spread") or {}).get("SpreadDescriptor")]


PREFERENCES = ValueType(
    {"type": "list", "elements": "dict"}, _preferences, _preferences_shown, _preferences_compared
)


def _ulimit(value: t.Any) -> dict[str, t.Any]:
    if isinstance(value, dict):
        found = [value.get("name"), value.get("soft"), value.get("hard", value.get("soft"))]
    else:
        found = re.split(r"[=:]", str(value))
        found = found if len(found) > 2 else [*found, found[-1]]
    try:
        name, soft, hard = str(found[0]), *(_limit(one) for one in found[1:])
    except (TypeError, ValueError):
        raise ValueError(f"{convert.quoted(value)} is not like nofile:1024:2048") from None
    if name not in kernel.ULIMITS:
        raise ValueError(f"{convert.quoted(name)} is none of {', '.join(sorted(kernel.ULIMITS))}")
    if _UNLIMITED not in (soft, hard) and soft > hard:
        raise ValueError(f"{name} has the soft limit {soft}, above the hard one, {hard}")
    return {"Name": name, "Soft": soft, "Hard": hard}


_UNLIMITED = -1


def _limit(value: t.Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-1|[0-9]{1,19}", str(value)):
        raise ValueError("not a limit")
    return min(int(value), convert.LARGEST)


def _by_name(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    return sorted(value, key=lambda entry: str(entry.get("Name")))


def _ulimits(value: list[t.Any]) -> list[dict[str, t.Any]]:
    made = _by_name([_ulimit(entry) for entry in value])
    for one, other in zip(made, made[1:]):
        if one["Name"] == other["Name"]:
            raise ValueError(f"{one['Name']} is there twice: keep one of them")
    return made


ULIMITS = ValueType(
    {"type": "list", "elements": "raw"},
    _ulimits,
    lambda value: [f"{entry['Name']}:{entry.get('Soft', 0)}:{entry.get('Hard', 0)}" for entry in value],
    _by_name,
)


def _generic(value: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Generic resources: a number counts them, a list names them."""
    found: list[dict[str, t.Any]] = []
    for kind, wanted in sorted(value.items(), key=lambda item: str(item[0])):
        not_empty(str(kind))
        if isinstance(wanted, list):
            found += [
                {"NamedResourceSpec": {"Kind": kind, "Value": str(name)}} for name in sorted(map(str, wanted))
            ]
        elif re.fullmatch(r"[0-9]{1,18}", str(wanted)):
            found.append({"DiscreteResourceSpec": {"Kind": kind, "Value": int(wanted)}})
        else:
            raise ValueError(f"{kind} is {convert.quoted(wanted)}, neither a number nor a list of names")
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

# What an Engine takes, and what has another effect than it says.
_IN_VAIN: dict[str, t.Callable[[t.Any], str | None]] = {
    "healthcheck.test": _no_test,
    "placement.constraints": _no_node,
}


def in_vain(name: str, value: t.Any) -> str | None:
    """Why an Engine would take the value of an option, and not do what it says; ``None`` where it does.

    Args:
        name: the option.
        value: what the user wrote, which the option can have.
    """
    return _IN_VAIN[name](value) if name in _IN_VAIN and value is not None else None


#: The options for which ``in_vain`` knows something.
MAY_BE_IN_VAIN = tuple(_IN_VAIN)
