# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks of a Compose file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._network.options import NETWORK
from ...module_utils._options.option import declared
from .keys import UNSUPPORTED_NETWORK_OF_SERVICE, check
from .labels import labels, options, with_stack
from .names import check_name
from .node import Node
from .volumes import external_name

_KEYS = (
    "name",
    "driver",
    "driver_opts",
    "attachable",
    "internal",
    "enable_ipv6",
    "ipam",
    "labels",
    "external",
)
_UNSUPPORTED = {"enable_ipv4": "a network of the swarm always has IPv4"}
_SUBNET_UNSUPPORTED = {"aux_addresses": "the swarm drops them; leave them out of ip_range"}
_ENCRYPTED, _MTU = "encrypted", "com.docker.network.driver.mtu"
# Networks of each node, on which a service has no names.
_PREDEFINED = ("host", "bridge", "none")
_DEFAULT = "default"


class Networks:
    """The networks of a stack.

    Attributes:
        external: the names of those it uses and that others made, but for those that each node has.
    """

    def __init__(self, stack: str, top: Node | None) -> None:
        self.external: list[str] = []
        self._stack = stack
        self._definitions = dict(top.fields()) if top else {}
        self._used: dict[str, dict[str, t.Any]] = {}

    @property
    def made(self) -> list[dict[str, t.Any]]:
        """Those that the stack has itself and that a service uses, as ``swarm_network`` takes them."""
        return list(self._used.values())

    def references(self, service: str, node: Node | None) -> list[dict[str, t.Any]]:
        """The networks of a service, as ``networks`` of swarm_service has them.

        Args:
            service: its key, by which it is found on them.
            node: what it says of its networks, ``None`` when it says nothing.

        Raises:
            Refused: one is not defined.
        """
        if node is None or not node.value:
            return [{"name": self._name(_DEFAULT, node), "aliases": [service]}]
        return [self._reference(service, key, value) for key, value in node.fields()]

    def _reference(self, service: str, key: str, node: Node) -> dict[str, t.Any]:
        name = self._name(key, node)
        made: dict[str, t.Any] = {"name": name}
        own = node.at("aliases", None)
        if node.value is not None:
            check(node, ("aliases", "driver_opts"), UNSUPPORTED_NETWORK_OF_SERVICE)
            own = node.get("aliases") or own
            opts = node.get("driver_opts")
            if opts and opts.value:
                made["options"] = options(opts)
        aliases = own.texts() if own.value is not None else []
        if name in _PREDEFINED:
            if aliases:
                raise own.wrong(f"gives names on the network {name}, where there are none; remove them")
            return made
        return {**made, "aliases": [*aliases, *([] if service in aliases else [service])]}

    def _name(self, key: str, asked_by: Node | None) -> str:
        """The name on the swarm of the network with this key."""
        definition = self._definitions.get(key)
        if definition is None:
            if key != _DEFAULT and asked_by is not None:
                raise asked_by.wrong(f"names the network {key}, which the top-level networks do not define")
            name = f"{self._stack}_{_DEFAULT}"
            self._used.setdefault(
                key, {"name": name, "driver": "overlay", "labels": with_stack({}, self._stack)}
            )
            return name
        if definition.value is None:
            definition = Node({}, definition.path, definition.origins, definition.notes)
        given = check(definition, _KEYS, _UNSUPPORTED)
        name_given, external = external_name(definition)
        if external:
            others = sorted(given - {"external", "name"})
            if others:
                raise definition.wrong(f"is external, so {', '.join(others)} says nothing; remove it")
            name = name_given or key
            if name not in (*self.external, *_PREDEFINED):
                self.external.append(name)
            return name
        name = name_given or f"{self._stack}_{key}"
        check_name(definition, name, "network")
        if key not in self._used:
            self._used[key] = {"name": name, **self._options(definition)}
        return name

    def _options(self, node: Node) -> dict[str, t.Any]:
        driver, ipam, opts = node.get("driver"), node.get("ipam"), node.get("driver_opts")
        made: dict[str, t.Any] = {"driver": driver.text() if driver else "overlay"}
        for key in ("attachable", "internal", "enable_ipv6"):
            value = node.get(key)
            if value:
                made[key] = value.yes_no()
        made.update(_driver_options(opts) if opts else {})
        made.update(_ipam(ipam) if ipam else {})
        made["labels"] = with_stack(labels(node.get("labels")), self._stack)
        try:
            declared(NETWORK, made)
        except Refused as error:
            raise node.wrong(f"cannot be: {str(error).rstrip('.')}") from None
        return made


def _driver_options(node: Node) -> dict[str, t.Any]:
    made: dict[str, t.Any] = {}
    others = options(node)
    if _ENCRYPTED in others:
        if others.pop(_ENCRYPTED).lower() in ("false", "0", "no", "off"):
            raise node.at(_ENCRYPTED, None).wrong(
                "says no, but the key alone makes the Engine encrypt; remove it, or write an empty text"
            )
        made["encrypted"] = True
    if _MTU in others:
        made["mtu"] = node.need(_MTU).whole()
        del others[_MTU]
    return {**made, **({"driver_options": others} if others else {})}


def _ipam(node: Node) -> dict[str, t.Any]:
    given = check(node, ("driver", "config", "options"))
    made: dict[str, t.Any] = {}
    if "driver" in given:
        made["ipam_driver"] = node.need("driver").text()
    if "options" in given:
        made["ipam_driver_options"] = options(node.need("options"))
    if "config" in given:
        made["ipam_config"] = [_subnet(item) for item in node.need("config").items()]
    return made


def _subnet(node: Node) -> dict[str, str]:
    given = check(node, ("subnet", "ip_range", "gateway"), _SUBNET_UNSUPPORTED)
    words = (("subnet", "subnet"), ("ip_range", "iprange"), ("gateway", "gateway"))
    return {word: node.need(key).text() for key, word in words if key in given}
