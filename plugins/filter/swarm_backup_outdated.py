# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which archives of a swarm are too many."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._backup.plan import outdated

DOCUMENTATION = r"""
name: swarm_backup_outdated
short_description: Choose the archives of a swarm that are removed
description:
  - Used by the playbook C(flotilla.swarm.backup). Only names that it gives itself are chosen, and only those of the same swarm.
  - A name with a dot in front is what a run that was killed has left. It is always chosen.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: cluster, keep
options:
  _input:
    description: The names of files.
    type: list
    elements: str
    required: true
  cluster:
    description: The ID of the swarm.
    type: str
    required: true
  keep:
    description: How many archives stay, the newest ones. V(0) keeps all.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Show what is too much
  ansible.builtin.debug:
    msg: "{{ names | flotilla.swarm.swarm_backup_outdated('k3ub1dbbd26swlpmgl2f3kfqs', 7) }}"
"""

RETURN = r"""
_value:
  description: The names of the archives that go.
  type: list
  elements: str
"""


def swarm_backup_outdated(names: list[str], cluster: str, keep: int) -> list[str]:
    """See DOCUMENTATION."""
    return outdated(names, cluster, int(keep))


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_backup_outdated": swarm_backup_outdated}
