#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_pull
short_description: Pull images to a host
description:
  - Pulls images that the host does not have. For an image that exists on the host, no registry is contacted.
  - If an image cannot be pulled, the others are pulled nevertheless, and the task fails with a message for each
    failed image.
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
  images:
    description:
      - The images, with their digests if M(flotilla.swarm.swarm_image_info) has returned them.
    type: list
    elements: str
    required: true
  registry_auth:
    description:
      - The credentials for registries. For each image, the first entry that matches its registry is used.
    type: list
    elements: dict
    default: []
    suboptions:
      username:
        description:
          - The user name.
        type: str
      password:
        description:
          - The password.
        type: str
      server:
        description:
          - The registry. Without it, the credentials are used for every registry.
        type: str
      identity_token:
        description:
          - An identity token instead of user name and password.
        type: str
  with_registry_auth:
    description:
      - Also use the credentials that Docker's command line stores for this user on this host.
    type: bool
    default: false
  timeout_pull:
    description:
      - The timeout in seconds for all pulls together.
    type: int
    default: 1800
seealso:
  - module: flotilla.swarm.swarm_image_info
"""

EXAMPLES = r"""
- name: Pull an image before it is deployed
  flotilla.swarm.swarm_pull:
    images: ["nginx:1.27"]
"""

RETURN = r"""
actions:
  description: What was pulled, or what would be pulled in check mode.
  returned: always
  type: list
  elements: str
pulled:
  description: The images that were pulled, or that would be pulled in check mode.
  returned: always
  type: list
  elements: str
present:
  description: The images that the host already had.
  returned: always
  type: list
  elements: str
loaded:
  description: The number of downloaded bytes.
  returned: always
  type: int
row:
  description: The same values as strings by column heading, for the filter P(flotilla.swarm.swarm_host_table#filter).
  returned: always
  type: dict
"""

from ..module_utils._image.pull import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
