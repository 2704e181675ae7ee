#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_operation
short_description: Keep two operators of a swarm apart
description:
  - Marks a swarm with the operation that goes on, such as an upgrade, who does it and since when, so that a second run that would
    disturb it is refused in one sentence. The collection's playbooks do this wherever they would contend.
  - The marker is a config called C(flotilla-operation), which all managers know. The swarm gives a name only once, so of two runs
    at the same moment one is refused. No other module of the collection lists it.
  - A marker of a run that was killed is taken over - at once where it was a process of the same control node that does not run
    any longer, from other control nodes once it gave no sign of life for O(ttl) seconds, or with O(take_over=true).
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
      - In check mode, an operation that goes on is a warning and RV(holder), and no failure.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - What is done, as others should read it, such as V(upgrade).
    type: str
    required: true
  state:
    description:
      - With V(present), begin the operation, or give a sign of life where this run has begun it.
      - With V(absent), end it. The marker of another run is left alone, unless O(take_over=true).
    type: str
    choices: [present, absent]
    default: present
  operator:
    description:
      - Who does it. Unless it is given, the user and the name of the control node, such as V(ann@control).
    type: str
    default: somebody
  run:
    description:
      - What tells this run from others. Unless it is given, the process of C(ansible-playbook).
    type: str
    default: ""
  ended_run:
    description:
      - The O(run) of a marker that is known not to go on. It is found out by itself for processes of the same control node.
    type: str
  ttl:
    description:
      - The number of seconds after its last sign of life in which a marker counts.
    type: int
    default: 3600
  take_over:
    description:
      - Take over the marker of another run, whatever it does; with O(state=absent), remove it.
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
    - The operation of another run that goes on - C(operation), C(operator), C(run), C(minutes) since it began, and all of it in a
      C(sentence). V(null) where there is none.
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
