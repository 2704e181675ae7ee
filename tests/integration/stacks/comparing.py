# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two swarms have, compared field by field. Pure."""

from __future__ import annotations

import typing as t

MISSING = "missing"
# What the Engine chose, or what is another one whenever it is made.
_CHOSEN = ("Id", "Created", "Containers", "Peers", "ConfigID", "SecretID", "vxlanid_list", "Services")
_NETWORK = (
    "Name",
    "Scope",
    "Driver",
    "EnableIPv6",
    "IPAM",
    "Internal",
    "Attachable",
    "Ingress",
    "Options",
    "Labels",
)
# The subnets that shapes declare; the Engine chooses all others.
_DECLARED_SUBNETS = "10.213."
# Lists in which an order has no meaning.
_UNORDERED = ("Ports", "Env", "Hosts", "Secrets", "Configs")

Specs = dict[str, dict[str, t.Any]]
# What stands in a field on both sides.
Differences = dict[str, tuple[t.Any, t.Any]]


def differences(one: Specs, other: Specs) -> Differences:
    """The fields that differ, each named by its object and path.

    Args:
        one: the objects of a stack, by kind and name.
        other: those of the other side.
    """
    first, second = _fields(one), _fields(other)
    return {
        path: (first.get(path, MISSING), second.get(path, MISSING))
        for path in sorted({*first, *second})
        if first.get(path, MISSING) != second.get(path, MISSING)
    }


def _fields(specs: Specs) -> dict[str, t.Any]:
    return {
        f"{kind} {name}: {path}": value
        for kind, objects in specs.items()
        for name, spec in objects.items()
        for path, value in flat(spec)
    }


def alike(specs: Specs, names: t.Mapping[str, str]) -> Specs:
    """The specs without what the Engine chose, networks by their names, lists without an order in one order."""

    def settle(value: t.Any, key: str = "") -> t.Any:
        if isinstance(value, dict):
            kept = {
                inner: settle(part, inner) for inner, part in value.items() if not inner.endswith(_CHOSEN)
            }
            if key == "IPAM":
                kept["Config"] = [
                    part for part in kept["Config"] or [] if part["Subnet"].startswith(_DECLARED_SUBNETS)
                ]
            return kept
        if key == "Target":
            return names.get(value, value)
        if key == "Config" and isinstance(value, str):
            # The ID of the config with a credential_spec.
            return bool(value)
        if key == "Constraints":
            return sorted(part.replace(" ", "") for part in value or [])
        if isinstance(value, list):
            settled = [settle(part) for part in value]
            if key == "Aliases":
                # Of a service whose file names the alias that it has anyway, docker stack deploy names it twice.
                settled = sorted(set(settled))
            return sorted(settled, key=str) if key in _UNORDERED else _by_target(settled)
        return value

    return {kind: settle(found) for kind, found in declared(specs).items()}


def declared(specs: Specs) -> Specs:
    """The specs; of networks, which have none, the fields that somebody declares."""
    networks = {name: {key: one[key] for key in _NETWORK} for name, one in specs["network"].items()}
    return {**specs, "network": networks}


def _by_target(values: list[t.Any]) -> list[t.Any]:
    if values and all(isinstance(value, dict) and "Target" in value for value in values):
        return sorted(values, key=lambda value: str(value["Target"]))
    return values


def flat(value: t.Any, path: str = "") -> t.Iterator[tuple[str, t.Any]]:
    """The leaves by their paths."""
    if isinstance(value, (dict, list)) and value:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(part, f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip("."))
    else:
        yield path, value
