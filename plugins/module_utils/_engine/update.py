# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing an object that others may change too: read, change, write, retry. PRIVATE to the collection.

The Engine takes a write only with the version of the object that it was made from. Nothing else in the collection knows
versions, retries, warnings of a write or rollbacks.
"""

from __future__ import annotations

import random
import time
import typing as t

from .client import Client, Headers
from .errors import NoQuorum, OutOfSequence

Answer = t.TypeVar("Answer")
Raw = t.Dict[str, t.Any]
#: From an object as the Engine reports it to what is written; ``None`` where nothing has to be written.
Change = t.Callable[[Raw], t.Optional[Raw]]

# How often an object is read and written while other clients are faster.
_ATTEMPTS = 6


class Written(t.NamedTuple):
    """What came of a write: whether anything had to be written, and what the Engine warned of."""

    changed: bool
    warnings: list[str]


def update(
    client: Client,
    path: str,
    change: Change,
    known: Raw | None = None,
    headers: Headers | None = None,
    **query: t.Any,
) -> Written:
    """Read an object, change it and write it; do so again while other clients are faster.

    Args:
        client: a manager's Engine.
        path: the object, such as ``/nodes/ID``; it is written at ``path/update``.
        change: makes what is written from the object, each time from a new reading.
        known: the object as it was read a moment ago; it saves the first reading.
        headers: of the write, such as a registry's credentials.
        query: of the write, beside the version.

    Raises:
        NotFound: another client removed the object.
        OutOfSequence: other clients were faster every time.
    """
    first = [known] if known else []

    def write() -> Written:
        live = first.pop() if first else client.get(path)
        body = change(live)
        if body is None:
            return Written(False, [])
        return _post(client, path, live, body, headers, query)

    return retry_out_of_sequence(write)


def roll_back(client: Client, service_id: str, headers: Headers | None = None) -> Written:
    """Roll a service back to its previous spec."""
    # The Engine wants a valid spec and ignores it (moby daemon/cluster/services.go).
    return update(
        client, f"/services/{service_id}", lambda live: live["Spec"], headers=headers, rollback="previous"
    )


def _post(
    client: Client, path: str, live: Raw, body: Raw, headers: Headers | None, query: dict[str, t.Any]
) -> Written:
    more: dict[str, t.Any] = {"headers": headers} if headers else {}
    answer = client.post(f"{path}/update", body, version=live["Version"]["Index"], **more, **query)
    return Written(True, warnings_of(answer))


def warnings_of(answer: t.Any) -> list[str]:
    """What the Engine warned of in its answer to a write."""
    return list((answer or {}).get("Warnings") or [])


def retry_out_of_sequence(write: t.Callable[[], Answer]) -> Answer:
    """Write again while another client is faster, or while the leader changes.

    Args:
        write: reads the live object, plans and sends, all of it at each call.
    """
    for attempt in range(_ATTEMPTS - 1):
        try:
            return write()
        except (OutOfSequence, NoQuorum):
            # Jitter, or two writers that met once meet again.
            time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))
    return write()
