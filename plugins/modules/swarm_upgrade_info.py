#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_upgrade_info
short_description: Read the data that an upgrade of a host's Engine requires
description:
  - Reads which versions of the Engine's packages are installed and which could be, as apt says it, with its pins, and what is in
    use that newer Engines do not have any longer.
  - The role P(flotilla.swarm.swarm_upgrade#role) plans with it.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._progress
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  update:
    description:
      - Update apt's package lists first. In check mode they stay as they are.
    type: bool
    default: false
seealso:
  - module: flotilla.swarm.swarm_engine_packages
"""

EXAMPLES = r"""
- name: Read which Engines there are for each host
  flotilla.swarm.swarm_upgrade_info:
    update: true
  register: found
"""

RETURN = r"""
state:
  description: Whether an Engine runs, V(running) or V(no_engine).
  returned: always
  type: str
version:
  description: The version of the Engine that runs, V(null) where none does.
  returned: always
  type: str
  sample: 26.1.5+dfsg1
packages:
  description:
    - The package that brought the Engine, then those that come with it, such as the C(docker) command. Empty where it was not apt
      that brought the Engine.
    - Each has C(name), C(installed), C(candidate) (what apt would install), C(versions) that may be installed, the newest first,
      those of them that are C(in_repository), and whether it is C(held).
  returned: always
  type: list
  elements: dict
uses:
  description:
    - What is in use that some newer Engine does not have, each with C(kind), C(name), and C(where), the name of a service, or
      empty for the Engine itself. Services are read on managers.
  returned: always
  type: list
  elements: dict
"""

from ..module_utils._run.module import run
from ..module_utils._upgrade.info import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
