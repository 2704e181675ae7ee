#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_disk_info
short_description: Read how full a host's disk is, and with what
description:
  - Reads the file system with the Engine's directory and, with O(sizes=true), the bytes of images, build cache, stopped
    containers and logs.
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
      - Read RV(sizes) too. The files of stopped containers are counted for this, and an Engine older than 23.0 (API 1.42) tells
        the size of its build cache only along with that of every volume, which takes long where these have many files.
    type: bool
    default: false
notes:
  - The sizes of images and logs are read from the Engine's directory, which needs root. Without, the Engine is asked for those of
    images, and those of logs are not known.
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
    - The file system with the Engine's directory - C(path), C(size), C(free) and C(used_percent). V(null) where it cannot be
      read, as that of an Engine on another host.
  returned: always
  type: dict
sizes:
  description:
    - Bytes of C(images), C(build_cache), C(stopped_containers) and C(logs), V(null) where one cannot be read. Layers that images
      share count once.
  returned: always, V(null) without O(sizes=true)
  type: dict
problem:
  description: A sentence where more than 85 % of the file system are used.
  returned: always
  type: str
row:
  description: The same as texts by their heads, for the filter P(flotilla.swarm.swarm_host_table#filter).
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
