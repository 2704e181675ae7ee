#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_stack
short_description: Deploy, change and remove a stack of services from Compose files, and see it through
description:
  - Brings the networks, secrets, configs and services of one stack to what one or several Compose files say, and waits until
    the swarm has done it, or says why it cannot.
  - The files are read, merged and interpolated on the control node; the host needs neither Docker's command line nor any
    Python package, only its Engine.
  - All of it is planned and checked before anything is sent; only what differs is written, so no task is replaced unless it
    has to be. A run that changes nothing sends nothing.
  - The stack has the names and labels that C(docker stack deploy) gives, so C(docker stack ls), C(docker stack ps) and
    C(docker stack services) see it. A stack that was deployed by the command line is taken over without a restart of any
    task.
  - Secrets and configs whose content changed get a new version, the services that use them are moved to it, and the older
    version is removed once the rollouts are over, as M(flotilla.swarm.swarm_secret) does it.
  - What Swarm cannot honour is refused by name, with its file, and never ignored in silence.
  - What an earlier run declared and the files do not any more returns to the Engine's default; what nobody ever declared
    stays as it is on the swarm, as M(flotilla.swarm.swarm_service) does it.
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
      - The content of secrets and configs is never shown. Values of environment variables and of options for drivers are
        hidden unless O(show_values=true).
  idempotent:
    support: full
