# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declared options beside a daemon.json whose secrets are fingerprints. PRIVATE to the collection. Pure."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._host.daemon import comparable, is_marked, same
from ...module_utils._options.fingerprint import is_fingerprint, matches

# Slow on purpose; the hosts of a run share a salt, so what they all declare is computed once.
_matches = functools.lru_cache(maxsize=None)(matches)


class MarkedComparison:
    """Compares declared values with live ones, of which some are fingerprints."""

    def __init__(self) -> None:
        #: The keys whose values cannot be compared: their host, or this one, has no scrypt.
        self.unknown: set[str] = set()

    def __call__(self, key: str, before: t.Any, after: t.Any) -> bool:
        """Whether two values are the same; one that cannot be compared is not."""
        if not is_marked(before):
            return same(key, before, after)
        found = _matches(before, comparable(key, after)) if is_fingerprint(before) else None
        if found is None:
            self.unknown.add(key)
        return bool(found)
