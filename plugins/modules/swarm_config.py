#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_config
short_description: Make, change and remove configs of the swarm, and bring services to the new version
description:
  - Makes one config or many what they are declared to be. The Engine never changes the data of a config, so new data
    becomes a new version, which is an object of its own. Every service that uses an older version is moved to the new one
    and awaited, and what nobody uses anymore is removed.
  - In a container nothing changes but the content. The file keeps its name, its owner and its mode.
  - Where a service does not come up with the new version, it is brought back to the one before, which stays, and the task
    fails. The next run tries again.
  - A service that names the config in M(flotilla.swarm.swarm_service) gets the current version.
  - Which objects are versions of a config is told by their labels, never by how their names begin.
  - An object that somebody else has made under this name is taken over. It is replaced only if its content differs.
    The versions that M(community.docker.docker_config) has made with C(rolling_versions) are taken over, too.
  - The options of M(community.docker.docker_config) have the same names and meanings here.
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
    support: full
    details:
      - The data is never shown, only which version there is.
  idempotent:
    support: partial
    details:
      - With O(force=true), every run makes a new version.
notes:
  - The data is not shown. Everybody who may use a manager's Engine can read a config, so it is no place for secrets.
  - A service that is a job is not moved, since any change runs it again. A warning names it.
options:
  name:
    description:
      - The name of the config, at most 64 characters. Services use it, whatever the versions themselves are called.
      - One of O(name) and O(configs) is required.
    type: str
  rewire:
    description:
      - Move the services that use an older version to the current one. Otherwise they are left alone, and the versions they
        use stay.
    type: bool
    default: true
  wait:
    description:
      - Wait until every service that is moved has converged, or until it is certain that one will not.
      - Without it, older versions are removed by the next run.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that all services together may take. One that takes longer has failed and is brought back.
    type: int
    default: 300
  configs:
    description:
      - Several configs, each a dictionary with the options that this module has for one.
      - All are planned and checked before anything is sent, and a service that uses several of them is changed once.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the config.
        type: str
        required: true
      <<: &config
        state:
          description:
            - What the config shall be.
          type: str
          choices:
            present: It exists and is as declared.
            absent: No version of it exists. Refused while a service uses one.
          default: present
        data:
          description:
            - The content, at least 1 and at most 1023999 bytes of it.
            - One of O(data) and O(data_src) is required to make a config.
          type: str
        data_src:
          description:
            - A file with the content, on the host where the module runs.
          type: path
        data_is_b64:
          description:
            - O(data) is Base64 and is decoded first. The way for anything that is no text.
          type: bool
          default: false
        labels:
          description:
            - Labels of the config, owned key by key. A label that was declared last time and is not anymore is removed, and
              those of others stay. They are changed in place, so no service is touched.
          type: dict
        template_driver:
          description:
            - Expand the content as a template when a task starts, with C({{.Node.Hostname}}) and the like.
            - Another value makes a new version, and so does leaving it out where there was one.
          type: str
          choices: [golang]
        force:
          description:
            - Make a new version although the content is the same.
          type: bool
          default: false
        rolling_versions:
          description:
            - Keep older versions, and call the versions C(NAME_v1), C(NAME_v2) and so on from the first one on. Otherwise the
              first is called C(NAME), and only the current one is kept.
            - Content that an older version still has brings that one back.
          type: bool
          default: false
        versions_to_keep:
          description:
            - With O(rolling_versions=true), how many older versions are kept beside the current one. V(-1) keeps all, V(0) and
              V(1) keep the current one only.
            - One that a service uses is never removed.
          type: int
          default: 5
  <<: *config
seealso:
  - module: flotilla.swarm.swarm_config_info
  - module: flotilla.swarm.swarm_service
  - module: community.docker.docker_config
"""

EXAMPLES = r"""
- name: Make a config, or a new version of it when the template gives something else
  flotilla.swarm.swarm_config:
    name: nginx_conf
    data: "{{ lookup('ansible.builtin.template', 'nginx.conf.j2') }}"

- name: Use it
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

- name: Change several at once, and each service that uses more than one of them only once
  flotilla.swarm.swarm_config:
    configs:
      - name: prometheus
        data_src: /srv/prometheus/prometheus.yml
      - name: alerts
        data_src: /srv/prometheus/alerts.yml
        labels: {team: ops}

- name: Remove a config that no service uses anymore
  flotilla.swarm.swarm_config:
    name: old_conf
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), a sentence each, in order. It is returned with a failure
    as well.
  returned: always
  type: list
  elements: str
  sample:
    - "nginx_conf: version 2 made (nginx_conf_v2)"
    - "web: moved to version 2 of nginx_conf"
    - "nginx_conf: older version removed (nginx_conf)"
config_id:
  description: The ID of the current version; empty in check mode for one that would be made.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: hzehrmyjigmcp2gb6nlhmjqcv
config_name:
  description: The name of the current version's own object.
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
        - V(create), V(adopt) (taken over from somebody else), V(rotate) (a new version), V(revert) (an older version made
          current), V(relabel), V(remove) or V(none).
      type: str
      returned: always
      sample: rotate
    id:
      description: The ID of the current version; empty where there is none yet.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the current version's own object.
      type: str
      returned: always
      sample: nginx_conf_v2
    version:
      description: The number of the current version, V(null) where there is none.
      type: int
      returned: always
      sample: 2
    services:
      description: The services that were moved to it.
      type: list
      elements: str
      returned: always
      sample: [web]
    pruned:
      description: The names of the objects that were removed because nobody needed them.
      type: list
      elements: str
      returned: always
      sample: [nginx_conf]
rollouts:
  description: What the rollouts of the services came to, in the form of M(flotilla.swarm.swarm_service). It is returned with a
    failure as well.
  returned: when the services were waited for
  type: list
  elements: dict
"""

from ..module_utils._secret.module import manage
from ..module_utils._secret.versions import CONFIG


def main() -> None:
    """Run the module."""
    manage(CONFIG)


if __name__ == "__main__":
    main()
