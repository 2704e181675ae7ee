# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of an upgrade of Engines."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.lines import result_lines

DOCUMENTATION = r"""
name: swarm_upgraded
short_description: Say what came of an upgrade of the Engines of a swarm
description:
  - Used by the role P(flotilla.swarm.swarm_upgrade#role).
author:
  - Flotilla contributors (@flotilla-swarm)
positional: before
options:
  _input:
    description: The nodes as they are now, of M(flotilla.swarm.swarm_info).
    type: list
    elements: dict
    required: true
  before:
    description: The versions of the Engines before, by node ID.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what came of it
  flotilla.swarm.swarm_show:
    lines: "{{ swarm.nodes | flotilla.swarm.swarm_upgraded(plan.before) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: A table of the nodes with the version of each Engine before and now, and a sentence.
  type: list
  elements: str
"""


def swarm_upgraded(nodes: list[dict[str, t.Any]], before: t.Mapping[str, str]) -> list[str]:
    """See DOCUMENTATION."""
    return result_lines(before, t.cast("list[t.Any]", nodes))


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_upgraded": swarm_upgraded}
