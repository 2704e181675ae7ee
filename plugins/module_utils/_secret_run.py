# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_secret, as a program of its own (see ``_program``). PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ._content import SECRET
from ._content_run import work
from ._own_engine import own_engine


def program(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Bring the secrets to what is declared; ``None`` where only the module knows the way to the Engine."""
    client = own_engine(options)
    return work(SECRET, options, options["check_mode"], client) if client else None
