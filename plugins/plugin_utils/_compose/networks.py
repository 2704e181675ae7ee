# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks of a Compose file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from . import checks, unsupported
from .value import Value

Options = dict[str, t.Any]

# Keys that are options of swarm_network under the same name.
_FLAGS = ("attachable", "internal", "enable_ipv6")
_KEYS = ("name", "driver", "driver_opts", *_FLAGS, "ipam", "labels", "external")
# Networks of each node, on which a service has no aliases.
_OF_NODES = ("host", "bridge", "none")
_DEFAULT = "default"
_FALSE = ("false", "0", "no", "off")


class ComposeNetworks:
    """The networks of a stack.

    Attributes:
        external: the names of the external networks that a service uses, without those of each node.
    """

    def __init__(self, stack: str, top: Value | None) -> None:
        self.external: list[str] = []
        self._stack = stack
        self._definitions = dict(top.fields()) if top else {}
        self._declared: dict[str, Options] = {}

    @property
    def declared(self) -> list[Options]:
        """The networks of the stack itself that a service uses, as ``networks`` of swarm_network has them."""
        return list(self._declared.values())

    def references(self, service: str, value: Value | None) -> list[Options]:
        """The networks of a service, as ``networks`` of swarm_service has them.

        Args:
            service: the service's key, which is its alias on each network.
            value: the service's ``networks``, ``None`` where it has none.

        Raises:
            Refused: a network is not defined.
        """
        if value is None or not value.content:
            return [{"name": self._name(_DEFAULT, value), "aliases": [service]}]
        return [self._reference(service, key, inner) for key, inner in value.fields()]

    def _reference(self, service: str, key: str, value: Value) -> Options:
        name = self._name(key, value)
        reference: Options = {"name": name}
        own = value.at("aliases", None)
        if value.content is not None:
            value.check_keys(("aliases", "driver_opts"), unsupported.NETWORK_OF_SERVICE)
            own = value.get("aliases") or own
            options = value.get("driver_opts")
            if options and options.content:
                reference["options"] = options.labels()
        aliases = own.texts() if own.content is not None else []
        if name in _OF_NODES:
            if aliases:
                own.unsupported("aliases", unsupported.NODE_ALIASES)
                # The command line sends them; without them, the task of a service that is taken over would be replaced.
                reference["aliases"] = aliases
            return reference
        return {**reference, "aliases": [*aliases, *([] if service in aliases else [service])]}

    def _name(self, key: str, reference: Value | None) -> str:
        """The name on the swarm of the network with a key."""
        definition = self._definitions.get(key)
        if definition is None:
            if key != _DEFAULT and reference is not None:
                raise reference.wrong(f"names the network {key}, which the top-level networks do not define")
            name = f"{self._stack}_{_DEFAULT}"
            labels = checks.labels_of(None, self._stack)
            self._declared.setdefault(key, {"name": name, "driver": "overlay", "labels": labels})
            return name
        if definition.content is None:
            definition = definition.with_content({})
        given = definition.check_keys(_KEYS, unsupported.NETWORK)
        name, is_external = checks.name_of(definition, key, self._stack, given)
        if is_external:
            self.external += [name] if name not in (*self.external, *_OF_NODES) else []
        elif key not in self._declared:
            checks.check_name(definition, name, "network")
            self._declared[key] = {"name": name, **self._options(definition)}
            checks.check_network(definition, self._declared[key])
        return name

    def _options(self, value: Value) -> Options:
        driver, options, ipam = value.get("driver"), value.get("driver_opts"), value.get("ipam")
        flags = [(key, value.get(key)) for key in _FLAGS]
        return {
            "driver": driver.text() if driver else "overlay",
            **{key: flag.flag() for key, flag in flags if flag},
            **({"driver_options": _driver_options(options)} if options and options.content else {}),
            **(_ipam(ipam) if ipam else {}),
            "labels": checks.labels_of(value.get("labels"), self._stack),
        }


def _driver_options(value: Value) -> Options:
    options = value.labels()
    # The driver encrypts whatever the value is (moby libnetwork drivers/overlay).
    if options.get("encrypted", "").lower() in _FALSE:
        value.need("encrypted").unsupported("encrypted", unsupported.NOT_ENCRYPTED)
        del options["encrypted"]
    return options


def _ipam(value: Value) -> Options:
    value.check_keys(("driver", "config", "options"))
    driver, options, config = value.get("driver"), value.get("options"), value.get("config")
    return {
        **({"ipam_driver": driver.text()} if driver else {}),
        **({"ipam_driver_options": options.labels()} if options else {}),
        **({"ipam_config": [_subnet(item) for item in config.items()]} if config else {}),
    }


def _subnet(value: Value) -> dict[str, str]:
    given = value.check_keys(("subnet", "ip_range", "gateway"), unsupported.SUBNET)
    options = (("subnet", "subnet"), ("ip_range", "iprange"), ("gateway", "gateway"))
    return {option: value.need(key).text() for key, option in options if key in given}
