# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value that holds unless the user set another one."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.settings import unless_set

DOCUMENTATION = r"""
name: swarm_unless_set
short_description: A value that holds unless Ansible's configuration has another one
description:
  - Returns what C(ansible.cfg) or the environment has for a setting, else the value.
  - The role that the playbooks of this collection have their defaults for connections from uses it - a variable would hold
    before C(ansible.cfg) otherwise.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: setting
options:
  _input:
    description: The value.
    type: raw
    required: true
  setting:
    description: A setting of Ansible, such as V(INTERPRETER_PYTHON), or an option of a connection, such as V(ssh.pipelining).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the swarm with pipelining, unless it was switched off
  flotilla.swarm.swarm_info:
  vars:
    ansible_pipelining: "{{ true | flotilla.swarm.swarm_unless_set('ssh.pipelining') }}"
"""

RETURN = r"""
_value:
  description: What the user set, else the value.
  type: raw
"""


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_unless_set": unless_set}
