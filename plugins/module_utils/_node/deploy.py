# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From declared nodes to the result: plan all, refuse early, carry out. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._options.changes import side
from .._options.hidden import hide_changes
from .._run.plans import apply_all
from .._run.verb import Verb
from .apply import Nodes
from .declared import declared_node
from .options import INTERFACE, MODULE, NODE
from .plan import NodePlan

Result = t.Dict[str, t.Any]


def work(options: Result, check_mode: bool, client: Client) -> Result:
    """Change the nodes.

    Raises:
        FlotillaError: with ``actions`` among its facts for what was done before it.
    """
    declared = [declared_node(one) for one in MODULE.declared(options)]
    nodes = Nodes(client, declared, options["wait_timeout"] if options["wait"] else None, options["force"])
    plans = nodes.plan()
    applies = bool(plans) and not check_mode
    actions = [plan.sentence for plan in plans]
    if not check_mode:
        actions = apply_all(plans, nodes.apply).actions
        try:
            nodes.wait_until_drained()
        except FlotillaError as error:
            raise error.after({"changed": bool(actions), "actions": actions}) from None
        plans = [plan for plan in plans if plan.acts]
    return {
        "changed": bool(plans),
        "actions": actions,
        "diff": {"before": _side(plans, after=False), "after": _side(plans, after=True)},
        **nodes.now(read_again=applies),
    }


VERB = Verb(INTERFACE, work)


def _side(plans: list[NodePlan], after: bool) -> Result:
    """One side of the diff, by host name; a removed node has its ID beside it, since its namesakes may stay."""
    found: Result = {}
    for plan in plans:
        if plan.action == "remove":
            found[f"{plan.node['hostname']} ({plan.node['id']})"] = "absent" if after else plan.node["state"]
        else:
            found[plan.node["hostname"]] = side(hide_changes(NODE, plan.changes), after)
    return found
