# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose the certificate of this host's node is, and until when it is valid. PRIVATE to the collection.

Nodes renew theirs by themselves when 50 to 80 % of its time is over (swarmkit ``ca/renewer.go``). The API shows whose certificate
each node has and not until when, so the file is read, which takes root. Python has no public reader of certificates; of X.509
(RFC 5280), only what stands before the validity and the subject is stepped over.
"""

from __future__ import annotations

import base64
import datetime
import os
import re
import typing as t

from .._engine.client import Client
from .._files.read import read_file
from .._files.unreadable import Unreadable

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_MOST = 1 << 20
_SEQUENCE, _SET, _VERSION, _UTC_TIME, _TIME = 0x30, 0x31, 0xA0, 0x17, 0x18
# Kinds of names, as object identifiers of 2.5.4.
_NAMES = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O", b"\x55\x04\x0b": "OU"}
_FORMS = {_UTC_TIME: "%y%m%d%H%M%SZ", _TIME: "%Y%m%d%H%M%SZ"}
# A node that was to renew its certificate at 80 % of its time, and has not.
_OVERDUE = 0.85


def read_certificate(client: Client, now: datetime.datetime | None = None) -> dict[str, t.Any] | None:
    """The validity of the node's certificate.

    Args:
        client: the Engine.
        now: the time, in UTC.

    Returns:
        ``expires`` as ISO 8601 in UTC, ``days_left``, negative once it is over, and ``overdue``, whether the node was to renew it
        and has not; ``None`` where the file cannot be read, since the Engine is another host's, or this user is not root.
    """
    if not client.where.startswith("unix://"):
        return None
    path = os.path.join(client.info().get("DockerRootDir") or "", "swarm/certificates/swarm-node.crt")
    try:
        begins, ends = validity(read_file(path, _MOST))
    except (Unreadable, ValueError):
        return None
    moment = now or datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return {
        "expires": f"{ends.isoformat()}Z",
        "days_left": int((ends - moment).total_seconds() // 86400),
        "overdue": moment > begins + (ends - begins) * _OVERDUE,
    }


def validity(pem: bytes) -> tuple[datetime.datetime, datetime.datetime]:
    """The times between which the first certificate of a file is valid, in UTC.

    Raises:
        ValueError: it is no certificate.
    """
    data, at = _validity(pem)
    begins = _enter(data, at, _SEQUENCE)
    return _time(data, begins), _time(data, _after(data, begins))


def subject(pem: bytes) -> dict[str, str]:
    """Whose the first certificate of a file is: ``CN`` is the node's ID, ``O`` the swarm's, ``OU`` the role (swarmkit ``ca``).

    Raises:
        ValueError: it is no certificate.
    """
    data, at = _validity(pem)
    _tag, at, end = _element(data, _after(data, at))
    names = {}
    while at < end:
        # A set of one name, which is its kind and its text.
        kind = _enter(data, _enter(data, at, _SET), _SEQUENCE)
        _tag, start, stop = _element(data, _after(data, kind))
        oid = data[kind + 2 : _after(data, kind)]
        names[_NAMES.get(oid, oid.hex())] = data[start:stop].decode("utf-8")
        at = _after(data, at)
    return names


def _validity(pem: bytes) -> tuple[bytes, int]:
    """A certificate as DER, and where in it its validity stands, which the subject follows."""
    found = _PEM.search(pem)
    if not found:
        raise ValueError("no certificate")
    data = base64.b64decode(found.group(1))
    # Certificate, and in it TBSCertificate.
    at = _enter(data, _enter(data, 0, _SEQUENCE), _SEQUENCE)
    if _element(data, at)[0] == _VERSION:
        at = _after(data, at)
    # Serial number, algorithm, issuer.
    for _part in range(3):
        at = _after(data, at)
    return data, at


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """The tag of an element of DER, and where its content begins and ends."""
    try:
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(data[start : start + size], "big"), start + size
    except IndexError:
        raise ValueError("a certificate that ends too early") from None
    if start + length > len(data):
        raise ValueError("a certificate that ends too early")
    return tag, start, start + length


def _enter(data: bytes, at: int, tag: int) -> int:
    found, start, _end = _element(data, at)
    if found != tag:
        raise ValueError(f"an element {found:#x} in the place of {tag:#x}")
    return start


def _after(data: bytes, at: int) -> int:
    return _element(data, at)[2]


def _time(data: bytes, at: int) -> datetime.datetime:
    tag, start, end = _element(data, at)
    if tag not in _FORMS:
        raise ValueError(f"an element {tag:#x} in the place of a time")
    return datetime.datetime.strptime(data[start:end].decode("ascii"), _FORMS[tag])
