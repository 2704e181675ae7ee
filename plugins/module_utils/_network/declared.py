# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for one network, checked as far as it can be without a swarm. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from .._options.names import name_problem
from .._options.option import declared_values
from .options import ENCRYPTED, MTU, NETWORK
from .subnets import subnet

# Drivers of a single host. Of a network with such a driver, the swarm keeps neither options nor addresses.
_OF_HOST = ("bridge", "host", "ipvlan", "macvlan", "null")
# moby runconfig, IsPreDefinedNetwork.
_OF_ENGINE = ("bridge", "default", "host", "none")
#: The values that other tools take for "not encrypted".
OFF = ("false", "no", "off", "0")


@dataclass
class DeclaredNetwork:
    """What a user declares for one network.

    Attributes:
        name: the network's name.
        state: ``present`` or ``absent``.
        values: option name to value in the Engine's form.
        recreate: where the network differs, recreate it and move its services.
        on_host: it belongs to the host that is asked, which keeps the configuration of a network of the swarm.
        stacks: the stacks that declare it; its label names the first one that did on the swarm.
    """

    name: str
    state: str = "present"
    values: dict[str, t.Any] = field(default_factory=dict)
    recreate: bool = False
    on_host: bool = False
    stacks: tuple[str, ...] = ()


def declared_network(options: dict[str, t.Any]) -> DeclaredNetwork:
    """What one network's options declare.

    Args:
        options: the options, as Ansible has checked them; what is missing was not declared.

    Raises:
        Refused: an option that cannot work, with the network it was meant for.
    """
    name = str(options["name"])
    state = options.get("state") or "present"
    if state == "absent":
        return DeclaredNetwork(name, state, on_host=bool(options.get("config_only")))
    problem = name_problem(name, "network")
    if problem:
        raise Refused(f"The network has the name {convert.quoted(name)}, {problem}. Nothing was sent.")
    if name in _OF_ENGINE:
        raise Refused(
            f"{name} is a network that every Engine has, and none of that name can be created: choose another. Nothing was sent."
        )
    try:
        values = declared_values(NETWORK, _plain(options))
        if not values.get("ipam_config"):
            # An empty list leaves the choice to the Engine, as one that is not there does.
            values.pop("ipam_config", None)
        _check(values)
    except Refused as error:
        raise Refused(f"{name}: {error}") from None
    on_host = bool(values.get("config_only"))
    return DeclaredNetwork(name, state, values, bool(options.get("recreate")), on_host)


def _plain(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """The options, with ``encrypted`` and ``mtu`` from the driver's options, where community.docker and Compose write them."""
    of_driver = dict(options.get("driver_options") or {})
    found = dict(options)
    if ENCRYPTED in of_driver:
        text = of_driver.pop(ENCRYPTED)
        if str(text).lower() in OFF:
            raise Refused(
                f"driver_options.encrypted is {convert.quoted(text)}, but the Engine encrypts as soon as this key exists, "
                "whatever its value: leave it out, or set encrypted to true."
            )
        found["encrypted"] = _agreed(found, "encrypted", True, "driver_options.encrypted")
    if MTU in of_driver:
        text = of_driver.pop(MTU)
        if not re.fullmatch(r"[0-9]{1,9}", str(text)):
            raise Refused(f"driver_options.{MTU} is {convert.quoted(text)}, not a number of bytes.")
        found["mtu"] = _agreed(found, "mtu", int(str(text)), f"driver_options.{MTU}")
    if options.get("driver_options") is not None:
        found["driver_options"] = of_driver
    return found


def _agreed(found: dict[str, t.Any], name: str, value: t.Any, other: str) -> t.Any:
    """The value of an option that was written in another way too."""
    if found.get(name) not in (None, value):
        raise Refused(f"{name} and {other} contradict each other: keep only {name}.")
    return value


def _check(values: dict[str, t.Any]) -> None:
    """Refuse what the Engine would refuse later, or accept and never do."""
    if values.get("ingress"):
        if values.get("attachable"):
            raise Refused("an ingress network cannot be attachable: leave one of the two out.")
        if values.get("driver", "overlay") != "overlay":
            raise Refused("an ingress network has the driver overlay: leave driver out.")
    _check_configuration(values)
    entries = values.get("ipam_config")
    if entries is None:
        return
    newer = [entry["Subnet"] for entry in entries if subnet(entry["Subnet"]).version == 6]
    if newer and values.get("enable_ipv6") is False:
        raise Refused(f"ipam_config has the IPv6 subnet {newer[0]}, but enable_ipv6 is false.")
    check_ipv6(entries, bool(values.get("enable_ipv6")))


def _check_configuration(values: dict[str, t.Any]) -> None:
    """Refuse options where the Engine would drop them, or take them from another network.

    A host's Engine reads the configuration of such a network from a network of its own (moby ``libnetwork/controller.go``,
    ``configFrom``); of the swarm's network itself, swarmkit's allocator keeps the name of the driver only.
    """
    driver = values.get("driver", "overlay")
    given = [
        name for name in ("driver_options", "mtu", "ipam_driver_options", "ipam_config") if values.get(name)
    ]
    labels = ["labels"] if values.get("labels") else []
    if values.get("config_only"):
        for name in ("config_from", "driver", "attachable", "internal", "ingress"):
            if values.get(name):
                raise Refused(
                    f"{name} is for the network that is created from this one: leave it out beside config_only."
                )
    elif values.get("config_from"):
        if driver not in _OF_HOST:
            raise Refused("config_from is for a driver of a single host: set driver, to macvlan for example.")
        if given or labels:
            raise Refused(
                f"{(given + labels)[0]} has to be set on every host, in the network that config_from names: leave it out here."
            )
    elif driver in _OF_HOST and given:
        raise Refused(
            f"{given[0]} would be dropped, since the swarm keeps no options of a {driver} network. Set it in a network with "
            "config_only: true on every host, and name that network in config_from here."
        )


def check_ipv6(entries: list[dict[str, t.Any]], enabled: bool) -> None:
    """Refuse IPv6 that would have no effect.

    Raises:
        Refused: an IPv6 subnet without ``enable_ipv6``, or the other way round.
    """
    newer = [entry["Subnet"] for entry in entries if subnet(entry["Subnet"]).version == 6]
    if newer and not enabled:
        raise Refused(f"ipam_config has the IPv6 subnet {newer[0]}: set enable_ipv6 to true as well.")
    if enabled and not newer:
        raise Refused(
            "enable_ipv6 has no effect without an IPv6 subnet, since the swarm gives an overlay none by itself: add one, "
            "such as fd00:5::/64, to ipam_config."
        )
