# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates that cannot converge are refused before they are sent. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client, filter_by
from .._engine.errors import Refused
from .blocked import Update, blocked, may_be_blocked

#: The state of an update that goes back.
ROLLBACK = "rollback_started"


def check_room(client: Client, updates: t.Iterable[Update]) -> list[str]:
    """Look for updates whose new tasks find no node as long as the old ones run.

    Nodes and tasks are read only where an update starts its new tasks first and they need something that a node has once.

    Args:
        client: a manager's Engine.
        updates: the services that are about to be updated.

    Returns:
        A warning for each update of which it is not certain.

    Raises:
        Refused: it is certain of one.
    """
    asked = [update for update in updates if may_be_blocked(update)]
    if not asked:
        return []
    nodes = client.get("/nodes")
    tasks = client.get(
        "/tasks", filters=filter_by("service", [update.live["ID"] for update in asked]) or None
    )
    refused, warnings = [], []
    for update in asked:
        own = [task for task in tasks if task.get("ServiceID") == update.live["ID"]]
        found = blocked(update, nodes, own)
        what = "rollback" if update.state == ROLLBACK else "update"
        if found and found.certain:
            refused.append(
                f"{update.name}: the {what} would never converge: {found.sentence}. {_way_out(update)}."
            )
        elif found:
            warnings.append(
                f"{update.name}: the {what} may never converge: {found.sentence}. If it does not, {_way_out(update).lower()}."
            )
    if refused:
        raise Refused(f"{' '.join(refused)} Nothing was sent.")
    return warnings


def _way_out(update: Update) -> str:
    # To declare other settings for a rollback is an update, after which the swarm goes back to something else.
    what = "Declare the service as it was, with" if update.state == ROLLBACK else "Declare"
    return f"{what} update_config: {{order: stop-first}}"
