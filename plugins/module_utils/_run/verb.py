# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verb: what a module does, as one value. PRIVATE to the collection.

The module runs it (``module.run``), the action of the same name sends it to the host as a program (``program.run``), and both
do it by ``perform``, the one place where errors become results. Nothing here knows Ansible.
"""

from __future__ import annotations

import random
import time
import typing as t
from dataclasses import dataclass

from .._engine.client import Client
from .._engine.connection import CONNECTION
from .._engine.errors import FlotillaError, NoQuorum, Overtaken
from .._engine.leader import managers_of, wait_for_leader
from .._options.arguments import ask_nothing_anew, secret_texts
from .._options.hidden import hide_texts
from .._options.texts import check_options
from .interface import LATER, WAITING, Interface

Options = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]

# How often a verb plans again because other clients create or remove the same objects at the same time.
_ATTEMPTS = 5


class Unfinished:
    """A result that is complete only when something has been waited for."""

    #: What was done until now.
    result: Result

    def finish(self, client: Client, pause_after: float | None) -> Result:
        """Wait, and return the whole result.

        Args:
            client: the Engine.
            pause_after: return after so many seconds with ``left`` in the result; ``None`` waits for all.
        """
        raise NotImplementedError


Work = t.Callable[[Options, bool, t.Any], t.Union[Result, Unfinished]]
GoOn = t.Callable[[Client, t.Any, t.Optional[float]], Result]


@dataclass(frozen=True)
class Verb:
    """What a module does.

    Attributes:
        interface: how a task calls it.
        work: from the options, whether it is check mode, and the client to the result.
        go_on: goes on waiting from what an earlier call has left (``WAITING``); of a verb that waits.
    """

    interface: Interface
    work: Work
    go_on: GoOn | None = None


def perform(
    verb: Verb, options: Options, check_mode: bool, connect: t.Callable[[Options], Client | None]
) -> Result:
    """Do what a verb says, and return its result, that of a failure too, without the secrets among its options.

    They are hidden here, on the host, since a connection shows whatever comes back at ``-vvv``: an Engine's error or a line of a
    container's log may repeat any of them.

    Args:
        verb: what to do.
        options: the options, as Ansible has checked them.
        check_mode: say only what would be done.
        connect: makes the client; called where the verb connects.
    """
    waiting = options.get(WAITING) or {}
    secrets = secret_texts(verb.interface.all_arguments, options) | set(waiting.get("hide") or [])
    result = _performed(verb, options, check_mode, connect)
    # What is left is data for the next call, and no user sees it.
    return {key: value if key == "left" else hide_texts(value, secrets) for key, value in result.items()}


def _performed(
    verb: Verb, options: Options, check_mode: bool, connect: t.Callable[[Options], Client | None]
) -> Result:
    waiting = options.get(WAITING) or {}
    try:
        connection = CONNECTION if verb.interface.connects else {}
        check_options({**connection, **verb.interface.arguments}, options)
        client = connect(options) if verb.interface.connects else None
        left = waiting.get("left")
        # What is still to be sent is declared in the options, so the work goes on by itself then.
        if verb.go_on and left and not left.get(LATER) and client:
            return verb.go_on(client, left, waiting.get("pause_after"))
        if left:
            # The first call has done so.
            ask_nothing_anew(verb.interface.arguments, options)
        done = _planned_anew(lambda: verb.work(options, check_mode, client), client)
        if isinstance(done, Unfinished):
            return done.finish(t.cast(Client, client), waiting.get("pause_after"))
        return done
    except FlotillaError as error:
        facts = {"changed": False, **error.facts}
        return {"failed": True, "msg": _true_after(str(error), facts["changed"]), **facts}


def _true_after(sentence: str, changed: bool) -> str:
    """An error's sentence without the words that were true of its own step only, where earlier steps have sent something."""
    return sentence.replace(" Nothing was sent.", "") if changed else sentence


def _planned_anew(work: t.Callable[[], Result | Unfinished], client: Client | None) -> Result | Unfinished:
    """Plan and send all of it, and again where it met other clients or an election.

    Another client may create or remove a part of it meanwhile; then the result and the error name the actions of all attempts.
    The swarm may have no leader for a while, which is waited for as long as nothing was sent.
    """
    actions: list[str] = []
    attempt = 0
    while True:
        try:
            done = work()
            break
        except NoQuorum:
            if client is None or client.has_written or not _leader_is_back(client):
                raise
        except FlotillaError as error:
            attempt += 1
            actions += error.facts.get("actions") or []
            if actions:
                error.facts.update(actions=actions, changed=True)
            if attempt == _ATTEMPTS or not isinstance(error, Overtaken):
                raise
            # The other client is ahead; to follow at once would only overtake it again.
            time.sleep(random.uniform(0.2, 0.5) * attempt)
    if actions:
        result = done.result if isinstance(done, Unfinished) else done
        result.update(changed=True, actions=[*actions, *result.get("actions", [])])
    return done


def _leader_is_back(client: Client) -> bool:
    try:
        return wait_for_leader(client, managers_of(client.info()))
    except FlotillaError:
        return False