options:
  name:
    description:
      - The name of the stack.
    type: str
    required: true
  state:
    description:
      - V(present) brings the stack to what is declared.
      - V(absent) removes all that carries the label of the stack, and waits until nothing is left of it.
    type: str
    choices: [present, absent]
    default: present
  compose:
    description:
      - Compose files, by their path, or their content as dictionaries. Several are merged in their order as Compose merges
        them.
      - Required with O(state=present).
    type: list
    elements: raw
  remote_src:
    description:
      - Whether the files of O(compose), O(env_files) and all that they refer to are on the host, as they are for
        M(community.docker.docker_stack), or on the control node.
      - On the control node, a path that is not absolute is looked for beside the role or playbook, below C(files) first, and a
        file may be encrypted with Ansible Vault.
    type: bool
    default: true
  project_dir:
    description:
      - The folder on the swarm's hosts that sources of bind mounts which are no absolute paths are in.
      - The folder of the first file of O(compose) when it is on the host; otherwise such sources are refused without this
        option.
    type: path
  variables:
    description:
      - What C(${NAME}) in the files stands for, by name. The environment of the control node is not read.
    type: dict
    default: {}
  env_files:
    description:
      - Files with lines C(NAME=value) that give further variables; O(variables) comes first, a later file before an earlier
        one. Name C(.env) here to have it read.
    type: list
    elements: path
    default: []
  ignore_unsupported:
    description:
      - Keys of services that Swarm cannot honour and that may be left out, with a warning, such as V(build) or
        V(depends_on).
    type: list
    elements: str
    default: []
  prune:
    description:
      - What happens to what belongs to the stack and is not declared any more.
      - V(true) removes services, V(all) networks, secrets and configs too. V(false) leaves everything and tells it in
        RV(undeclared).
    type: raw
    default: false
  registry_auth:
    description:
      - Credentials for registries. Each service gets those whose O(registry_auth[].server) is the registry of its image.
      - They are sent along when a service is created or changed. They are kept in no file and are never returned.
    type: list
    elements: dict
    default: []
    suboptions:
      server:
        description:
          - The registry. Without it, the credentials are used for every image.
        type: str
      username:
        description:
          - The user.
        type: str
      password:
        description:
          - The password or access token.
        type: str
      identity_token:
        description:
          - An identity token, instead of a user and a password.
        type: str
  with_registry_auth:
    description:
      - Use also the credentials that Docker's command line keeps for this user on the host, in C(config.json). Those behind
        a credential helper are not found.
    type: bool
    default: false
  resolve_image:
    description:
      - When the tags of images are looked up in their registries, see O(flotilla.swarm.swarm_service#module:resolve_image).
    type: str
    choices: [always, changed, never]
    default: changed
  undeclared:
    description:
      - What happens to options of services that are not declared, see
        O(flotilla.swarm.swarm_service#module:undeclared).
    type: str
    choices: [keep, reset]
    default: keep
  recreate:
    description:
      - Make networks anew whose declaration changed, and move their services, see
        O(flotilla.swarm.swarm_network#module:recreate). Without it, such a change is refused.
    type: bool
    default: false
  wait:
    description:
      - Wait until every service has converged, or until it is certain that one will not; with O(state=absent), until all is
        gone.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that everything together may take.
    type: int
    default: 300
  show_values:
    description:
      - Show the values of environment variables and of options for drivers in diffs. They are hidden otherwise, since they
        often hold secrets.
    type: bool
    default: false
  detach:
    description:
      - The opposite of O(wait), for playbooks that were written for M(community.docker.docker_stack). When it is set, it
        counts and O(wait) does not.
    type: bool
  absent_retries:
    description:
      - Accepted for playbooks that were written for M(community.docker.docker_stack), and without effect, since
        O(state=absent) waits for as long as O(wait_timeout) says.
    type: int
    default: 0
  absent_retries_interval:
    description:
      - See O(absent_retries).
    type: int
    default: 1
  declared:
    description:
      - What was made of O(compose) on the control node. Not for playbooks.
    type: dict
  declared_data:
    description:
      - The content of secrets and configs that was read on the control node. Not for playbooks.
    type: dict
notes:
  - The files on the host are read by C(base64), which every Linux has. At C(-vvv) and above, Ansible shows what a
    connection transports, the text of a Compose file or of an env file on the host therefore too; the content of secrets and
    configs never.
seealso:
  - name: Compose file reference
    description: What may be in a Compose file.
    link: https://docs.docker.com/reference/compose-file/
  - module: flotilla.swarm.swarm_stack_info
  - module: flotilla.swarm.swarm_service
  - module: flotilla.swarm.swarm_secret
  - module: flotilla.swarm.swarm_network
"""

EXAMPLES = r"""
- name: Deploy a stack from a file beside the playbook
  flotilla.swarm.swarm_stack:
    name: shop
    compose: [shop.yml]
    remote_src: false
    variables:
      TAG: "1.4"

- name: Deploy what is in two files on the host, and remove services that they do not declare any more
  flotilla.swarm.swarm_stack:
    name: shop
    compose:
      - /srv/shop/compose.yml
      - /srv/shop/production.yml
    env_files: [/srv/shop/.env]
    prune: true

- name: Declare the stack in the playbook
  flotilla.swarm.swarm_stack:
    name: hello
    compose:
      - services:
          web:
            image: nginx:1.27
            ports: ["80:80"]
            deploy:
              replicas: 3

- name: See what would change
  flotilla.swarm.swarm_stack:
    name: shop
    compose: [/srv/shop/compose.yml]
    ignore_unsupported: [build, depends_on]
  check_mode: true
  diff: true

- name: Remove the stack and wait until nothing is left
  flotilla.swarm.swarm_stack:
    name: shop
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), a sentence each, in order. It is returned with a failure
    as well.
  returned: always
  type: list
  elements: str
  sample: ["network shop_default: created", "shop_web: created"]
services:
  description: The services, in the order of the files.
  returned: success, with O(state=present)
  type: list
  elements: dict
  contains: &parts
    name:
      description: Its name; of a secret or config, the name that services use.
      type: str
      returned: always
    id:
      description: Its ID; empty in check mode for what would be made.
      type: str
      returned: always
    action:
      description: What was done to it, V(none) where nothing was.
      type: str
      returned: always
    changes:
      description: The names of the options that changed.
      type: list
      elements: str
      returned: always
networks:
  description: The networks that the stack declares.
  returned: success, with O(state=present)
  type: list
  elements: dict
  contains: *parts
secrets:
  description: The secrets that the stack declares.
  returned: success, with O(state=present)
  type: list
  elements: dict
  contains: *parts
configs:
  description: The configs that the stack declares.
  returned: success, with O(state=present)
  type: list
  elements: dict
  contains: *parts
undeclared:
  description: The names of what belongs to the stack and is not declared. Networks, secrets and configs are looked for with
    O(prune=all) only.
  returned: success, with O(state=present)
  type: dict
  sample: {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
rollouts:
  description: What the rollouts came to, of those services that were waited for, in the form of
    RV(flotilla.swarm.swarm_service#module:rollouts). It is returned with a failure as well.
  returned: when something was waited for
  type: list
  elements: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._engine.client import Client
from ..module_utils._run.module import run
from ..module_utils._stack.run import work as bring
from ..module_utils._stack.spec import STACK_SPEC


def work(module: AnsibleModule, client: Client) -> dict[str, t.Any]:
    """Bring the stack to what is declared, or away."""
    return bring(module.params, module.check_mode, client)


def main() -> None:
    """Run the module."""
    # Environment variables may hold secrets: the host's journal does not get the options.
    run(STACK_SPEC, work, no_log=True)


if __name__ == "__main__":
    main()
