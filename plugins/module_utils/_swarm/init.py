# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a swarm and keeping its settings. PRIVATE to the collection.

``POST /swarm/init`` merges a partial spec over the defaults; ``POST /swarm/update`` replaces the whole spec, so an
update always starts from the live one (moby ``daemon/cluster/swarm.go``).
"""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import (
    AlreadyInSwarm,
    EngineError,
    FlotillaError,
    Locked,
    OutcomeUnknown,
    Refused,
    Unanswered,
    WaitTimeout,
)
from .._engine.update import Arrived, Sending, insist, update
from .._engine.wait import Deadline, wait_until, waiting_for
from .._options.changes import Changes, side, visible_changes
from .._options.hidden import hide_changes
from .._options.option import check_versions
from .._options.plan import plan
from .._ports.control import free_ports
from .._run.steps import doubtful, step
from .._run.verb import Verb
from . import as_docker, state
from .addresses import only_here
from .authority import Rotation
from .declared import DeclaredSwarm, check_is_init, init_request
from .options import INIT_INTERFACE, SWARM, ZEROS

Result = t.Dict[str, t.Any]

# Seconds after which a manager that was given its key is asked for its state instead.
_UNLOCKING = 10.0
# Seconds that a swarm needs at most for a leader, or a manager for its unlocking.
_SETTLING = 30.0
# Seconds that managers which were all unlocked need at most for a leader: the longest election timeout.
_ELECTING = 20.0
# Seconds that an Engine which creates a swarm, for another run at the same time, is on its way into it: many times over.
_ARRIVING = 10.0
_ALONE = (
    "advertise_addr is a loopback address: no other host can join this swarm, since nodes reach each other by the addresses that "
    "they advertise."
)
_ROTATED = {
    "rotateWorkerToken": "worker join token",
    "rotateManagerToken": "manager join token",
    "rotateManagerUnlockKey": "unlock key",
}


class Swarm:
    """One swarm, through one Engine.

    Args:
        client: the Engine.
        check_mode: plan only.
    """

    def __init__(self, client: Client, check_mode: bool) -> None:
        self._client = client
        self._check_mode = check_mode
        #: What was done, a sentence each; kept when a later step fails.
        self.actions: list[str] = []
        self.before: Result = {}
        self.after: Result = {}

    def unlock(self, key: str) -> None:
        """Unlock a locked manager and wait until it takes part again."""
        if not self._check_mode:
            self._send_key(key)
        self.actions.append("unlocked the manager")
        if self._check_mode:
            return
        wait_until(
            lambda: state.local_state(self._client.get("/info")) != "locked" or None,
            Deadline(_SETTLING),
            lambda: (
                f"The Engine at {self._client.where} took the unlock key but is still locked after {_SETTLING:g} s."
            ),
            "unlocking this manager: it is still locked",
        )

    def _send_key(self, key: str) -> None:
        try:
            with waiting_for("unlocking this manager: no answer yet", Deadline(_UNLOCKING)):
                self._client.post("/swarm/unlock", {"UnlockKey": key}, timeout=_UNLOCKING)
        except Unanswered:
            # The first of several locked managers is unlocked at once, but answers only when there is a leader.
            pass
        except EngineError as error:
            if error.status not in (400, 401):
                raise
            raise Refused(
                f"The unlock key does not unlock the manager at {self._client.where}; give the key that was in "
                "force when this manager last ran, which may be the one before the last rotation."
            ) from None

    def init(self, options: Result, declared: DeclaredSwarm) -> None:
        """Create a new swarm with this node as its first manager, or force one out of a lost one."""
        check_versions(SWARM, declared.values, self._client.api(), self._client.where)
        request = init_request(options, declared)
        changes = declared.plan({}, None).changes
        self.after = {
            "swarm": "created",
            "advertise_addr": request["AdvertiseAddr"] or "auto",
            **side(hide_changes(SWARM, changes), after=True),
        }
        forced = request["ForceNewCluster"]
        sentence = "created a new swarm from what this manager knows" if forced else "created a new swarm"
        if self._check_mode:
            self.actions.append(sentence)
            return
        created = self._create(request, sentence)
        wait_until(
            lambda: self._client.get("/swarm"),
            Deadline(_SETTLING),
            lambda: f"The new swarm at {self._client.where} has no leader after {_SETTLING:g} s.",
            "creating a swarm: it has no leader yet",
        )
        if created:
            update(self._client, "/swarm", lambda live: _zeros(live, declared))
        else:
            self.update(declared)

    def _create(self, request: Result, sentence: str) -> bool:
        """Have the Engine create the swarm; ``False`` where another run was faster."""
        free_ports()
        try:
            with step(self.actions, sentence):
                self._send_init(request)
        except AlreadyInSwarm:
            return False
        return True

    def _send_init(self, request: Result) -> None:
        def write(sending: Sending) -> None:
            if sending.is_unsure and state.read(self._client)["state"] == "manager":
                return
            try:
                with sending.attempt():
                    self._client.post("/swarm/init", request)
            except AlreadyInSwarm:
                # The first attempt came through after the look.
                if not sending.is_unsure:
                    raise

        insist(write)

    def update(self, declared: DeclaredSwarm) -> None:
        """Bring the settings of a live swarm to what is declared, and leave the others alone."""
        check_versions(SWARM, declared.values, self._client.api(), self._client.where)
        rotate: Result = {name: True for name, wanted in declared.rotate.items() if wanted}
        changes: Changes = {}

        def change(live: Result) -> Result | None:
            planned = declared.plan(live["Spec"], (live.get("TLSInfo") or {}).get("TrustRoot"))
            changes.clear()
            changes.update(planned.changes)
            return planned.spec if planned or rotate else None

        def done() -> list[str]:
            return [
                *(
                    f"{'set' if after is not None else 'removed'} {name}"
                    for name, (_before, after) in visible_changes(changes).items()
                ),
                *(f"rotated the {_ROTATED[name]}" for name in rotate),
            ]

        if self._check_mode:
            change(self._client.get("/swarm"))
        else:
            try:
                update(self._client, "/swarm", change, arrived=self._rotation(rotate), **rotate)
            except OutcomeUnknown:
                self.actions += map(doubtful, done())
                raise
        shown = hide_changes(SWARM, changes)
        self.before, self.after = side(shown, after=False), side(shown, after=True)
        self.actions += done()
        self.after.update({_ROTATED[name]: "rotated" for name in rotate})

    def _rotation(self, rotate: Result) -> Arrived:
        """How to see whether a write rotated something: a second one would do so again."""
        tokens = [name for name in rotate if name != "rotateManagerUnlockKey"]
        key = state.read_unlock_key(self._client) if rotate and not tokens else None

        def arrived(before: Result, live: Result) -> bool:
            if tokens:
                return bool(before["JoinTokens"] != live["JoinTokens"])
            return bool(rotate) and state.read_unlock_key(self._client) != key

        return arrived

    def wait_for_rotation(self, seconds: float) -> None:
        """Wait until every node has a certificate of the new root, if a rotation is in progress."""
        rotation = Rotation()

        def finished() -> bool | None:
            live = self._client.get("/swarm")
            if not live.get("RootRotationInProgress"):
                return True
            rotation.see(live, self._client.get("/nodes"))
            return None

        wait_until(
            finished,
            Deadline(seconds),
            lambda: (
                f"The CA rotation is not finished after {seconds:g} s: it needs every node, those that are down "
                "too; remove stale nodes (swarm_node with state=absent) and run again."
            ),
            lambda: rotation.doing,
        )


def _zeros(live: Result, declared: DeclaredSwarm) -> Result | None:
    """The spec of a new swarm with the zeros that ``/swarm/init`` took for "not declared"."""
    planned = plan(ZEROS, declared.values, live["Spec"])
    return planned.spec if planned else None


def work(options: Result, check_mode: bool, client: Client) -> Result:
    """Create the swarm or bring its settings to what is declared.

    Raises:
        Refused: this Engine cannot do it in the state it is in.
    """
    check_is_init(options)
    declared = DeclaredSwarm(options)
    swarm = Swarm(client, check_mode)
    try:
        _bring_about(swarm, client, options, declared, check_mode)
    except FlotillaError as error:
        raise error.after(
            {"changed": bool(swarm.actions) and not check_mode, "actions": swarm.actions}
        ) from None
    live = state.read(client, facts=True)
    # There is an address among what is new only where a swarm is.
    alone = "advertise_addr" in swarm.after and only_here(options["advertise_addr"])
    result: Result = {
        "warnings": [_ALONE] if alone else [],
        "changed": bool(swarm.actions),
        "actions": swarm.actions,
        "diff": {"before": swarm.before, "after": swarm.after},
        **{key: live[key] for key in ("node_id", "swarm_id", "settings", "swarm_facts") if key in live},
    }
    if live["state"] == "manager" and not check_mode:
        result.update(_secrets(client, options, result["swarm_facts"]))
    return result


VERB = Verb(INIT_INTERFACE, work)


def _secrets(client: Client, options: Result, facts: Result) -> Result:
    """The join tokens and the unlock key where a task asks for them, and both in its ``swarm_facts``."""
    found: Result = {}
    if options["return_tokens"]:
        found["join_tokens"] = state.read_tokens(client)
        facts.update(as_docker.tokens(found["join_tokens"]))
    if options["return_unlock_key"]:
        found["unlock_key"] = facts["UnlockKey"] = state.read_unlock_key(client)
    return found


def _bring_about(
    swarm: Swarm, client: Client, options: Result, declared: DeclaredSwarm, check_mode: bool
) -> None:
    found = _arrived(client)
    if found == "locked":
        if not options["unlock_key"]:
            raise Locked(
                f"The manager at {client.where} is locked; give its unlock_key, or make it leave with "
                "swarm_join state=absent and force=true."
            )
        electing = Deadline(_ELECTING)
        swarm.unlock(options["unlock_key"])
        found = "locked" if check_mode else state.local_state(client.get("/info"))
        if found == "manager" and options["force_new_cluster"]:
            _await_leader(client, electing)
        elif found == "manager" and not declared:
            # Where other managers are still locked there is no quorum yet, and nothing else was asked for.
            return
    if found == "inactive" and options["force_new_cluster"]:
        # A second swarm is the last thing that someone needs who has lost the quorum of the first.
        raise Refused(
            f"The Engine at {client.where} is in no swarm, so it knows of none to create a new one from: run swarm_init with "
            "force_new_cluster on a manager that has lost its quorum, or leave the option out to create an empty swarm. "
            "Nothing was changed."
        )
    if found == "inactive" or (found == "manager" and _forces(client, options)):
        swarm.init(options, declared)
    elif found == "manager":
        swarm.update(declared)
    elif found != "locked":
        raise Refused(_unusable(client, found))
    rotates = declared.certificate or "ca_force_rotate" in declared.values
    # A new swarm has a root of its own first and is rotated to the declared one.
    if options["wait"] and rotates and found in ("inactive", "manager") and not check_mode:
        swarm.wait_for_rotation(options["wait_timeout"])


def _await_leader(client: Client, electing: Deadline) -> None:
    """Wait until a manager that was just unlocked has a leader: then nothing has to be forced.

    Without one nothing can be: the Engine answers no other request until it has taken the key for good, and forgets the key where
    a new swarm is forced (moby#36852).
    """
    wait_until(
        lambda: state.read(client)["state"] == "manager" or None,
        electing,
        lambda: (
            f"The manager at {client.where} is unlocked and has no leader, and an Engine forces no new swarm out of a locked one "
            "(moby#36852): bring back as many of the other managers as make a quorum, and unlock them."
        ),
        "waiting for a leader",
    )


def _arrived(client: Client) -> str:
    """The state of the host; where it is on its way into a swarm, what comes of that in a moment."""

    def look() -> str | None:
        found = state.local_state(client.get("/info"))
        return found if found != "pending" else None

    try:
        return wait_until(
            look, Deadline(_ARRIVING), lambda: "", "waiting until this host has joined its swarm"
        )
    except WaitTimeout:
        return "pending"


def _forces(client: Client, options: Result) -> bool:
    """Forcing a new cluster removes every other manager, so a swarm that has its quorum is left alone."""
    return bool(options["force_new_cluster"]) and state.read(client)["state"] == "no_quorum"


def _unusable(client: Client, found: str) -> str:
    why = state.read(client)["why"]
    return {
        "worker": f"{why.split(';')[0].rstrip('.')}: run swarm_init on a manager, or make this node leave first.",
        "pending": f"{why} Wait for it, or make it leave with swarm_join state=absent and force=true.",
        "error": f"{why} Make it leave with swarm_join state=absent and force=true, then join it again.",
    }.get(found, why)
