# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user is told of secrets and configs: a result without any data. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._options.plan import difference
from .plan import ContentPlan
from .versions import Family

Result = t.Dict[str, t.Any]


def told(family: Family, plans: list[ContentPlan]) -> Result:
    """The result, of what was done or, in check mode, of what would be."""
    acting = [plan for plan in plans if _acts(plan)]
    result: Result = {
        "changed": bool(acting),
        "actions": [sentence for plan in plans for sentence in _sentences(plan)],
        family.words: [_entry(plan) for plan in plans],
        "diff": [difference(plan.order.name, plan.diff(False), plan.diff(True)) for plan in acting],
    }
    if len(plans) == 1 and plans[0].order.state == "present":
        result[f"{family.word}_id"], result[f"{family.word}_name"] = plans[0].id, plans[0].object_name
    return result


def _entry(plan: ContentPlan) -> Result:
    """One secret or config, for the result's list."""
    present = plan.order.state == "present"
    return {
        "name": plan.order.name,
        "action": plan.action,
        "id": plan.id,
        "object": plan.object_name,
        "version": plan.number if present else None,
        "services": list(plan.services),
        "pruned": list(plan.pruned),
    }


def _sentences(plan: ContentPlan) -> list[str]:
    """What is done about one, a sentence each."""
    done = [plan.sentence] if plan.action != "none" else []
    done += [f"{service}: moved to version {plan.number} of {plan.order.name}" for service in plan.services]
    return done + [f"{plan.order.name}: older version removed ({object_name})" for object_name in plan.pruned]


def _acts(plan: ContentPlan) -> bool:
    return plan.action != "none" or bool(plan.services) or bool(plan.pruned)
