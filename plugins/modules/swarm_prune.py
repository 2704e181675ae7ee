#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_prune
short_description: Remove images, stopped containers and build cache that no service needs from a host
description:
  - Removes images that no container uses and that are not in O(keep), stopped containers, and build cache, each only
    if it is older than O(older_than). M(flotilla.swarm.swarm_image_info) reads on a manager which images services use
    now and after a rollback.
  - It never removes volumes, networks or running containers.
  - The age of an image is the time since it was pulled to this host. C(docker image prune) uses the build time
    instead, and removes the images that a rollback needs.
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
      - Returns what would be removed, and how many bytes that would free.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  keep:
    description:
      - Images to keep, whatever their age, by tag or digest. An entry with a digest refers only to that image, even
        if its tag refers to another image on the host.
    type: list
    elements: str
    required: true
  older_than:
    description:
      - The minimum age, for example V(12h), of images since they were pulled, of containers since they stopped, and
        of build cache since its last use. An image of unknown age is kept.
    type: str
    default: 168h
  images:
    description:
      - Which images to remove. V(unused) are those that no container uses, V(dangling) are those of them without a
        tag.
    type: str
    choices: [unused, dangling, none]
    default: unused
  containers:
    description:
      - Which stopped containers to remove. V(tasks) are those of service tasks that the swarm has replaced; their
        logs are removed too.
    type: str
    choices: [tasks, all, none]
    default: tasks
  build_cache:
    description:
      - Whether to remove build cache that was not used for this long.
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
  description: What was removed, or what would be removed in check mode.
  returned: always
  type: list
  elements: str
removed:
  description: The same as lists, C(images) and C(containers).
  returned: always
  type: dict
freed:
  description:
    - The freed bytes, or those that would be freed in check mode - C(images), C(containers) with their logs,
      C(build_cache) and C(all). For images, only removed layers count; a layer that another image uses frees no
      space.
  returned: always
  type: dict
row:
  description: The same values as strings by column heading, for the filter P(flotilla.swarm.swarm_host_table#filter).
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
