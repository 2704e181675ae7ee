# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports of a Compose file. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from . import checks, unsupported
from .value import Value

Options = dict[str, t.Any]

_SHORT = re.compile(
    r"""(?:(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<published>[0-9-]*):)?
        (?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>[a-z]+))?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_KEYS = ("target", "published", "protocol", "mode", "host_ip")
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_LAST = 65535
_EVERY_ADDRESS = ("0.0.0.0", "::", "[::]", "")


def long_form(value: Value) -> Options:
    """A port as a mapping.

    Raises:
        Refused: the value is not a port.
    """
    if isinstance(value.content, dict):
        return dict(value.content)
    text = value.text()
    parts = _SHORT.match(text.strip())
    if not parts:
        raise value.wrong(f"is {text!r}, not a port like 80, 8080:80 or 8080:80/udp")
    port = {
        "target": parts["target"],
        "published": parts["published"],
        "protocol": (parts["protocol"] or "").lower(),
        "host_ip": parts["address"],
    }
    return {key: text for key, text in port.items() if text}


def port_key(port: Options) -> t.Any:
    """What the ports of two files share where the later one replaces the earlier one."""
    published = port.get("published")
    return (
        "published" if published else "target",
        str(published or port.get("target")),
        port.get("protocol") or "tcp",
    )


class ComposePorts:
    """The ports that the services of a stack publish."""

    def __init__(self) -> None:
        # Number and protocol of a published port to the services that publish it, each with the mode.
        self._publishers: dict[tuple[int, str], list[tuple[str, str]]] = {}

    def options(self, service: str, value: Value) -> list[Options]:
        """A port as ``publish`` of swarm_service has it: one entry, or as many as published ports lead to one target.

        Args:
            service: the key of the service that publishes it.

        Raises:
            Refused: the value is not a port, or another service publishes the port.
        """
        value.check_keys(_KEYS, unsupported.PORT)
        address = value.get("host_ip")
        if address and address.text() not in _EVERY_ADDRESS:
            address.unsupported("host_ip", unsupported.HOST_IP)
        published, protocol, mode = (value.get(key) for key in ("published", "protocol", "mode"))
        option: Options = {"target_port": value.need("target").text().strip()}
        if published and published.text().strip() not in ("", "0"):
            option["published_port"] = published.text().strip()
        if protocol:
            option["protocol"] = protocol.choice(*checks.choices("publish.protocol"))
        option["mode"] = mode.choice(*checks.choices("publish.mode")) if mode else "ingress"
        options = _to_one_target(option)
        for port in checks.check(value, "publish", options):
            self._add(service, value, port)
        return options

    def _add(self, service: str, value: Value, port: Options) -> None:
        """Add one port in the Engine's form.

        Two services may publish the same port of the nodes that they run on (mode host), but a port of mode ingress is
        that of the whole swarm.
        """
        number, protocol, mode = port.get("PublishedPort"), port["Protocol"], port["PublishMode"]
        if not number:
            return
        publishers = self._publishers.setdefault((number, protocol), [])
        for other, other_mode in publishers:
            if other == service:
                raise value.wrong(f"publishes {number}/{protocol}, which the service publishes already")
            if "ingress" in (mode, other_mode):
                raise value.wrong(
                    f"publishes {number}/{protocol}, which the service {other} publishes already"
                )
        publishers.append((service, mode))


def _to_one_target(option: Options) -> list[Options]:
    """A range of published ports for one target, such as ``8000-8002:80``, as an entry for each."""
    published = _RANGE.fullmatch(str(option.get("published_port", "")))
    if not (published and str(option["target_port"]).isdecimal()):
        return [option]
    first, last = int(published[1]), int(published[2])
    if first > last or last > _LAST:
        return [option]
    return [{**option, "published_port": str(port)} for port in range(first, last + 1)]
