#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_image_info
short_description: Read the images that the services of a swarm use, and those that declared services need
description:
  - Runs on a manager. Returns each image that a service uses now, or would use after a rollback.
  - For declared services and stacks, it returns the images as M(flotilla.swarm.swarm_deploy) would send them, with
    the digest if C(resolve_image) requires it, and the nodes that can run them. The lists are those of
    M(flotilla.swarm.swarm_deploy), since services refer to networks, secrets and configs.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._lists
options:
  only:
    description:
      - Only services and stacks with these names are planned.
    type: list
    elements: str
    default: []
seealso:
  - module: flotilla.swarm.swarm_prune
  - module: flotilla.swarm.swarm_pull
"""

EXAMPLES = r"""
- name: Read the images that services use
  flotilla.swarm.swarm_image_info:
  register: images

- name: Read which nodes need which image
  flotilla.swarm.swarm_image_info:
    services: "{{ swarm_services }}"
  register: images
"""

RETURN = r"""
used:
  description: The images of services.
  returned: always
  type: list
  elements: dict
  contains:
    image:
      description: The image, with its digest if the service has one.
      type: str
      returned: always
    services:
      description: The services that use it.
      type: list
      elements: str
      returned: always
    rollback:
      description: The services that would use it after a rollback.
      type: list
      elements: str
      returned: always
needed:
  description: The images of the declared services.
  returned: always
  type: list
  elements: dict
  contains:
    image:
      description: The image.
      type: str
      returned: always
    services:
      description: The services that will use it.
      type: list
      elements: str
      returned: always
    nodes:
      description: The IDs of the nodes that can run one of these services - ready, active, and with the constraints and the
        platform met.
      type: list
      elements: str
      returned: always
"""

from ..module_utils._image.info import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
