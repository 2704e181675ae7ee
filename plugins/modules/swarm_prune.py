#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_prune
short_description: Remove images, stopped containers and build cache that no service needs from a host
description:
  - Removes images that no container uses and that are not in O(keep), stopped containers, and build cache, each only where it is
    old enough. M(flotilla.swarm.swarm_image_info) reads on a manager what services use now and after a rollback.
  - It removes neither volumes nor networks, nor a container that runs.
  - The age of an image is the time since it came to this host. C(docker image prune) takes the time of its build, and removes the
    images that a rollback needs.
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
    details:
      - Returns what would go, and how many bytes that would free.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  keep:
    description:
      - Images that stay, whatever their age, by tag or digest. What has a digest is that image alone, whatever its tag stands for
        on the host.
    type: list
    elements: str
    required: true
  older_than:
    description:
      - The least age of what is removed, for example V(12h). Images came to the host, containers ended and build cache was used
        longer ago. An image of which nobody knows this stays.
    type: str
    default: 168h
  images:
    description:
      - Which images go. V(unused) are those that no container uses, V(dangling) those of them that have no tag.
    type: str
    choices: [unused, dangling, none]
    default: unused
  containers:
    description:
      - Which stopped containers go. V(tasks) are those of tasks of services, which the swarm has replaced; their logs go
        with them.
    type: str
    choices: [tasks, all, none]
    default: tasks
  build_cache:
    description:
      - Whether build cache goes that was not used for so long.
    type: bool
    default: true
seealso:
  - module: flotilla.swarm.swarm_image_info
"""

EXAMPLES = r"""
- name: Read the images that services use
  flotilla.swarm.swarm_image_info:
  delegate_to: m1
  run_once: true
  register: images

- name: Remove what was not needed for a week
  flotilla.swarm.swarm_prune:
    keep: "{{ images.used | map(attribute='image') }}"
"""

RETURN = r"""
actions:
  description: What was removed, or would be.
  returned: always
  type: list
  elements: str
removed:
  description: The same as C(images) and C(containers).
  returned: always
  type: dict
freed:
  description:
    - Bytes that were freed, or would be - C(images), C(containers) with their logs, C(build_cache) and C(all). Of images, those
      of the layers that the Engine has removed; a layer that another image uses frees nothing.
  returned: always
  type: dict
row:
  description: The same as texts by their heads, for the filter P(flotilla.swarm.swarm_host_table#filter).
  returned: always
  type: dict
"""

from ..module_utils._image.prune import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
