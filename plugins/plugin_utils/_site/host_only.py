# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables were set on a host itself, not on one of its groups. PRIVATE to the collection.

Ansible merges both before anybody sees them, so the inventory is asked again, in the way ``ansible-inventory`` does.
"""

from __future__ import annotations

import typing as t

from ansible.vars.plugins import get_vars_from_inventory_sources


def own_names(hostvars: t.Any, name: str, loader: t.Any) -> frozenset[str]:
    """The names of the variables a host has of its own.

    Args:
        hostvars: the ``hostvars`` of a task.
        name: the host.
        loader: the data loader of the run.

    Returns:
        Names from the inventory file's host line and from ``host_vars``; nothing where this Ansible keeps its
        inventory elsewhere, in which case a variable's level does not matter for merging.
    """
    inventory = getattr(hostvars, "_inventory", None)
    if inventory is None:
        return frozenset()
    host = inventory.get_host(name)
    names = set(host.vars)
    for stage in ("task", "start"):
        names.update(get_vars_from_inventory_sources(loader, inventory._sources, [host], stage))
    return frozenset(names)
