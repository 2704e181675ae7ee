# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a network, once. PRIVATE to the collection. Pure.

Paths are those of ``GET /networks``, which the body of a create request shares. A network has no update endpoint, so whatever
differs needs a new one.
"""

from __future__ import annotations

import typing as t

from .._options import convert
from .._options.driver_options import hide_option, hide_options
from .._options.labels import LABELS
from .._options.one_or_many import OneOrMany
from .._options.option import BOOL, Option, Table, ValueType, argument_spec
from .._run.interface import Interface
from .._run.progress import WAIT_ARGUMENTS
from .subnets import IPAM

ENCRYPTED = "encrypted"
MTU = "com.docker.network.driver.mtu"
# The Engine adds this one by itself where it is not declared: the numbers of the network's VXLANs.
ASSIGNED = "com.docker.network.driver.overlay.vxlanid_list"

# A network that never got addresses reports an empty text.
_DRIVER = ValueType({"type": "str"}, to_send=lambda name: name or None)
# The Engine encrypts as soon as the key exists, whatever its value; so off is None, which is never sent.
_ENCRYPTED = ValueType(
    {"type": "bool"},
    lambda value: "" if value else None,
    lambda value: value is not None,
    lambda value: value is not None,
)


def _mtu_limits(value: str) -> None:
    # Below 68 bytes there is no IPv4.
    if not 68 <= int(value) <= 65535:
        raise ValueError(f"{value} is not an MTU: give a number of bytes from 68 to 65535")


_MTU = ValueType({"type": "int"}, str, lambda value: int(value) if str(value).isdigit() else None)


def _driver_options(value: t.Any) -> dict[str, str]:
    return convert.texts(convert.whole_numbers_as_text(convert.yes_and_no_as_text(value)), "driver option")


def _without_off(value: dict[str, t.Any]) -> dict[str, t.Any]:
    """Driver options without a key that is off (``encrypted``)."""
    return {name: text for name, text in value.items() if text is not None}


_DRIVER_OPTIONS = ValueType(
    {"type": "dict", "text": "lines"},
    _driver_options,
    to_send=_without_off,
    hide=hide_options,
    hide_part=hide_option,
)

# The Engine reports an empty name where there is none.
_CONFIG_FROM = ValueType({"type": "str"}, show=lambda name: name or None, canonical=lambda name: name or None)

NETWORK: Table = (
    Option("driver", ("Driver",), _DRIVER, "overlay"),
    Option("attachable", ("Attachable",), BOOL, False),
    Option("internal", ("Internal",), BOOL, False),
    Option("ingress", ("Ingress",), BOOL, False),
    Option("config_only", ("ConfigOnly",), BOOL, False),
    Option("config_from", ("ConfigFrom", "Network"), _CONFIG_FROM),
    # These two stand among the driver's options in the Engine's JSON, and have a word of their own.
    Option("encrypted", ("Options", ENCRYPTED), _ENCRYPTED),
    Option("mtu", ("Options", MTU), _MTU, limits=_mtu_limits),
    Option("enable_ipv6", ("EnableIPv6",), BOOL, False),
    Option("driver_options", ("Options",), _DRIVER_OPTIONS, {}, keyed=True, hidden=True),
    Option("ipam_driver", ("IPAM", "Driver"), _DRIVER, "default"),
    Option("ipam_driver_options", ("IPAM", "Options"), _DRIVER_OPTIONS, {}, keyed=True, hidden=True),
    Option("ipam_config", ("IPAM", "Config"), IPAM),
    Option("labels", ("Labels",), LABELS, {}, keyed=True),
)

ONE: dict[str, t.Any] = {
    **argument_spec(NETWORK),
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str", "choices": ["swarm"]},
    "recreate": {"type": "bool", "default": False, "aliases": ["force"]},
}
MODULE = OneOrMany(ONE, "networks", naming={"aliases": ["network_name"]})
ARGUMENTS: dict[str, t.Any] = {**MODULE.arguments, **WAIT_ARGUMENTS}
INTERFACE = Interface(ARGUMENTS, MODULE.rules, waits=True)


def create_request(wanted: dict[str, t.Any]) -> dict[str, t.Any]:
    """The body of a create request, from the wanted network in the form of ``GET /networks``.

    The table alone decides what is sent: the value of each row that is not the default.
    """
    body: dict[str, t.Any] = {
        "Name": wanted["Name"],
        # Else an Engine before 25 creates a second network of that name beside a local one.
        "CheckDuplicate": True,
        "Scope": "swarm",
        # The Engine has a default of its own for a driver that is not there: bridge.
        "Driver": "overlay",
        "Labels": {},
        "Options": {},
        "IPAM": {"Driver": "default", "Options": {}, "Config": []},
    }
    for option in NETWORK:
        value = option.type.to_send(option.read(wanted))
        if value is not None and not option.same(value, option.default):
            option.write(body, value)
    if wanted.get("ConfigOnly"):
        # It belongs to one host and has no driver: the network that is created from it has one.
        del body["Scope"], body["Driver"]
    if (wanted.get("ConfigFrom") or {}).get("Network"):
        # The Engine refuses labels of its own for such a network, so nothing remembers what was declared.
        body["Labels"] = {}
    return body
