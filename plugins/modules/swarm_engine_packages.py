#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_engine_packages
short_description: Install the packages of an Engine with apt, and show the progress
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Installs packages with C(apt-get), without recommended packages, and needs only Python on the host. The role
    P(flotilla.swarm.swarm_engine#role) uses it on a host that has no Engine.
  - The package lists are updated only if the installation fails without an update.
  - If another program is installing packages, it waits up to two minutes.
extends_documentation_fragment:
  - flotilla.swarm._attributes
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: partial
    details:
      - The installed packages are not checked, so the result is always changed.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - The packages, optionally with a version. Progress lines use the name of the first one.
    type: list
    elements: str
    required: true
  extras:
    description:
      - Packages that are installed only if the release of the distribution provides them.
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
