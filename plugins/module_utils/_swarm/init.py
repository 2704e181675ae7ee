# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a swarm and keeping its settings. PRIVATE to the collection.

``POST /swarm/init`` merges a partial spec over the defaults; ``POST /swarm/update`` replaces the whole spec, so an
update always starts from the live one (moby ``daemon/cluster/swarm.go``).
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import EngineError, EngineTimeout, FlotillaError, Locked, Refused
from .._engine.wait import Clock, in_sequence, until
from .._options.option import Option, check_versions, declared
from .._options.plan import MEMORY, Plan, plan, plan_labels, shown
from . import state
from .options import EXTERNAL_CAS, SETTINGS

TABLE: tuple[Option, ...] = (*SETTINGS, EXTERNAL_CAS)
# Where a new swarm takes zero for "not said" and uses its default; an update takes it as it is.
_ZEROS: tuple[Option, ...] = tuple(option for option in SETTINGS if option.missing is not None)
# Seconds after which a manager that was given its key is looked at instead.
_UNLOCKING = 10.0


class Settings:
    """What the user declares of the swarm itself.

    Args:
        params: the module's options.

    Raises:
        Refused: a value that cannot work.
    """

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.scalars = declared(TABLE, params)
        self.labels: dict[str, str] | None = params["labels"]
        for name, value in (self.labels or {}).items():
            if not isinstance(value, str) or name == MEMORY:
                raise Refused(
                    f"labels: {name!r} is {value!r}; a label is a string, and {MEMORY!r} is not yours to set."
                )
        self.certificate: str | None = params["signing_ca_cert"]
        self.key: str | None = params["signing_ca_key"]
        self.rotate = {
            "rotateWorkerToken": params["rotate_worker_token"],
            "rotateManagerToken": params["rotate_manager_token"],
            "rotateManagerUnlockKey": params["rotate_unlock_key"],
        }

    def __bool__(self) -> bool:
        return bool(self.scalars or self.labels is not None or self.certificate or any(self.rotate.values()))

    def plan(self, live: dict[str, t.Any], trust_root: str | None) -> Plan:
        """Plan the update of a live spec.

        Args:
            live: ``Spec`` of the swarm.
            trust_root: the PEM of the root certificate in force, since the Engine never returns the signing one.
        """
        made = plan(TABLE, self.scalars, live)
        if self.labels is not None:
            plan_labels(made, self.labels)
        if self.certificate and not same_certificate(self.certificate, trust_root):
            ca = made.spec.setdefault("CAConfig", {})
            ca["SigningCACert"], ca["SigningCAKey"] = self.certificate, self.key
            made.changes["signing_ca_cert"] = ("another certificate", "the declared certificate")
        return made


def same_certificate(one: str, other: str | None) -> bool:
    """Whether two PEM texts hold the same certificate, whatever their line ends."""
    return "".join(one.split()) == "".join((other or "").split())


