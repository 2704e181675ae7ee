#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_disk_info
short_description: Read the disk usage of a host's Engine
description:
  - Reads the usage of the file system with the Engine's directory and, with O(sizes=true), the size of images, build
    cache, stopped containers and logs.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.info_module
  - flotilla.swarm._attributes.actiongroup_swarm
options:
  sizes:
    description:
      - Also read RV(sizes). This counts the files of stopped containers, and an Engine older than 23.0 (API 1.42)
        reports the size of its build cache only together with the size of every volume, which takes long if volumes
        have many files.
    type: bool
    default: false
notes:
  - The sizes of images and logs are read from the Engine's directory, which requires root. Without root, the Engine
    reports the sizes of images, and those of logs are unknown.
seealso:
  - module: flotilla.swarm.swarm_prune
"""

EXAMPLES = r"""
- name: Read the disks
  flotilla.swarm.swarm_disk_info:
    sizes: true
  register: disk
"""

RETURN = r"""
filesystem:
  description:
    - The file system with the Engine's directory - C(path), C(size), C(free) and C(used_percent). V(null) if it
      cannot be read, for example for an Engine on another host.
  returned: always
  type: dict
sizes:
  description:
    - Bytes of C(images), C(build_cache), C(stopped_containers) and C(logs), V(null) if one cannot be read. Layers
      that images share count once.
  returned: always, V(null) without O(sizes=true)
  type: dict
problem:
  description: A sentence if more than 85 % of the file system is used.
  returned: always
  type: str
row:
  description: The same values as strings by column heading, for the filter P(flotilla.swarm.swarm_host_table#filter).
  returned: always, V(null) without O(sizes=true)
  type: dict
"""

from ..module_utils._image.disk import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
