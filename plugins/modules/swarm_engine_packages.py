#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_engine_packages
short_description: Install the packages of an Engine with apt, and show how far that is
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Installs packages with C(apt-get), without what they recommend, and needs nothing on the host but Python. The role
    P(flotilla.swarm.swarm_engine#role) uses it on a host that has no Engine.
  - The package lists are updated only where the installation fails without.
  - Where another program installs something, it waits two minutes for that.
extends_documentation_fragment:
  - flotilla.swarm._attributes
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: partial
    details:
      - What is installed is not looked at, so the result is changed.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - The packages, each with a version where one is wanted. The first gives its name to what is shown.
    type: list
    elements: str
    required: true
  extras:
    description:
      - Packages that are installed where the release of the distribution has them.
    type: list
    elements: str
    default: []
seealso:
  - module: ansible.builtin.apt
"""

EXAMPLES = r"""
- name: Install the Engine of the distribution
  flotilla.swarm.swarm_engine_packages:
    name: [docker.io=20.10.24+dfsg1-1+deb12u1, ca-certificates]
    extras: [docker-cli]
"""

RETURN = r"""
actions:
  description: What was done, a sentence each.
  returned: success
  type: list
  elements: str
  sample: ["installed docker.io, ca-certificates"]
"""

from ..module_utils._host.install import VERB
from ..module_utils._run.module import run


def main() -> None:
    run(VERB)


if __name__ == "__main__":
    main()