def init_request(params: dict[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """The body of ``POST /swarm/init``."""
    made = settings.plan({}, None)
    request: dict[str, t.Any] = {
        "ListenAddr": params["listen_addr"] or "0.0.0.0:2377",
        "AdvertiseAddr": params["advertise_addr"] or "",
        "DataPathAddr": params["data_path_addr"] or "",
        "ForceNewCluster": params["force_new_cluster"],
        "AutoLockManagers": bool(settings.scalars.get("autolock_managers")),
        "Availability": params["availability"] or "active",
        "Spec": made.spec,
    }
    for name, key in (("data_path_port", "DataPathPort"), ("subnet_size", "SubnetSize")):
        if params[name]:
            request[key] = params[name]
    if params["default_addr_pool"]:
        request["DefaultAddrPool"] = params["default_addr_pool"]
    return request


class Swarm:
    """One swarm, through one Engine.

    Args:
        client: the Engine.
        check: plan only.
    """

    def __init__(self, client: Client, check: bool) -> None:
        self._client = client
        self._check = check
        self.done: list[str] = []
        self.before: dict[str, t.Any] = {}
        self.after: dict[str, t.Any] = {}

    def unlock(self, key: str) -> None:
        """Unlock a locked manager and wait until it takes part again."""
        if not self._check:
            try:
                self._client.post("/swarm/unlock", {"UnlockKey": key}, timeout=_UNLOCKING)
            except EngineTimeout:
                # The first of several locked managers is unlocked at once, but answers only when there is a leader.
                pass
            except EngineError as error:
                if error.status not in (400, 401):
                    raise
                raise Refused(
                    f"The unlock key does not unlock the manager at {self._client.where}; give the key that was in "
                    "force when this manager last ran, which may be the one before the last rotation."
                ) from None
        self.done.append("unlocked the manager")
        if self._check:
            return
        until(
            lambda: state.local_state(self._client.get("/info")) != "locked" or None,
            Clock(30),
            lambda: f"The Engine at {self._client.where} took the unlock key but is still locked after 30 s.",
        )

    def init(self, request: dict[str, t.Any], settings: Settings) -> None:
        """Make a new swarm with this node as its first manager, or force one out of a lost one."""
        check_versions(TABLE, settings.scalars, self._client.api(), self._client.where)
        forced = request["ForceNewCluster"]
        made = settings.plan({}, None)
        self.after = {
            "swarm": "made",
            "advertise_addr": request["AdvertiseAddr"] or "auto",
            **made.side(after=True),
        }
        if not self._check:
            self._client.post("/swarm/init", request)
        self.done.append("made a new swarm out of what this manager knows" if forced else "made a new swarm")
        if self._check:
            return
        until(
            lambda: self._client.get("/swarm"),
            Clock(30),
            lambda: f"The new swarm at {self._client.where} has no leader after 30 s.",
        )
        in_sequence(lambda: self._set_zeros(settings))

    def _set_zeros(self, settings: Settings) -> None:
        live = self._client.get("/swarm")
        made = plan(_ZEROS, settings.scalars, live["Spec"])
        if made:
            self._client.post("/swarm/update", made.spec, version=live["Version"]["Index"])

    def update(self, settings: Settings) -> None:
        """Bring the settings of a live swarm to what is declared, leaving the others alone."""
        check_versions(TABLE, settings.scalars, self._client.api(), self._client.where)
        rotate: dict[str, t.Any] = {name: True for name, wanted in settings.rotate.items() if wanted}

        def write() -> Plan:
            live = self._client.get("/swarm")
            made = settings.plan(live["Spec"], (live.get("TLSInfo") or {}).get("TrustRoot"))
            if (made or rotate) and not self._check:
                self._client.post("/swarm/update", made.spec, version=live["Version"]["Index"], **rotate)
            return made

        made = write() if self._check else in_sequence(write)
        self.before, self.after = made.side(after=False), made.side(after=True)
        self.done += [f"set {name}" for name in shown(made.changes)]
        told = {
            "rotateWorkerToken": "rotated the worker join token",
            "rotateManagerToken": "rotated the manager join token",
            "rotateManagerUnlockKey": "rotated the unlock key",
        }
        self.done += [told[name] for name in rotate]
        self.after.update({told[name].replace("rotated the ", ""): "rotated" for name in rotate})

    def await_rotation(self, seconds: float) -> None:
        """Wait until every node has a certificate of the new root, if a rotation is on its way."""
        until(
            lambda: not self._client.get("/swarm").get("RootRotationInProgress") or None,
            Clock(seconds),
            lambda: (
                f"The CA rotation is not finished after {seconds:g} s: it needs every node, those that are down "
                "too; remove stale nodes (swarm_node with state=absent) and run again."
            ),
        )


def read_unlock_key(client: Client) -> str | None:
    """The unlock key, ``None`` where autolock is off."""
    return client.get("/swarm/unlockkey").get("UnlockKey") or None


def read_tokens(client: Client) -> dict[str, str]:
    """The join tokens: ``worker`` and ``manager``."""
    tokens = client.get("/swarm")["JoinTokens"]
    return {"worker": tokens["Worker"], "manager": tokens["Manager"]}


def ensure(client: Client, params: dict[str, t.Any], check: bool) -> Swarm:
    """Do all that ``swarm_init`` was asked for.

    Raises:
        Refused: this Engine cannot do it in the state it is in.
    """
    settings = Settings(params)
    swarm = Swarm(client, check)
    found = state.local_state(client.get("/info"))
    try:
        if found == "locked":
            if not params["unlock_key"]:
                raise Locked(
                    f"The manager at {client.where} is locked; give its unlock_key, or make it leave with "
                    "swarm_join state=absent and force=true."
                )
            swarm.unlock(params["unlock_key"])
            found = "locked" if check else state.local_state(client.get("/info"))
            if found == "manager" and not settings:
                # Where other managers are still locked there is no quorum yet, and nothing else was asked for.
                return swarm
        if found == "inactive" or (found == "manager" and _forces(client, params)):
            swarm.init(init_request(params, settings), settings)
        elif found == "manager":
            swarm.update(settings)
        elif found != "locked":
            raise Refused(_unfit(client, found))
        rotates = settings.certificate or "ca_force_rotate" in settings.scalars
        # A new swarm has a root of its own first and is rotated to the declared one.
        if params["wait"] and rotates and found in ("inactive", "manager") and not check:
            swarm.await_rotation(params["wait_timeout"])
    except FlotillaError as error:
        error.facts.update(changed=bool(swarm.done) and not check, actions=swarm.done)
        raise
    return swarm


def _forces(client: Client, params: dict[str, t.Any]) -> bool:
    """Forcing a new cluster throws every other manager out, so a swarm that has its quorum is left alone."""
    return bool(params["force_new_cluster"]) and state.look(client)["state"] == "no_quorum"


def _unfit(client: Client, found: str) -> str:
    why = state.look(client)["why"]
    return {
        "worker": f"{why.split(';')[0].rstrip('.')}: run swarm_init on a manager, or make this node leave first.",
        "pending": f"{why} Wait for it, or make it leave with swarm_join state=absent and force=true.",
        "error": f"{why} Make it leave with swarm_join state=absent and force=true, then join it again.",
    }.get(found, why)
