# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares of the swarm itself, and what has to change about it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._options.option import Table, declared_values
from .._options.plan import Plan, plan
from .addresses import check_pools
from .options import SWARM

_HEARTBEAT, _ELECTION = "heartbeat_tick", "election_tick"
_TICKS: Table = tuple(option for option in SWARM if option.name in (_HEARTBEAT, _ELECTION))


class DeclaredSwarm:
    """What a user declares of the swarm itself.

    Args:
        options: the options of ``swarm_init``.

    Raises:
        Refused: a value that cannot work.
    """

    def __init__(self, options: dict[str, t.Any]) -> None:
        self.values = declared_values(SWARM, options)
        try:
            check_pools(options["default_addr_pool"], options["subnet_size"])
        except ValueError as error:
            raise Refused(f"{error}. Nothing was sent.") from None
        self.certificate: str | None = options["signing_ca_cert"]
        self.key: str | None = options["signing_ca_key"]
        self.rotate = {
            "rotateWorkerToken": options["rotate_worker_token"],
            "rotateManagerToken": options["rotate_manager_token"],
            "rotateManagerUnlockKey": options["rotate_unlock_key"],
        }

    def __bool__(self) -> bool:
        return bool(self.values or self.certificate or any(self.rotate.values()))

    def plan(self, live: dict[str, t.Any], trust_root: str | None) -> Plan:
        """Plan the update of a live spec.

        Args:
            live: ``Spec`` of the swarm.
            trust_root: the PEM of the root certificate in force, since the Engine never returns the signing one.

        Raises:
            Refused: the spec that comes of it cannot be.
        """
        planned = plan(SWARM, self.values, live)
        if {_HEARTBEAT, _ELECTION} & set(planned.changes):
            check_ticks({option.name: option.read(planned.spec) for option in _TICKS})
        if self.certificate and not same_certificate(self.certificate, trust_root):
            ca = planned.spec.setdefault("CAConfig", {})
            ca["SigningCACert"], ca["SigningCAKey"] = self.certificate, self.key
            planned.changes["signing_ca_cert"] = ("another certificate", "the declared certificate")
        return planned


def check_ticks(settings: dict[str, int | None]) -> None:
    """Refuse an election that begins before a heartbeat of the leader can come.

    Raft wants it so (etcd ``raft/raft.go``, ``Config.validate``); the swarm stores both numbers unseen.

    Args:
        settings: both numbers of ticks by their names; the Engine's defaults where they are missing.

    Raises:
        Refused: names both.
    """
    ticks = {option.name: settings.get(option.name) or option.default for option in _TICKS}
    if ticks[_ELECTION] <= ticks[_HEARTBEAT]:
        raise Refused(
            f"{_ELECTION} is {ticks[_ELECTION]} and {_HEARTBEAT} is {ticks[_HEARTBEAT]}: an election would begin before the "
            f"next heartbeat of the leader; set {_ELECTION} to about ten times {_HEARTBEAT}. Nothing was sent."
        )


# What docker_swarm of community.docker does with other states.
_ELSEWHERE = {
    "join": "use swarm_join, with the same options and a role",
    "absent": "use swarm_join with state: absent",
    "remove": "use swarm_node with state: absent, and the node's ID or name in hostname",
}


def check_is_init(options: dict[str, t.Any]) -> None:
    """Refuse what belongs to another module than ``swarm_init``, where docker_swarm of community.docker does it all.

    Raises:
        Refused: names the module.
    """
    state = options["state"]
    if state in _ELSEWHERE:
        raise Refused(
            f"state is {state}, and swarm_init only creates a swarm or changes its settings: {_ELSEWHERE[state]}. "
            "Nothing was sent."
        )
    if options["name"] not in (None, "default"):
        raise Refused("name: the only name that the Engine gives a swarm is default. Nothing was sent.")


def same_certificate(one: str, other: str | None) -> bool:
    """Whether two PEM texts hold the same certificate, whatever their line ends."""
    return "".join(one.split()) == "".join((other or "").split())


def init_request(options: dict[str, t.Any], declared: DeclaredSwarm) -> dict[str, t.Any]:
    """The body of ``POST /swarm/init``."""
    request: dict[str, t.Any] = {
        "ListenAddr": options["listen_addr"] or "0.0.0.0:2377",
        "AdvertiseAddr": options["advertise_addr"] or "",
        "DataPathAddr": options["data_path_addr"] or "",
        "ForceNewCluster": options["force_new_cluster"],
        "AutoLockManagers": bool(declared.values.get("autolock_managers")),
        "Availability": options["availability"] or "active",
        "Spec": declared.plan({}, None).spec,
    }
    for name, key in (
        ("data_path_port", "DataPathPort"),
        ("subnet_size", "SubnetSize"),
        ("default_addr_pool", "DefaultAddrPool"),
    ):
        if options[name]:
            request[key] = options[name]
    return request
