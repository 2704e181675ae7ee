# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations


class ModuleDocFragment:
    """What a module or action of the collection promises, described once."""

    # A user of this part sets "support" for each of the three attributes.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description:
      - Can run in C(check_mode) and return the changed status that a real run would have, without changing anything.
  diff_mode:
    description: Returns what was changed, or in C(check_mode) what would be changed, when in diff mode.
  idempotent:
    description:
      - Run twice in a row outside C(check_mode) with the same arguments, the second run changes nothing.
      - This assumes that no other client changes the swarm or the host in between.
"""

    # Together with the default part: for modules that only look.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not change anything.
  diff_mode:
    support: N/A
    details:
      - This action does not change anything.
  idempotent:
    support: full
    details:
      - This action does not change anything.
"""

    # Together with the default part: for the modules listed under action_groups in meta/runtime.yml.
    ACTIONGROUP_SWARM = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/flotilla.swarm.swarm) in C(module_defaults) to set defaults for this module,
        the connection options for example.
    support: full
    membership:
      - flotilla.swarm.swarm
"""
