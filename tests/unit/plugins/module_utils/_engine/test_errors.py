# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine import errors
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import (
    error_type,
    without_grpc_prefix,
)

# Answers of real Engines (20.10 and 26.1), or of moby's source where it was not provoked.
ANSWERS = [
    (500, "rpc error: code = Unknown desc = update out of sequence", errors.OutOfSequence),
    (
        503,
        (
            "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "
            '"docker info" command to see the current swarm status of your node.'
        ),
        errors.JoinTimeout,
    ),
    (
        503,
        'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
        errors.AlreadyInSwarm,
    ),
    (503, "This node is not part of a swarm", errors.NotInSwarm),
    (
        503,
        (
            'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
            "and try again."
        ),
        errors.NotInSwarm,
    ),
    (
        503,
        (
            "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
            "command on a manager node or promote the current node to a manager."
        ),
        errors.NotAManager,
    ),
    (
        503,
        "This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.",
        errors.NoQuorum,
    ),
    (
        503,
        'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
        errors.Locked,
    ),
    (
        500,
        (
            "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are "
            "online. Make sure more than half of the managers are online."
        ),
        errors.NoQuorum,
    ),
    (
        503,
        (
            'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix '
            '/var/run/docker/swarm/control.sock: connect: no such file or directory"'
        ),
        errors.NoQuorum,
    ),
    (500, "rpc error: code = DeadlineExceeded desc = context deadline exceeded", errors.LeaderLost),
    (500, "rpc error: code = Aborted desc = node lost leader status", errors.LeaderLost),
    (
        503,
        (
            "You are attempting to leave the swarm on a node that is participating as a manager. Removing this node leaves 1 "
            "managers out of 2."
        ),
        errors.StillManager,
    ),
    (
        400,
        (
            "rpc error: code = FailedPrecondition desc = node p7ho is a cluster manager and is a member of the raft cluster. "
            "It must be demoted to worker before removal"
        ),
        errors.StillManager,
    ),
    (409, "secret n already exists", errors.Conflict),
    (409, "name conflicts with an existing object: service x already exists", errors.Conflict),
    (404, "node zzzzzz not found", errors.NotFound),
    (
        400,
        "rpc error: code = FailedPrecondition desc = node 6v is not down and can't be removed",
        errors.EngineError,
    ),
    (401, "swarm could not be unlocked: invalid key provided", errors.EngineError),
]


@pytest.mark.parametrize(("status", "text", "kind"), ANSWERS, ids=[answer[1][:40] for answer in ANSWERS])
def test_an_answer_is_known_by_its_text(status: int, text: str, kind: type[Exception]) -> None:
    assert error_type(status, text) is kind


@pytest.mark.parametrize("status", [400, 500, 503])
def test_only_not_found_is_known_by_its_status(status: int) -> None:
    assert error_type(404, "") is errors.NotFound
    assert error_type(status, "something else") is errors.EngineError


def test_the_prefix_that_says_nothing_is_cut_off() -> None:
    assert (
        without_grpc_prefix("rpc error: code = Unknown desc = update out of sequence")
        == "update out of sequence"
    )
    assert without_grpc_prefix("a desc = b ") == "a desc = b"
    assert without_grpc_prefix("rpc error: code = Odd") == "rpc error: code = Odd"
    nested = 'rpc error: code = Unavailable desc = connection error: desc = "transport: x"'
    assert without_grpc_prefix(nested) == 'connection error: desc = "transport: x"'
