# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a network, once. PRIVATE to the collection. Pure.

Paths are those of ``GET /networks``, which the body of a create request shares. A network has no update endpoint, so
whatever differs needs a new one.
"""

from __future__ import annotations

import typing as t

from .._options import convert
from .._options.option import BOOL, TEXT, Kind, Option, Table
from .._service.values import SERVICE_LABELS
from .subnets import IPAM, written

ENCRYPTED = "encrypted"
MTU = "com.docker.network.driver.mtu"
# What the Engine adds by itself.
ASSIGNED = "com.docker.network.driver.overlay.vxlanid_list"

# The Engine encrypts as soon as the key is there, whatever it says; so off is None, which is never sent.
_ENCRYPTED = Kind(
    {"type": "bool"},
    lambda value: "" if value else None,
    lambda value: value is not None,
    lambda value: value is not None,
)


def _mtu_limits(value: str) -> None:
    # Below 68 bytes there is no IPv4; below 1280 no IPv6, which is told where there is an IPv6 subnet.
    if not 68 <= int(value) <= 65535:
        raise ValueError(f"{value} is no MTU: it is a number from 68 to 65535")


_MTU = Kind({"type": "int"}, str, lambda value: None if value is None else int(value))
_OPTIONS = Kind({"type": "dict"}, lambda value: convert.texts(value, "driver option"))

NETWORK: Table = (
    Option("driver", ("Driver",), TEXT, "overlay"),
    Option("attachable", ("Attachable",), BOOL, False),
    Option("internal", ("Internal",), BOOL, False),
    Option("ingress", ("Ingress",), BOOL, False),
    Option("encrypted", ("Options", ENCRYPTED), _ENCRYPTED),
    Option("mtu", ("Options", MTU), _MTU, limits=_mtu_limits),
    Option("enable_ipv6", ("EnableIPv6",), BOOL, False),
    Option("driver_options", ("Options",), _OPTIONS, {}, keyed=True),
    Option("ipam_driver", ("IPAM", "Driver"), TEXT, "default"),
    Option("ipam_driver_options", ("IPAM", "Options"), _OPTIONS, {}, keyed=True),
    Option("ipam_config", ("IPAM", "Config"), IPAM),
    Option("labels", ("Labels",), SERVICE_LABELS, {}, keyed=True),
)


def body(spec: dict[str, t.Any]) -> dict[str, t.Any]:
    """What is sent to make a network, from what is wanted in the form of ``GET /networks``."""
    options = {
        name: text
        for name, text in (spec.get("Options") or {}).items()
        if name != ASSIGNED and text is not None
    }
    ipam = spec.get("IPAM") or {}
    entries = [written(entry) for entry in ipam.get("Config") or []]
    made = {key: spec[key] for key in ("Attachable", "Internal", "Ingress", "EnableIPv6") if spec.get(key)}
    return {
        "Name": spec["Name"],
        # Else an Engine before 25 makes a second network of that name beside a local one.
        "CheckDuplicate": True,
        "Driver": spec.get("Driver") or "overlay",
        "Scope": "swarm",
        "Labels": spec.get("Labels") or {},
        "Options": options,
        "IPAM": {
            "Driver": ipam.get("Driver") or "default",
            "Options": ipam.get("Options") or {},
            "Config": entries,
        },
        **made,
    }
