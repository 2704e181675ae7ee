#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_config
short_description: Create, update and remove configs of the swarm, and move services to the new version
description:
  - Creates and updates one or more configs as declared. The Engine cannot change the data of a config, so new data
    becomes a new version, which is a separate object. Every service that uses an older version is moved to the new
    one, the module waits until these services have converged, and older versions that no service uses are removed.
  - In a container, only the content changes. The file keeps its name, owner and mode.
  - A service that does not converge with the new version is rolled back to the previous version, which is kept, and
    the task fails. The next run tries again.
  - If the update of a service to the new version cannot converge, the task is refused before anything is sent and
    names the service, as with M(flotilla.swarm.swarm_service).
  - A service that names the config in M(flotilla.swarm.swarm_service) gets the current version.
  - Versions of a config are identified by labels, never by a prefix of their names.
  - An object of this name that another client created is taken over. It is replaced only if its content differs.
    The versions that M(community.docker.docker_config) created with C(rolling_versions) are taken over, too.
  - The options of M(community.docker.docker_config) have the same names and meanings here.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
  - flotilla.swarm._versions.config
notes:
  - The data is not shown. Everybody who may use the Engine of a manager can read configs, so do not store secrets in
    them.
seealso:
  - module: flotilla.swarm.swarm_config_info
  - module: flotilla.swarm.swarm_service
  - module: community.docker.docker_config
"""

EXAMPLES = r"""
- name: Create a config, or a new version of it when the template gives a different text
  flotilla.swarm.swarm_config:
    name: nginx_conf
    data: "{{ lookup('ansible.builtin.template', 'nginx.conf.j2') }}"

- name: Use the config
  flotilla.swarm.swarm_service:
    name: web
    image: nginx:1.27
    configs:
      - config_name: nginx_conf
        filename: /etc/nginx/nginx.conf

- name: Have the swarm itself fill in the node's name
  flotilla.swarm.swarm_config:
    name: agent_conf
    data: "{% raw %}node = {{.Node.Hostname}}{% endraw %}"
    template_driver: golang

- name: Change several configs at once, and update each service that uses more than one of them only once
  flotilla.swarm.swarm_config:
    configs:
      - name: prometheus
        data_src: /srv/prometheus/prometheus.yml
      - name: alerts
        data_src: /srv/prometheus/alerts.yml
        labels: {team: ops}

- name: Remove a config that no service uses
  flotilla.swarm.swarm_config:
    name: old_conf
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. Also
    returned on failure.
  returned: always
  type: list
  elements: str
  sample:
    - "nginx_conf: version 2 created (nginx_conf_v2)"
    - "web: moved to version 2 of nginx_conf"
    - "nginx_conf: older version removed (nginx_conf)"
config_id:
  description: The ID of the current version; empty in check mode for one that would be created.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: hzehrmyjigmcp2gb6nlhmjqcv
config_name:
  description: The name of the object of the current version.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: nginx_conf_v2
configs:
  description: Each config, in the order of the declaration.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its declared name.
      type: str
      returned: always
      sample: nginx_conf
    action:
      description:
        - V(create), V(adopt) (taken over from another client), V(rotate) (a new version), V(revert) (an older version became
          the current one), V(relabel), V(remove) or V(none).
      type: str
      returned: always
      sample: rotate
    id:
      description: The ID of the current version; empty where there is none yet.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the object of the current version.
      type: str
      returned: always
      sample: nginx_conf_v2
    version:
      description: The number of the current version, V(null) where there is none.
      type: int
      returned: always
      sample: 2
    services:
      description: The services that were moved to the current version.
      type: list
      elements: str
      returned: always
      sample: [web]
    pruned:
      description: The names of the objects that were removed because no service needed them.
      type: list
      elements: str
      returned: always
      sample: [nginx_conf]
rollouts:
  description: The result of the rollout of each service, in the form of M(flotilla.swarm.swarm_service). Also
    returned on failure.
  returned: when the module waited for the services
  type: list
  elements: dict
"""

from ..module_utils._run.module import run
from ..module_utils._secret.deploy import CONFIG_VERB


def main() -> None:
    """Run the module."""
    run(CONFIG_VERB)


if __name__ == "__main__":
    main()
