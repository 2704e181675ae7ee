#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_deploy
short_description: Deploy networks, secrets, configs, services and stacks in one call
description:
  - Creates and updates everything that is declared for a swarm, in one call. The entries of the lists have the
    options of the modules for single kinds of objects, M(flotilla.swarm.swarm_network),
    M(flotilla.swarm.swarm_secret), M(flotilla.swarm.swarm_config), M(flotilla.swarm.swarm_service) and
    M(flotilla.swarm.swarm_stack).
  - Everything is planned together before anything is sent. An error in the last stack is reported before the first
    network is created. A service may refer to a network, secret or config that the same call creates.
  - Services that are declared absent are removed first. Then networks, secrets, configs and services are created and
    updated in this order, including those of the stacks, and the module waits for all rollouts together.
  - Secrets and configs with new content get a new version, and every service of the swarm that uses them is moved to it. A
    service whose rollout fails with a new version is rolled back, and older versions are removed when all rollouts have
    converged.
  - If nothing has to change, nothing is sent.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._lists
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The data of secrets is never shown, and values that may be secrets only with O(show_values=true).
  idempotent:
    support: partial
    details:
      - With C(force_update) of a service or C(force) of a secret or config, every run changes something.
options:
  wait:
    description:
      - Wait until every service has converged, or until it is certain that one will not, and until the tasks of removed services
        are gone.
    type: bool
    default: true
  wait_timeout:
    description:
      - The timeout in seconds for all waits together.
    type: int
    default: 300
  held_ports:
    description:
      - Ports that other programs use on the hosts of the swarm, see
        O(flotilla.swarm.swarm_service#module:held_ports).
    type: list
    elements: dict
    default: []
  port_conflicts:
    description:
      - What to do if a program other than Docker uses a port that the task begins to publish.
    type: str
    choices: [refuse, warn]
    default: refuse
  show_values:
    description:
      - Show the values of environment variables and of options for drivers in diffs. They are hidden by default, since they
        often contain secrets.
    type: bool
    default: false
  only:
    description:
      - Deploy only the services and stacks with these names, and none of the networks, secrets and configs outside of
        the stacks.
    type: list
    elements: str
    default: []
  defer:
    description:
      - Do nothing and return RV(deferred) if the host is unreachable, if its Engine does not answer or is not a
        manager, or if a service begins to publish a port, which another program may use on any host - O(held_ports)
        needs the ports of all hosts.
      - In this way, most runs connect to one host only. The playbook C(flotilla.swarm.deploy) connects to all hosts
        if the first call is deferred.
    type: bool
    default: false
notes:
  - Relative paths of Compose files on the control node are resolved as in M(flotilla.swarm.swarm_stack).
  - Networks with C(config_only) exist on single hosts and are not part of a swarm. Declare them on each host with
    M(flotilla.swarm.swarm_network).
seealso:
  - module: flotilla.swarm.swarm_network
  - module: flotilla.swarm.swarm_secret
  - module: flotilla.swarm.swarm_config
  - module: flotilla.swarm.swarm_service
  - module: flotilla.swarm.swarm_stack
"""

EXAMPLES = r"""
- name: Deploy all that the inventory declares
  flotilla.swarm.swarm_deploy:
    networks: "{{ swarm_networks | default([]) }}"
    secrets: "{{ swarm_secrets | default([]) }}"
    configs: "{{ swarm_configs | default([]) }}"
    services: "{{ swarm_services | default([]) }}"
    stacks: "{{ swarm_stacks | default([]) }}"
    wait_timeout: 600

- name: Deploy a service with its network and its secret, beside a stack
  flotilla.swarm.swarm_deploy:
    networks:
      - name: backend
        encrypted: true
    secrets:
      - name: db_password
        data: "{{ vault_db_password }}"
    services:
      - name: db
        image: postgres:17
        networks: [backend]
        secrets:
          - secret_name: db_password
    stacks:
      - name: shop
        compose: [shop.yml]
        remote_src: false

- name: Deploy one of the services only
  flotilla.swarm.swarm_deploy:
    services: "{{ swarm_services }}"
    only: [web]

- name: Show what would change
  flotilla.swarm.swarm_deploy:
    services: "{{ swarm_services }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
deferred:
  description: The reason why nothing was done. No other value is returned with it.
  returned: when O(defer=true) and the call was deferred
  type: str
  sample: "web would publish ports that other programs may hold."
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. Also
    returned on failure.
  returned: always, except if the call is deferred
  type: list
  elements: str
  sample: ["network backend: created", "secret db_password: created", "db: created"]
services:
  description: The services, in the order of the declaration, those of the stacks last.
  returned: success, and not deferred
  type: list
  elements: dict
  contains: &parts
    name:
      description: Its name; for a secret or config, the name that services use.
      type: str
      returned: always
    id:
      description: Its ID; empty in check mode for an object that would be created.
      type: str
      returned: always
    action:
      description: What was done to it; V(none) if nothing was done.
      type: str
      returned: always
    changes:
      description: The names of the options that changed.
      type: list
      elements: str
      returned: always
networks:
  description: The networks.
  returned: success, and not deferred
  type: list
  elements: dict
  contains:
    <<: *parts
    services:
      description: The services that were moved.
      type: list
      elements: str
      returned: always
secrets:
  description: The secrets.
  returned: success, and not deferred
  type: list
  elements: dict
  contains: *parts
configs:
  description: The configs.
  returned: success, and not deferred
  type: list
  elements: dict
  contains: *parts
not_sent:
  description: The names of the services that were not sent, see RV(flotilla.swarm.swarm_stack#module:not_sent).
  returned: when there are such services
  type: list
  elements: str
undeclared:
  description: The names of objects that belong to the stacks and are not declared. Networks, secrets and configs are listed
    only of stacks with C(prune=all).
  returned: success, and not deferred
  type: dict
  sample: {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
stack_spec_diff:
  description: The options of each changed service as they are afterwards, see
    RV(flotilla.swarm.swarm_stack#module:stack_spec_diff).
  returned: success, and not deferred
  type: dict
rollouts:
  description: The results of the rollouts that the module waited for, in the form of
    RV(flotilla.swarm.swarm_service#module:rollouts). Also returned on failure.
  returned: when the module waited for a rollout
  type: list
  elements: dict
"""

from ..module_utils._deploy.deploy import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
