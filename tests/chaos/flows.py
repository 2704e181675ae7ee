# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is run and killed: each flow declares its own objects, in two variants between which the cases change."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Variables = dict[str, t.Any]

# Quick, and yet one task after the other, so that there is something in the middle of which a kill can come.
_UPDATE = {"parallelism": 1, "delay": "500ms", "monitor": "1s"}


@dataclass(frozen=True)
class Expected:
    """What the swarm has once a flow is done.

    Attributes:
        services: image and number of tasks by name; a global service has None.
        files: what a file in the containers of a service holds, by (service, path).
        networks, contents: names of networks, and of secrets and configs as declared.
        subnets: by network.
        labels: of every node.
    """

    services: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    networks: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()
    subnets: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """A playbook of the collection with what an inventory declares for it, by variant (1 or 2)."""

    book: str
    variables: t.Callable[[str, int], Variables]
    expected: t.Callable[[str, int], Expected]


def _service(name: str, image: str, **more: t.Any) -> Variables:
    return {"name": name, "image": image, "replicas": 2, "update_config": _UPDATE, **more}


def _site(_images: str, variant: int) -> Variables:
    return {"swarm_labels_node__chaos": {"variant": str(variant)}}


def _site_expected(_images: str, variant: int) -> Expected:
    return Expected(labels={"variant": str(variant)})


def _deploy(images: str, variant: int) -> Variables:
    image = f"{images}:{variant}"
    return {
        "swarm_networks": [{"name": "deploy"}],
        "swarm_configs": [{"name": "deploy-config", "data": f"config {variant}"}],
        "swarm_services": [
            _service("web", image, networks=["deploy"], env={"VARIANT": str(variant)}),
            _service("api", image, replicas=1, configs=[{"config_name": "deploy-config"}]),
            {"name": "agent", "image": image, "mode": "global", "update_config": _UPDATE},
        ],
    }


def _deploy_expected(images: str, variant: int) -> Expected:
    image = f"{images}:{variant}"
    return Expected(
        services={"web": (image, 2), "api": (image, 1), "agent": (image, None)},
        files={("api", "/deploy-config"): f"config {variant}"},
        networks=frozenset({"deploy"}),
        contents=frozenset({"deploy-config"}),
    )


def _rotation(images: str, variant: int) -> Variables:
    secret = [{"secret_name": "key"}]
    return {
        "swarm_secrets": [{"name": "key", "data": f"key {variant}"}],
        "swarm_services": [
            _service("reader", f"{images}:1", secrets=secret),
            _service("second-reader", f"{images}:1", replicas=1, secrets=secret),
        ],
    }


def _rotation_expected(images: str, variant: int) -> Expected:
    return Expected(
        services={"reader": (f"{images}:1", 2), "second-reader": (f"{images}:1", 1)},
        files={(name, "/run/secrets/key"): f"key {variant}" for name in ("reader", "second-reader")},
        contents=frozenset({"key"}),
    )


def _network(images: str, variant: int) -> Variables:
    subnet = f"10.7{variant}.0.0/24"
    return {
        "swarm_networks": [{"name": "moved", "ipam_config": [{"subnet": subnet}], "recreate": True}],
        "swarm_services": [
            _service("on-moved", f"{images}:1", networks=["moved"]),
            _service("on-moved-too", f"{images}:1", replicas=1, networks=["moved"]),
        ],
    }


def _network_expected(images: str, variant: int) -> Expected:
    return Expected(
        services={"on-moved": (f"{images}:1", 2), "on-moved-too": (f"{images}:1", 1)},
        networks=frozenset({"moved"}),
        subnets={"moved": f"10.7{variant}.0.0/24"},
    )


def _stack(images: str, variant: int) -> Variables:
    deploy = {"replicas": 2, "update_config": _UPDATE}
    extra = f"extra{variant}"  # a service that the other variant does not have: it is pruned
    compose = {
        "services": {
            "front": {"image": f"{images}:{variant}", "configs": ["page"], "deploy": deploy},
            "back": {"image": f"{images}:1", "environment": {"VARIANT": str(variant)}, "deploy": deploy},
            extra: {"image": f"{images}:1"},
        },
        "configs": {"page": {"content": f"page {variant}"}},
    }
    return {"swarm_stacks": [{"name": "shop", "compose": [compose], "remote_src": False, "prune": True}]}


def _stack_expected(images: str, variant: int) -> Expected:
    return Expected(
        services={
            "shop_front": (f"{images}:{variant}", 2),
            "shop_back": (f"{images}:1", 2),
            f"shop_extra{variant}": (f"{images}:1", 1),
        },
        files={("shop_front", "/page"): f"page {variant}"},
        networks=frozenset({"shop_default"}),
        contents=frozenset({"shop_page"}),
    )


FLOWS = {
    "site": Flow("flotilla.swarm.site", _site, _site_expected),
    "deploy": Flow("flotilla.swarm.deploy", _deploy, _deploy_expected),
    "rotation": Flow("flotilla.swarm.deploy", _rotation, _rotation_expected),
    "network": Flow("flotilla.swarm.deploy", _network, _network_expected),
    "stack": Flow("flotilla.swarm.deploy", _stack, _stack_expected),
}
