# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm's settings in the plan. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._options import option as options
from ...module_utils._swarm.options import SETTINGS
from . import variables as role_variables
from .cluster import Cluster
from .types import SitePlan

# What is chosen when a swarm is made, and the variable that says it.
_FIXED = {
    "data_path_port": "swarm_quorum_data_path_port",
    "default_addr_pool": "swarm_quorum_address_pools",
    "subnet_size": "swarm_quorum_subnet_size",
}


def plan_settings(common: dict[str, t.Any], cluster: Cluster | None, made: SitePlan) -> None:
    """How the swarm is made, or what of its settings has to change."""
    declared = dict(common["swarm_quorum_settings"])
    known = {option.name: option for option in SETTINGS}
    unknown = sorted(set(declared) - set(known))
    if unknown:
        raise Refused(f"swarm_quorum_settings has no {unknown[0]}; it knows {', '.join(known)}.")
    declared = role_variables.settings(declared)
    wanted = options.declared(SETTINGS, declared)
    fixed = {name: common[variable] for name, variable in _FIXED.items()}
    if cluster is None:
        if made.membership.init:
            made.settings = {**declared, **{name: value for name, value in fixed.items() if value}}
        return
    _warn_of_fixed(fixed, cluster, made)
    for name, value in wanted.items():
        before, after = cluster.live["settings"][name], known[name].kind.show(value)
        if before != after:
            made.settings[name] = declared[name]
            made.say("swarm", f"{name}: {before} → {after}")


def _warn_of_fixed(fixed: dict[str, t.Any], cluster: Cluster, made: SitePlan) -> None:
    """What is chosen when a swarm is made cannot be changed later, which nobody may find out at 3 a.m."""
    for name, wanted in fixed.items():
        live = cluster.live[name]
        # A swarm that was made otherwise is not wrong because a default differs.
        default = role_variables.specs()[_FIXED[name]].get("default")
        if wanted not in (None, live, default):
            made.warnings.append(
                f"{name} is {live!r} since the swarm was made and cannot be changed to {wanted!r}; only a new swarm can."
            )
