# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is meant to differ between a stack of the command line and one of the module; guide_stacks tells all of it. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.stacks.comparing import MISSING, Differences

_CONTAINER = r"TaskTemplate\.ContainerSpec\."
_MEMORY = r"Labels\.flotilla\.(declared|name|version|fingerprint|seal)"
_SAYS_NOTHING = "an empty object, or a default, that says nothing"
# In every stack that the module made: what stands there in that of the command line, and why.
MADE: dict[str, tuple[t.Any, str]] = {
    _MEMORY: (MISSING, "the collection's own memory"),
    r"EndpointSpec\.Mode": ("vip", "the Engine's default, which the module does not write out"),
    r"EndpointSpec": (MISSING, "the same"),
    _CONTAINER + r"Privileges\.NoNewPrivileges": (False, _SAYS_NOTHING),
    _CONTAINER + r"Privileges\.(CredentialSpec|SELinuxContext)": (None, _SAYS_NOTHING),
    _CONTAINER + r"Privileges": (MISSING, _SAYS_NOTHING),
    _CONTAINER + r"(Mounts\[\d+\]\.VolumeOptions|Healthcheck)": ({}, _SAYS_NOTHING),
    r"TaskTemplate\.(LogDriver|Resources\.Limits|Resources\.Reservations)": ({}, _SAYS_NOTHING),
    r"TaskTemplate\.Resources": (MISSING, _SAYS_NOTHING),
    r"TaskTemplate\.RestartPolicy\.Window": (0, _SAYS_NOTHING),
}
# In a stack that the module took over there is nothing else.
TAKEN: dict[str, tuple[t.Any, str]] = {_MEMORY: MADE[_MEMORY]}
# In single stacks, whether made or taken over; a task is replaced for it.
OF_STACKS: dict[str, dict[str, str]] = {
    "empty-values": {
        _CONTAINER
        + r"Env\[\d+\]": "an empty variable is meant to be empty, whatever is set where one deploys"
    },
    "env-quotes": {_CONTAINER + r"Env\[\d+\]": "env files are read as Compose reads them"},
    "gitlab": {_CONTAINER + r"Mounts\[\d+\]\..+": "shm_size is translated"},
    "own-security": {_CONTAINER + r"Privileges\.NoNewPrivileges": "security_opt is translated"},
    "own-shared-memory": {_CONTAINER + r"Mounts\[\d+\]\..+": "shm_size is translated"},
    "own-tmpfs": {_CONTAINER + r"Mounts\[\d+\]\..+": "tmpfs is translated"},
    "without-effect": {r"RollbackConfig\.FailureAction": "no rollback is rolled back: the Engine pauses it"},
}
# The same, in a stack that was made; one that is taken over keeps its networks.
OF_NETWORKS: dict[str, dict[str, str]] = {
    "network-options": {r"Options\.encrypted": "whatever stands there, the Engine encrypts"},
    "unencrypted": {
        r"Options(\.encrypted)?": "left out, as the task says; with the key, the Engine encrypts"
    },
}


def unexplained(
    found: Differences, everywhere: t.Mapping[str, tuple[t.Any, str]], here: t.Mapping[str, str]
) -> list[str]:
    """The differences that no table explains.

    Args:
        found: what differs, by object and field.
        everywhere: the differences of all stacks.
        here: those of this stack.
    """
    return [
        f"{path}: {theirs} / {ours}"
        for path, (theirs, ours) in found.items()
        if not any(re.fullmatch(field, _field(path)) for field in here)
        and not any(
            re.fullmatch(field, _field(path)) and theirs == value and MISSING in (theirs, ours)
            for field, (value, _why) in everywhere.items()
        )
    ]


def _field(path: str) -> str:
    """The field of an object, of which everything is named by a path."""
    return path.partition(": ")[2]
