# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was done, one sentence for each step, and what may have been done. PRIVATE to the collection. Pure."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._engine.errors import OutcomeUnknown


def doubtful(sentence: str) -> str:
    """The sentence of a step of which nobody knows whether it was done; what may have changed counts as a change."""
    return f"{sentence} (perhaps: the Engine's answer was lost)"


@dataclass
class Step:
    """One step; ``did`` is false where it turns out that another client has done it."""

    did: bool = True


@contextlib.contextmanager
def step(done: list[str], sentence: str) -> t.Iterator[Step]:
    """Do a step, and add its sentence to what was done; after an error only where it may have been done nevertheless."""
    taken = Step()
    try:
        yield taken
    except OutcomeUnknown:
        done.append(doubtful(sentence))
        raise
    if taken.did:
        done.append(sentence)
