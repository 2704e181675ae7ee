# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports of a Compose file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .keys import check
from .node import Node

_SHORT = re.compile(
    r"""(?:(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<published>[0-9-]*):)?
        (?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>[a-z]+))?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?\Z")
_KEYS = ("target", "published", "protocol", "mode", "host_ip")
_UNSUPPORTED = {"name": "ports have no names in the swarm", "app_protocol": "the swarm does not know it"}
_EVERY_ADDRESS = ("0.0.0.0", "::", "[::]", "")


def long_form(node: Node) -> dict[str, t.Any]:
    """A port with its parts by name.

    Raises:
        Refused: it is not written like a port.
    """
    if isinstance(node.value, dict):
        return dict(node.value)
    text = node.text()
    found = _SHORT.match(text.strip())
    if not found:
        raise node.wrong(f"is {text!r}, not a port like 80, 8080:80 or 8080:80/udp")
    parts = {
        "target": found["target"],
        "published": found["published"],
        "protocol": (found["protocol"] or "").lower(),
    }
    return {**{name: part for name, part in parts.items() if part}, **_address(found["address"])}


def _address(address: str | None) -> dict[str, str]:
    return {"host_ip": address} if address else {}


def port_key(port: dict[str, t.Any]) -> t.Any:
    """What two files' ports have to share for the later one to replace the earlier."""
    published = port.get("published")
    return (
        "published" if published else "target",
        str(published or port.get("target")),
        port.get("protocol") or "tcp",
    )


def option(node: Node) -> dict[str, t.Any]:
    """A port as ``publish`` of swarm_service has it.

    Raises:
        Refused: it is none.
    """
    check(node, _KEYS, _UNSUPPORTED)
    address = node.get("host_ip")
    if address and address.text() not in _EVERY_ADDRESS:
        address.unable("host_ip", "the swarm publishes a port on all addresses of a node")
    targets = ports(node.need("target"))
    made: dict[str, t.Any] = {"target_port": _shown(targets)}
    published = node.get("published")
    if published and published.text() not in ("", "0"):
        wanted = ports(published)
        if len(wanted) != len(targets):
            raise published.wrong(
                f"is {published.text()}, as many ports as target ({made['target_port']}) it has to be"
            )
        made["published_port"] = _shown(wanted)
    protocol, mode = node.get("protocol"), node.get("mode")
    if protocol:
        made["protocol"] = protocol.choice("tcp", "udp", "sctp")
    return {**made, "mode": mode.choice("ingress", "host") if mode else "ingress"}


def ports(node: Node) -> range:
    """The ports of ``8080`` or ``8000-8010``."""
    text = node.text().strip()
    found = _RANGE.match(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise node.wrong(f"is {text!r}, neither a port from 1 to 65535 nor a range like 8000-8010")
    return range(first, last + 1)


def _shown(found: range) -> str:
    return str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}"


class Published:
    """The ports that the services of a stack publish, to find two that want the same."""

    def __init__(self) -> None:
        self._holders: dict[tuple[int, str], list[tuple[str, str]]] = {}

    def add(self, service: str, node: Node, port: dict[str, t.Any]) -> None:
        """Note a port.

        Two services may publish the same port of the nodes they run on (mode host), but an ingress port is the
        whole swarm's.

        Raises:
            Refused: another port stands in its way.
        """
        first, _dash, last = port.get("published_port", "").partition("-")
        protocol, mode = port.get("protocol", "tcp"), port["mode"]
        for number in range(int(first), int(last or first) + 1) if first else ():
            holders = self._holders.setdefault((number, protocol), [])
            for other, other_mode in holders:
                if other == service:
                    raise node.wrong(f"publishes {number}/{protocol}, which the service publishes already")
                if "ingress" in (mode, other_mode):
                    raise node.wrong(
                        f"publishes {number}/{protocol}, which the service {other} publishes already"
                    )
            holders.append((service, mode))
