# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing objects that others may write too, over a connection that may lose an answer. PRIVATE to the collection.

An update is read, changed, written and tried again: the Engine takes it only with the version of the object that it was made
from. Where the answer to a write is lost, the object is looked at before anything is sent again, so nothing is done twice.
Nothing else in the collection knows versions, retries, lost answers, warnings of a write or rollbacks.
"""

from __future__ import annotations

import contextlib
import random
import time
import typing as t

from .client import Client, Headers
from .errors import (
    Conflict,
    EngineAbsent,
    LeaderLost,
    NoQuorum,
    NotFound,
    OutcomeUnknown,
    OutOfSequence,
    Unanswered,
    saying,
)
from .wait import Deadline

Answer = t.TypeVar("Answer")
Raw = t.Dict[str, t.Any]
#: From an object as the Engine reports it to what is written; ``None`` where nothing has to be written.
Change = t.Callable[[Raw], t.Optional[Raw]]
#: Whether a write arrived whose answer was lost: from the object before it, and the object now.
Arrived = t.Callable[[Raw, Raw], bool]

# How often an object is read and written while other clients are faster.
_ATTEMPTS = 6
# Seconds for which an Engine is asked what became of a write: a killed one needs about ten to lead or follow again.
_LOOKING = 30.0
# Seconds for each answer meanwhile.
_LOOK = 10.0


class Written(t.NamedTuple):
    """What came of a write: whether anything had to be written, and what the Engine warned of."""

    changed: bool
    warnings: list[str]


class Created(t.NamedTuple):
    """What came of a creation: the ID of the object, and what the Engine warned of."""

    id: str
    warnings: list[str]


class Sending:
    """One write, however often it is sent.

    Attributes:
        before: the object that the last sent update was made from.
        patience: seconds for an answer to a look; ``None`` is the client's own.
    """

    def __init__(self) -> None:
        self.before: Raw = {}
        self.patience: float | None = None
        self._lost = ""
        self._deadline = Deadline(0)

    @property
    def is_unsure(self) -> bool:
        """Whether an earlier attempt may have been carried out although no answer said so."""
        return bool(self._lost)

    @contextlib.contextmanager
    def attempt(self, before: Raw | None = None) -> t.Iterator[None]:
        """For sending the request."""
        self.before = before or {}
        try:
            yield
        except (Unanswered, LeaderLost) as error:
            if not self._lost:
                self._deadline, self.patience = Deadline(_LOOKING), _LOOK
            self._lost = str(error)
            raise

    def may_go_on(self, error: Exception, attempts: int) -> bool:
        """Whether to try again after an error.

        Raises:
            OutcomeUnknown: time is up, and what became of the write could not be seen.
        """
        if self.is_unsure:
            if self._deadline.left:
                return True
            if not isinstance(error, OutOfSequence):
                raise OutcomeUnknown(
                    f"{self._lost.rstrip('.')}. Whether this was carried out could not be seen within {_LOOKING:g} s; run again "
                    "once the swarm answers: what was done is not done twice."
                ) from None
        return attempts < _ATTEMPTS and isinstance(error, (OutOfSequence, NoQuorum))


def insist(write: t.Callable[[Sending], Answer]) -> Answer:
    """Write again while another client is faster, or while the leader changes; look again while an answer is lost.

    Args:
        write: reads the live object, plans and sends, all of it at each call. It sends within ``attempt`` of what it gets,
            and where that is unsure, it looks first.

    Raises:
        OutcomeUnknown: an answer was lost, and nothing could be seen of what became of the request.
    """
    sending, attempts = Sending(), 0
    while True:
        attempts += 1
        try:
            return write(sending)
        except (OutOfSequence, NoQuorum, Unanswered, EngineAbsent) as error:
            if not sending.may_go_on(error, attempts):
                raise
        # Jitter, or two writers that met once meet again.
        time.sleep(random.uniform(0.05, 0.2) * min(attempts, _ATTEMPTS))


def update(
    client: Client,
    path: str,
    change: Change,
    known: Raw | None = None,
    headers: Headers | None = None,
    arrived: Arrived = lambda _before, _live: False,
    **query: t.Any,
) -> Written:
    """Read an object, change it and write it; do so again while other clients are faster.

    Args:
        client: a manager's Engine.
        path: the object, such as ``/nodes/ID``; it is written at ``path/update``.
        change: makes what is written from the object, each time from a new reading.
        known: the object as it was read a moment ago; it saves the first reading.
        headers: of the write, such as a registry's credentials.
        arrived: tells of a write that ``change`` would ask for again although it was carried out.
        query: of the write, beside the version.

    Raises:
        NotFound: another client removed the object.
        OutOfSequence: other clients were faster every time.
        OutcomeUnknown: see ``insist``.
    """
    first = [known] if known else []
    more: dict[str, t.Any] = {"headers": headers} if headers else {}

    def write(sending: Sending) -> Written:
        live = first.pop() if first else client.get(path, timeout=sending.patience)
        body = None if sending.is_unsure and arrived(sending.before, live) else change(live)
        if body is None:
            return Written(sending.is_unsure, [])
        with sending.attempt(live):
            answer = client.post(f"{path}/update", body, version=live["Version"]["Index"], **more, **query)
        return Written(True, _warnings_of(answer))

    return insist(write)


def roll_back(client: Client, service_id: str, headers: Headers | None = None) -> Written:
    """Roll a service back to its previous spec."""
    # The Engine wants a valid spec and ignores it (moby daemon/cluster/services.go).
    return update(
        client,
        f"/services/{service_id}",
        lambda live: live["Spec"],
        headers=headers,
        arrived=went_back,
        rollback="previous",
    )


def went_back(before: Raw, live: Raw) -> bool:
    """Whether a rollback arrived: the Engine swaps the two specs, and a second one would swap them again."""
    return bool(before.get("PreviousSpec") == live["Spec"])


def create(
    client: Client,
    path: str,
    body: Raw,
    headers: Headers | None = None,
    counts: t.Callable[[Raw], bool] = lambda _raw: True,
) -> Created:
    """Create an object.

    Args:
        client: a manager's Engine.
        path: the list that it will be in, such as ``/services``.
        body: what is sent; its labels tell the object from one of that name that another client creates.
        headers: such as a registry's credentials.
        counts: whether an object of that name is one at all.

    Raises:
        Conflict: there is another object of that name.
        OutcomeUnknown: see ``insist``.
    """
    more: dict[str, t.Any] = {"headers": headers} if headers else {}

    def find(sending: Sending) -> Created | None:
        """The object that an earlier attempt created."""
        for raw in client.get(path, timeout=sending.patience, filters={"name": [body["Name"]]}):
            spec = raw.get("Spec") or raw
            same = (spec.get("Labels") or {}) == (body.get("Labels") or {})
            if spec["Name"] == body["Name"] and same and counts(raw):
                return Created(_id_of(raw), [])
        return None

    def write(sending: Sending) -> Created:
        made = find(sending) if sending.is_unsure else None
        if made:
            return made
        try:
            with sending.attempt():
                answer = client.post(f"{path}/create", body, **more)
        except Conflict:
            # The first attempt may have come through after the look.
            made = find(sending) if sending.is_unsure else None
            if made is None:
                raise
            return made
        return Created(_id_of(answer), _warnings_of(answer))

    return insist(write)


def remove(client: Client, path: str, **query: t.Any) -> None:
    """Remove an object; it may be gone already."""

    def write(sending: Sending) -> None:
        with contextlib.suppress(NotFound), sending.attempt():
            client.delete(path, **query)

    insist(write)


def _id_of(raw: Raw) -> str:
    # A network has its ID under another key than everything else.
    return str(raw.get("ID") or raw["Id"])


def _warnings_of(answer: t.Any) -> list[str]:
    return [saying(str(text)) for text in (answer or {}).get("Warnings") or []]
