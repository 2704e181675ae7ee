# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding an object by its name or ID. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

Item = t.TypeVar("Item")

# The Engine takes any beginning of an ID, and of a name too. So few characters would be a name more often than an ID.
SHORTEST_ID = 6


def matching(
    items: t.Iterable[Item],
    wanted: str,
    identity: t.Callable[[Item], str],
    *names: t.Callable[[Item], t.Any],
) -> list[Item]:
    """The items that a name or an ID means: more than one where a name, or the beginning of an ID, is not unique.

    Args:
        items: all objects there are.
        wanted: a whole ID, a name, or at least six characters of the beginning of an ID, tried in this order.
        identity: the ID of an item.
        names: each the name of an item, the more telling one first; it is compared with ``wanted``.
    """
    listed = list(items)
    found = [item for item in listed if identity(item) == wanted]
    for name in names:
        found = found or [item for item in listed if name(item) == wanted]
    if not found and len(wanted) >= SHORTEST_ID:
        found = [item for item in listed if identity(item).startswith(wanted)]
    return found


def find(
    items: t.Iterable[Item],
    wanted: str,
    identity: t.Callable[[Item], str],
    *names: t.Callable[[Item], t.Any],
) -> Item | None:
    """The first item that a name or an ID means, ``None`` where there is none; see ``matching``."""
    return next(iter(matching(items, wanted, identity, *names)), None)
