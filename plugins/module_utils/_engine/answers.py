# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine's error text means. PRIVATE to the collection.

The texts are those of moby's ``daemon/cluster/errors.go`` and swarmkit's ``manager/controlapi``; the HTTP
status is only a hint, since everything swarmkit calls ``Unknown`` arrives as 500 and every state of a node as
503.
"""

from __future__ import annotations

from . import errors

# First match wins, so the narrower text stands above the wider one.
_MEANINGS: tuple[tuple[str, type[errors.EngineError]], ...] = (
    ("update out of sequence", errors.OutOfSequence),
    ("Timeout was reached before node joined", errors.JoinTimeout),
    ("already part of a swarm", errors.AlreadyInSwarm),
    ("not part of a swarm", errors.NotInSwarm),
    ("needs to be unlocked", errors.Locked),
    ("does not have a leader", errors.NoQuorum),
    ("lost leader status", errors.NoQuorum),
    ("context deadline exceeded", errors.NoQuorum),
    # The way to a leader that is one no longer, in the moment of the change.
    ("grpc: the client connection is closing", errors.NoQuorum),
    ("participating as a manager", errors.StillManager),
    ("must be demoted to worker before removal", errors.StillManager),
    ("Manager is being prepared", errors.NoQuorum),
    # The same, in the first moment after the Engine's start.
    ("swarm/control.sock", errors.NoQuorum),
    ('Use "docker swarm init"', errors.NotInSwarm),
    ("is not a swarm manager", errors.NotAManager),
    ("Worker nodes can't be used", errors.NotAManager),
    ("already exists", errors.Conflict),
    ("conflicts with an existing object", errors.Conflict),
)


def meaning(status: int, text: str) -> type[errors.EngineError]:
    """The error class for an Engine's answer.

    Args:
        status: the HTTP status.
        text: the ``message`` of the body.
    """
    for needle, kind in _MEANINGS:
        if needle in text:
            return kind
    return errors.NotFound if status == 404 else errors.EngineError


def cleaned(text: str) -> str:
    """The text without the gRPC prefix that says nothing to a user."""
    prefix = "rpc error: code = "
    if text.startswith(prefix) and " desc = " in text:
        return text.split(" desc = ", 1)[1]
    return text.strip()
