# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed errors, and which of them an Engine's answer means. PRIVATE to the collection. Pure.

Low layers raise them, and the runner of a verb turns them into a failure (``_run/verb.py``). Every message is one sentence
that a tired person understands: what, where, what to do.
"""

from __future__ import annotations

import copy
import re
import typing as t

# What moves a terminal's cursor, changes its colours or reverses the text: the control characters of ASCII, Latin-1 and
# Unicode.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
# Characters of what an Engine says that are shown; its longest own sentences have some hundred.
_LONGEST_SAYING = 1000


class FlotillaError(Exception):
    """Something a user has to know.

    Args:
        message: one sentence; it is shown as one line, whatever an Engine, a host or an option has put into it.
        facts: keys that go into the module's result beside ``msg`` (what was done so far, for example).
    """

    def __init__(self, message: str, facts: dict[str, t.Any] | None = None) -> None:
        super().__init__(one_line(message))
        self.facts = facts or {}

    def after(self, facts: dict[str, t.Any]) -> FlotillaError:
        """This error, with what was done before it among its facts."""
        self.facts = {**facts, **self.facts}
        return self

    def prefixed(self, words: str) -> FlotillaError:
        """This error, of its own type, with a sentence that begins with these words: mostly, what it is about."""
        made = copy.copy(self)
        made.args = (one_line(f"{words}{self}"),)
        return made


class Refused(FlotillaError):
    """The request was refused before anything was sent."""


class Overtaken(FlotillaError):
    """Another client created or removed the same object between our read and our write."""


class EngineAbsent(FlotillaError):
    """Nothing answers where the Engine's socket should be."""


class EngineForbidden(FlotillaError):
    """The Engine's socket is there, but this user may not use it."""


class Unanswered(FlotillaError):
    """The Engine may have got the request, and no answer says what became of it."""


class EngineTimeout(Unanswered):
    """The Engine took the request and did not answer in time."""


class AnswerLost(EngineAbsent, Unanswered):
    """The connection ended after the request was sent and before its answer was complete."""


class OutcomeUnknown(FlotillaError):
    """Whether a write was carried out is not known: its answer was lost, and the Engine could not be asked afterwards."""


class AnswerUnusable(Unanswered):
    """What came is no answer of an Engine, or larger than any that is read."""


class EngineError(FlotillaError):
    """The Engine answered with an error.

    Statuses lie (a missing leader is 500, a locked swarm 503), so subclasses are chosen by the text.
    """

    def __init__(self, message: str, status: int = 0, facts: dict[str, t.Any] | None = None) -> None:
        super().__init__(message, facts)
        self.status = status


class NotFound(EngineError):
    """The object does not exist."""


class Conflict(EngineError):
    """An object of that name exists already."""


class OutOfSequence(EngineError):
    """Another client changed the object between our read and our write."""


class NotAManager(EngineError):
    """The node is a worker, or in no swarm: it cannot read or change the swarm."""


class NotInSwarm(EngineError):
    """The Engine is part of no swarm."""


class AlreadyInSwarm(EngineError):
    """The Engine is (or is becoming) part of a swarm already."""


class NoQuorum(EngineError):
    """The swarm has no leader: too few managers are reachable."""


class LeaderLost(NoQuorum):
    """The leader was lost while it had the request: a write may have come through."""


class Locked(EngineError):
    """The swarm's state on this manager is encrypted and waits for the unlock key."""


class JoinTimeout(EngineError):
    """The Engine goes on trying to join in the background."""


class StillManager(EngineError):
    """The node is (still) a manager, so it cannot leave or be removed yet."""


class WaitTimeout(FlotillaError):
    """What was waited for did not come in time."""


# First match wins, so the narrower text stands above the wider one.
_MEANINGS: tuple[tuple[str, type[EngineError]], ...] = (
    ("update out of sequence", OutOfSequence),
    ("Timeout was reached before node joined", JoinTimeout),
    ("already part of a swarm", AlreadyInSwarm),
    ("not part of a swarm", NotInSwarm),
    ("needs to be unlocked", Locked),
    ("does not have a leader", NoQuorum),
    ("lost leader status", LeaderLost),
    ("context deadline exceeded", LeaderLost),
    # The connection to the old leader, at the moment of a leader change.
    ("grpc: the client connection is closing", LeaderLost),
    ("participating as a manager", StillManager),
    ("must be demoted to worker before removal", StillManager),
    ("Manager is being prepared", NoQuorum),
    # A manager in its first moments after the Engine's start.
    ("swarm/control.sock", NoQuorum),
    ('Use "docker swarm init"', NotInSwarm),
    ("is not a swarm manager", NotAManager),
    ("Worker nodes can't be used", NotAManager),
    ("already exists", Conflict),
    ("conflicts with an existing object", Conflict),
)


def error_type(status: int, text: str) -> type[EngineError]:
    """The error class for an Engine's answer, chosen by its text.

    The texts are those of moby's ``daemon/cluster/errors.go`` and swarmkit's ``manager/controlapi``. The HTTP status is
    only a hint: everything that swarmkit calls ``Unknown`` arrives as 500, and every state of a node as 503.

    Args:
        status: the HTTP status.
        text: the ``message`` of the body.
    """
    for needle, kind in _MEANINGS:
        if needle in text:
            return kind
    return NotFound if status == 404 else EngineError


def without_grpc_prefix(text: str) -> str:
    """The text without the gRPC prefix that says nothing to a user."""
    prefix = "rpc error: code = "
    if text.startswith(prefix) and " desc = " in text:
        return text.split(" desc = ", 1)[1]
    return text.strip()


def one_line(text: str) -> str:
    """A text without control characters, in one line."""
    return _UNSEEN.sub(" ", text).strip()


def saying(text: str) -> str:
    """What an Engine says, as a user can read it: in one line, and cut with "…" where it is too long."""
    # Of a text of megabytes, not more is looked at.
    looked_at = text[: 8 * _LONGEST_SAYING]
    line = one_line(looked_at)
    is_whole = len(looked_at) == len(text) and len(line) <= _LONGEST_SAYING
    return line if is_whole else f"{line[:_LONGEST_SAYING]}…"
