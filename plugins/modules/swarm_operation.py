#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_operation
short_description: Prevent two operators from working on a swarm at the same time
description:
  - Marks a swarm with the operation in progress, such as an upgrade, its operator and its start time, so that a
    second run that would interfere is refused with a message. The collection's playbooks do this for all operations
    that could conflict.
  - The marker is a config named C(flotilla-operation), which all managers share. Names of configs are unique in a
    swarm, so if two runs start at the same moment, one of them is refused. No other module of the collection lists
    this config.
  - The marker of a run that was killed is taken over - at once if the run was a process on the same control node that
    no longer exists, on other control nodes if the marker was not renewed for O(ttl) seconds, or with
    O(take_over=true).
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
attributes:
  check_mode:
    support: full
    details:
      - In check mode, an operation in progress causes a warning and is returned in RV(holder), but does not fail the
        task.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - The name of the operation that other operators see, such as V(upgrade).
    type: str
    required: true
  state:
    description:
      - With V(present), start the operation, or renew the marker if this run has already started it.
      - With V(absent), end it. The marker of another run is kept, unless O(take_over=true).
    type: str
    choices: [present, absent]
    default: present
  operator:
    description:
      - The operator. By default, the user and the name of the control node, such as V(ann@control).
    type: str
    default: somebody
  run:
    description:
      - The identifier of this run. By default, it is derived from the process of C(ansible-playbook).
    type: str
    default: ""
  ended_run:
    description:
      - The O(run) of a marker whose run is known to have ended. It is detected automatically for processes on the
        same control node.
    type: str
  ttl:
    description:
      - The number of seconds after which a marker that was not renewed expires.
    type: int
    default: 3600
  take_over:
    description:
      - Take over the marker of another run, even if it is still running; with O(state=absent), remove it.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_maintenance
"""

EXAMPLES = r"""
- name: Work where nobody else does
  block:
    - name: Keep other operators out
      flotilla.swarm.swarm_operation:
        name: a move of the database
      run_once: true

    - name: Work
      ansible.builtin.include_tasks: move.yml
  always:
    - name: Let other operators in
      flotilla.swarm.swarm_operation:
        name: a move of the database
        state: absent
      run_once: true
"""

RETURN = r"""
holder:
  description:
    - The operation of another run in progress - C(operation), C(operator), C(run), C(minutes) since its start, and a
      C(sentence) with all of this. V(null) if there is none.
  returned: always
  type: dict
"""

from ..module_utils._operation.operation import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
