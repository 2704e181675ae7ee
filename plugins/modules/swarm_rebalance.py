#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_rebalance
short_description: Distribute the tasks of swarm services evenly over the nodes
description:
  - A swarm does not move running tasks by itself, so a node that comes back from an outage or that has just joined
    stays empty. This module moves as few tasks as possible, until no node runs two or more tasks of a service more
    than another node that could run one of them.
  - The module increases the number of replicas of a service by the number of tasks to move, and the swarm starts the
    new tasks on the nodes with the fewest tasks of the service. When they run and are healthy, the module restores
    the number of replicas, and the swarm stops tasks on the nodes with the most. All other tasks keep running.
    Services are processed one after the other.
  - If the new tasks do not become healthy, the module fails, nothing is stopped, and the service keeps the additional
    replicas. A later run completes it when the cause is fixed.
  - Constraints, C(placement.replicas_max_per_node) and resource reservations are considered when a task is placed.
  - Only services in mode replicated are considered. An unevenly distributed service is skipped, with the reason in
    RV(summary), if its update is in progress, if it is unhealthy, if it has placement preferences, which the swarm
    ignores when it stops tasks, if it writes to a volume or a path of the host, which would stay on its node, or if
    it has tasks on a node that takes no new ones.
  - While tasks are moved, the label C(flotilla.rebalance) of the service records its original number of replicas and
    the number of additional ones, such as C(4+2). A later run completes an interrupted one. If somebody changes the
    number of replicas meanwhile, the new number is kept.
  - The previous rollback target of a service whose tasks were moved is lost. A later rollback changes only this
    label.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  only:
    description:
      - The names of the services that may be changed. By default, all.
    type: list
    elements: str
  max_moves:
    description:
      - The maximum number of tasks to move. The most unevenly distributed services come first. By default, as many as
        necessary.
    type: int
  timeout:
    description:
      - The timeout of each wait in seconds.
    type: int
    default: 600
seealso:
  - module: flotilla.swarm.swarm_maintenance
"""

EXAMPLES = r"""
- name: Even out where tasks run
  flotilla.swarm.swarm_rebalance:
  run_once: true

- name: Move at most three tasks of one service
  flotilla.swarm.swarm_rebalance:
    only: [web]
    max_moves: 3
  run_once: true
"""

RETURN = r"""
summary:
  description: The plan as lines of text, with the reasons for services that stay uneven.
  returned: success
  type: list
  elements: str
hints:
  description: One sentence for each node that runs no task of a replicated service and would get one.
  returned: success
  type: list
  elements: str
moves:
  description: How many tasks were moved (in check mode, how many would be moved).
  returned: always
  type: int
actions:
  description: What was done, one sentence for each action, in order. Also returned on failure.
  returned: always
  type: list
  elements: str
"""

from ..module_utils._balance.rebalance import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
