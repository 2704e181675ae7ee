#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_rebalance
short_description: Even out where the tasks of swarm services run
description:
  - A swarm moves no running task by itself, so a node that comes back from an outage or that has just joined stays empty. This
    module moves the fewest tasks with which no node has two tasks of a service more than another one that could run one more.
  - A service gets as many replicas more as tasks are to move, which the swarm starts on the nodes that have the fewest of them.
    Once these run and are healthy, it gets its replicas again, and the swarm stops tasks where most of them run. All other tasks
    go on. One service is taken after the other.
  - Where the new tasks do not become well, the module fails, nothing is stopped, and the service keeps the replicas more. A later
    run finishes it once the cause is gone.
  - A constraint, C(placement.replicas_max_per_node) and what tasks reserve count for where a task may go.
  - Only services in mode replicated are looked at. A skewed one is left as it is, with the reason in RV(summary), where its
    update is not over, where it is not well, where it has placement preferences, which the swarm does not look at when it
    stops tasks, where it writes to a volume or a path of the host, which stays on its node, or where it has tasks on a node
    that takes no new ones.
  - Meanwhile the label C(flotilla.rebalance) of the service says how many replicas it had and how many it has beyond, such as
    C(4+2). A later run finishes what was stopped. Where somebody sets other replicas meanwhile, theirs hold.
  - Afterwards a rollback of a service whose tasks were moved changes nothing but this label. Its rollback target of before is
    lost.
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
      - The names of the services that may be touched. Without it, all.
    type: list
    elements: str
  max_moves:
    description:
      - How many tasks may be moved. The most skewed services come first. Without it, as many as are needed.
    type: int
  timeout:
    description:
      - The number of seconds that each wait may take.
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
  description: The plan as lines of text, and why what is skewed stays so.
  returned: success
  type: list
  elements: str
hints:
  description: A sentence for each node that runs no task of a replicated service and would get one.
  returned: success
  type: list
  elements: str
moves:
  description: How many tasks were moved, in check mode how many would be.
  returned: always
  type: int
actions:
  description: What was done, a sentence each, in order. It is returned with a failure as well.
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
