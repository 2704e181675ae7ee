# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports a service publishes. PRIVATE to the collection. Pure.

The Engine takes an unknown protocol for tcp and an unknown mode for ingress, and a change of order replaces tasks.
"""

from __future__ import annotations

import re
import typing as t

from .._options import convert
from .._options.option import ValueType

_SPEC: dict[str, t.Any] = {
    # A text, since it can be a range.
    "target_port": {"type": "str", "required": True},
    "published_port": {"type": "str"},
    "protocol": {"type": "str", "default": "tcp", "choices": ["tcp", "udp", "sctp"]},
    "mode": {"type": "str", "choices": ["ingress", "host"]},
}
Port = t.Dict[str, t.Any]


_PORT = re.compile(r"[0-9]{1,9}\Z")


def _range(text: str) -> range:
    """The ports of ``8080`` or ``8000-8010``."""
    first, dash, last = str(text).partition("-")
    if not _PORT.match(first) or (dash and not _PORT.match(last)):
        raise ValueError(f"{convert.quoted(text)} is neither a port nor a range like 8000-8010")
    ports = range(int(first), int(last or first) + 1)
    if not ports or not 1 <= ports[0] <= ports[-1] <= 65535:
        raise ValueError(f"{text!r} is not within 1 to 65535, with the lower port first")
    return ports


def _expanded(value: dict[str, t.Any]) -> list[Port]:
    targets = _range(value["target_port"])
    published: t.Iterable[int | None] = [None] * len(targets)
    if value.get("published_port") not in (None, "", "0"):
        wanted = _range(value["published_port"])
        if len(wanted) != len(targets):
            raise ValueError(
                f"published_port {value['published_port']} and target_port {value['target_port']} are ranges of "
                "different length"
            )
        published = wanted
    made = []
    for target, public in zip(targets, published):
        port: Port = {"Protocol": value.get("protocol") or "tcp", "TargetPort": target}
        if public:
            port["PublishedPort"] = public
        made.append({**port, "PublishMode": value.get("mode") or "ingress"})
    return made


def _key(port: Port) -> tuple[int, int, str, str]:
    return (
        port.get("PublishedPort") or 0,
        port.get("TargetPort") or 0,
        port.get("Protocol") or "tcp",
        port.get("PublishMode") or "ingress",
    )


def _ports(values: list[dict[str, t.Any]]) -> list[Port]:
    made = sorted((port for value in values for port in _expanded(value)), key=_key)
    seen: dict[tuple[int, str], Port] = {}
    for port in made:
        public = port.get("PublishedPort")
        if public and (public, port["Protocol"]) in seen:
            raise ValueError(f"{public}/{port['Protocol']} is published twice")
        seen[public or 0, port["Protocol"]] = port
    return made


def check_endpoint(spec: dict[str, t.Any]) -> None:
    """Refuse an endpoint that the Engine refuses, in its JSON: the routing mesh needs the virtual address.

    Raises:
        ValueError: names the port and the way out.
    """
    endpoint = spec.get("EndpointSpec") or {}
    for port in endpoint.get("Ports") or []:
        if endpoint.get("Mode") == "dnsrr" and port.get("PublishMode", "ingress") == "ingress":
            raise ValueError(
                f"publish has port {port.get('TargetPort')} in mode ingress, which endpoint_mode dnsrr does not have: set mode "
                "to host for the port, or leave endpoint_mode out"
            )


def check_clashes(services: t.Iterable[tuple[str, bool, dict[str, t.Any]]]) -> None:
    """Refuse two services that publish one port where the swarm lets one of them have it (swarmkit ``checkPortConflicts``).

    Args:
        services: the name of each, whether it is sent, and its spec as it will be. Those that are as they were may be so.

    Raises:
        ValueError: names both and the port.
    """
    holders: dict[tuple[int, str], list[tuple[str, bool, str]]] = {}
    for name, sent, spec in services:
        for port in (spec.get("EndpointSpec") or {}).get("Ports") or []:
            public, _target, protocol, mode = _key(port)
            others = holders.setdefault((public, protocol), [])
            for other, other_sent, other_mode in others if public else []:
                # In mode host, tasks of several services share a port as long as they are on different nodes.
                if name != other and (sent or other_sent) and "ingress" in (mode, other_mode):
                    raise ValueError(
                        f"{other} and {name} both publish the port {public}/{protocol} on every node: publish another port "
                        "for one of them"
                    )
            others.append((name, sent, mode))


def _canonical(values: list[Port]) -> list[tuple[int, int, str, str]]:
    return sorted(_key(port) for port in values)


def _shown(values: list[Port]) -> list[str]:
    """As the command line writes them: ``8080:80/tcp``."""
    made = []
    for published, target, protocol, mode in _canonical(values):
        host = ", mode host" if mode == "host" else ""
        made.append(f"{published or '(any)'}:{target}/{protocol}{host}")
    return made


def _written(values: list[Port]) -> list[dict[str, str]]:
    made = []
    for published, target, protocol, mode in _canonical(values):
        port = {"published_port": str(published)} if published else {}
        made.append({**port, "target_port": str(target), "protocol": protocol, "mode": mode})
    return made


PORTS = ValueType(
    {"type": "list", "elements": "dict", "options": _SPEC}, _ports, _shown, _canonical, write=_written
)
