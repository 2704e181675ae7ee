# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm's certificate authority: what a join token says of it, and how far its rotation is. PRIVATE. Pure.

A token is ``SWMTKN-1-<digest of the root certificate>-<secret>``, both in base 36 (swarmkit
``ca/config.go``), so it says which swarm it belongs to without the secret.
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from .._engine.errors import Refused

Raw = t.Dict[str, t.Any]

_TOKEN = re.compile(r"SWMTKN-1-([0-9a-z]{50})-[0-9a-z]{25}\Z")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# How many nodes one line of progress names.
_NAMED = 3
# What tells whose certificate it is; while a rotation goes on, the swarm reports the issuer that it wants, and each node the
# one that it has (docker/cli cli/command/swarm/progress/root_rotation.go).
_ISSUER = ("CertIssuerSubject", "CertIssuerPublicKey")


def digest_in(token: str) -> str:
    """The root certificate's digest in a join token.

    Raises:
        Refused: it is not a token. The message does not repeat it.
    """
    found = _TOKEN.match(token.strip())
    if not found:
        raise Refused(
            "join_token is not a swarm join token (SWMTKN-1-…): read it with swarm_info and tokens=true."
        )
    return found.group(1)


def digest_of(certificate: bytes) -> str:
    """The same digest of a root certificate's PEM bytes."""
    number = int(hashlib.sha256(certificate).hexdigest(), 16)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(50, "0")


class Rotation:
    """A rotation that goes on."""

    def __init__(self) -> None:
        #: What is not done yet, for the progress.
        self.doing = "rotating the CA"

    def see(self, swarm: Raw, nodes: list[Raw]) -> None:
        """Look at which nodes have a certificate of the old root."""
        wanted = _issuer(swarm.get("TLSInfo"))
        old = [node["Description"] for node in nodes if _issuer(node["Description"].get("TLSInfo")) != wanted]
        names = sorted(description.get("Hostname", "a node") for description in old)
        # The last of them has its certificate, and the swarm is about to say so.
        self.doing = f"rotating the CA: {_of(len(nodes), names)}" if names else "rotating the CA"


def _of(count: int, names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    have = "has" if len(names) == 1 else "have"
    return (
        f"{len(names)} of {count} nodes still {have} the old certificate ({', '.join(names[:_NAMED])}{more})"
    )


def _issuer(tls: Raw | None) -> tuple[t.Any, ...]:
    return tuple((tls or {}).get(key) for key in _ISSUER)
