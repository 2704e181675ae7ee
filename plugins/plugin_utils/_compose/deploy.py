# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Compose file says of a service under ``deploy`` and ``restart``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .keys import check
from .node import Node

Options = dict[str, t.Any]

_KEYS = (
    "mode",
    "replicas",
    "labels",
    "update_config",
    "rollback_config",
    "resources",
    "restart_policy",
    "placement",
    "endpoint_mode",
)
_MODES = ("replicated", "global", "replicated-job", "global-job")
_ROLLOUT = {
    "parallelism": Node.whole,
    "delay": Node.duration,
    "failure_action": Node.text,
    "monitor": Node.duration,
    "max_failure_ratio": Node.number,
    "order": lambda node: node.choice("stop-first", "start-first"),
}
_RESTART = {
    "condition": lambda node: node.choice("none", "on-failure", "any"),
    "delay": Node.duration,
    "max_attempts": Node.whole,
    "window": Node.duration,
}
_LIMITS: dict[str, t.Callable[[Node], t.Any]] = {"cpus": Node.number, "memory": Node.size, "pids": Node.whole}
_ON_FAILURE = re.compile(r"on-failure(?::(\d+))?\Z")


def deploy_options(service: Node) -> Options:
    """The options of swarm_service for how a service is deployed, its labels not among them.

    Raises:
        Refused: a value is not what its key wants.
    """
    node = service.get("deploy") or service.at("deploy", {})
    given = check(node, _KEYS)
    made: Options = {"mode": node.need("mode").choice(*_MODES) if "mode" in given else "replicated"}
    replicas = node.get("replicas") or service.get("scale")
    if replicas:
        if made["mode"].startswith("global"):
            raise replicas.wrong(
                f"does not go with mode {made['mode']}, which has a task on every node that fits"
            )
        made["replicas"] = _not_negative(replicas)
    for key, actions in (
        ("update_config", ("continue", "pause", "rollback")),
        ("rollback_config", ("continue", "pause")),
    ):
        if key in given:
            config = _parts(node.need(key), _ROLLOUT)
            if "failure_action" in config:
                node.need(key).need("failure_action").choice(*actions)
            made[key] = config
    if "resources" in given:
        made.update(_resources(node.need("resources")))
    restart = _restart(service, node)
    if restart:
        made["restart_config"] = restart
    if "placement" in given:
        made["placement"] = _placement(node.need("placement"))
    if "endpoint_mode" in given:
        made["endpoint_mode"] = node.need("endpoint_mode").choice("vip", "dnsrr")
    return {name: value for name, value in made.items() if value != {}}


def _not_negative(node: Node) -> int:
    number = node.whole()
    if number < 0:
        raise node.wrong(f"is {number}, below 0")
    return number


def _parts(node: Node, kinds: t.Mapping[str, t.Callable[[Node], t.Any]]) -> Options:
    return {key: kinds[key](node.need(key)) for key in kinds if key in check(node, kinds)}


def _restart(service: Node, deploy: Node) -> Options:
    policy, restart = deploy.get("restart_policy"), service.get("restart")
    if policy:
        return _parts(policy, _RESTART)
    if restart is None:
        return {}
    word = "no" if restart.value is False else restart.text()
    found = _ON_FAILURE.match(word)
    if word in ("always", "unless-stopped"):
        return {"condition": "any"}
    if found:
        return {"condition": "on-failure", "max_attempts": int(found[1] or 0)}
    if word not in ("no", ""):
        raise restart.wrong(f"is {word!r}, none of no, always, unless-stopped, on-failure, on-failure:3")
    restart.warn(
        "is 'no', which docker stack deploy does not heed either: tasks are started again when they end; write "
        "deploy.restart_policy.condition: none if they must not be"
    )
    return {}


def _resources(node: Node) -> Options:
    made: Options = {}
    given = check(node, ("limits", "reservations"))
    if "limits" in given:
        made["limits"] = _parts(node.need("limits"), _LIMITS)
    if "reservations" in given:
        reservations = node.need("reservations")
        known = {"cpus": Node.number, "memory": Node.size, "generic_resources": _generic}
        check(reservations, known, {"devices": "write generic_resources", "pids": "only limits have it"})
        made["reservations"] = {
            key: kind(reservations.need(key)) for key, kind in known.items() if reservations.get(key)
        }
    return made


def _generic(node: Node) -> dict[str, int]:
    made = {}
    for item in node.items():
        check(item, ("discrete_resource_spec",))
        spec = item.need("discrete_resource_spec")
        check(spec, ("kind", "value"))
        made[spec.need("kind").text()] = spec.need("value").whole()
    return made


def _placement(node: Node) -> Options:
    given = check(node, ("constraints", "preferences", "max_replicas_per_node"))
    made: Options = {}
    if "constraints" in given:
        made["constraints"] = node.need("constraints").texts()
    if "preferences" in given:
        made["preferences"] = [_preference(item) for item in node.need("preferences").items()]
    if "max_replicas_per_node" in given:
        made["replicas_max_per_node"] = _not_negative(node.need("max_replicas_per_node"))
    return {name: value for name, value in made.items() if value != []}


def _preference(node: Node) -> dict[str, str]:
    check(node, ("spread",))
    return {"spread": node.need("spread").text()}
