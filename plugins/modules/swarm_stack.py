#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_stack
short_description: Deploy, update and remove stacks of services from Compose files
description:
  - Creates and updates the networks, secrets, configs and services of one stack as one or several Compose files declare them,
    and waits until the services have converged, or fails with the reason why they cannot.
  - The files are read, merged and interpolated on the control node. The host needs its Engine, but neither Docker's command
    line nor a Python package.
  - Everything is planned and checked before anything is sent. Only differences are written, so no task is replaced without
    need. A run that changes nothing sends nothing.
  - The stack has the names and labels of C(docker stack deploy), so C(docker stack ls), C(docker stack ps) and
    C(docker stack services) list it. A stack that the command line deployed is taken over without a restart of any task.
  - Secrets and configs with new content get a new version, the services that use them are moved to it, and the older version
    is removed after the rollouts, as M(flotilla.swarm.swarm_secret) does it.
  - An update that cannot converge is refused before anything is sent, and the module warns at once if O(wait_timeout)
    is too short, as with M(flotilla.swarm.swarm_service).
  - A key that Swarm does not support is never ignored silently. A key that has no effect causes a warning; any other
    key is refused, and the message names the key and its file.
  - An option that an earlier run declared and the files no longer declare returns to the Engine's default. An option that was
    never declared stays as it is on the swarm, as with M(flotilla.swarm.swarm_service).
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
      - The content of secrets and configs is never shown. The values of environment variables and of driver options are
        hidden unless O(show_values=true).
  idempotent:
    support: full
options:
  name:
    description:
      - The name of the stack.
      - One of O(name) and O(stacks) is required.
    type: str
  stacks:
    description:
      - Several stacks, each a dictionary with the options that this module has for one.
      - All are planned and checked before anything is sent, and all rollouts are awaited together.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the stack.
        type: str
        required: true
      <<: &one
        state:
          description:
            - V(present) creates and updates what the stack declares.
            - V(absent) removes everything with the label of the stack, and waits until it is removed.
          type: str
          choices: [present, absent]
          default: present
        compose:
          description:
            - The paths of Compose files, or their content as dictionaries. Several entries are merged in their order, as
              Compose merges files.
            - Required with O(state=present).
          type: list
          elements: raw
        remote_src:
          description:
            - Whether the files of O(compose) and O(env_files), and all files that they refer to, are on the host, as for
              M(community.docker.docker_stack), or on the control node.
            - On the control node, a relative path is searched beside the role or the file of tasks, in the inventory's folder, in
              the playbook's folder and in the working directory, in this order. In the first and the third, C(files) comes
              before the folder itself. A file can be encrypted with Ansible Vault.
          type: bool
          default: true
        project_dir:
          description:
            - The folder on the hosts of the swarm in which the relative paths of bind mounts start.
            - The default is the folder of the first file of O(compose) when the files are on the host. When they are on the
              control node, such paths are refused without this option.
          type: path
        variables:
          description:
            - The variables that replace C(${NAME}) in the files. The environment of the control node is not read.
            - C(HOME) also stands for C(~) in the paths of bind mounts. Without it, C(~) is the home of the user on the host when
              the files are on the host, and is refused when they are on the control node.
          type: dict
          default: {}
        env_files:
          description:
            - Files with lines C(NAME=value) that set further variables. O(variables) takes precedence over all files, and a later
              file over an earlier one. A file C(.env) is read only if it is listed here.
          type: list
          elements: path
          default: []
        ignore_unsupported:
          description:
            - Keys that Swarm does not support and that are left out with a warning, such as V(network_mode). Keys that
              C(docker stack deploy) ignores without harm, such as V(build) or V(expose), need not be named.
            - V(all) leaves out every key but the dangerous ones, such as V(privileged) or V(host_ip), which only their own
              names leave out. The guide on stacks has the class of each key.
          type: list
          elements: str
          default: []
        profiles:
          description:
            - The profiles whose services are deployed beside those that have no profile. V(*) deploys all services.
          type: list
          elements: str
          default: []
        ordered:
          description:
            - Whether C(depends_on) and C(links) in the files give the order in which services are created and updated. A link is
              what C(depends_on) with C(service_started) is.
            - A service that changes is sent once the services that it depends on, as far as they change too, have come so far
              as its C(condition) says. With C(service_started), the container of each of their tasks is being started. With
              C(service_healthy), all their tasks run, which they do from their first passed health check on. With
              C(service_completed_successfully), the job is complete.
            - Where a service fails, the task fails, and services that depend on it are not sent, unless C(required) is false.
            - With O(wait=false), services are sent in this order, and nothing is waited for.
            - V(false) sends all services at once, as C(docker stack deploy) does.
          type: bool
          default: true
        prune:
          description:
            - What happens to objects that belong to the stack and are no longer declared.
            - V(true) removes services. V(all) removes networks, secrets and configs too. V(false) removes nothing;
              RV(undeclared) names the objects.
            - Files without services are refused with V(true) and V(all), since all services of the stack would be removed.
          type: raw
          default: false
        registry_auth:
          description:
            - Credentials for registries. Each service gets those whose O(registry_auth[].server) is the registry of its image.
            - They are sent when a service is created or updated. They are not stored in any file and are never returned.
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
                - The name of the user.
              type: str
            password:
              description:
                - The user's password or access token.
              type: str
            identity_token:
              description:
                - An identity token, instead of a user and a password.
              type: str
        with_registry_auth:
          description:
            - Also use the credentials that Docker's command line stores for this user on the host, in C(config.json). Credentials
              in a credential helper are not used.
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
            - Recreate networks whose declaration has changed, and move their services, see
              O(flotilla.swarm.swarm_network#module:recreate). Without this option, such a change is refused.
          type: bool
          default: false
        retry_paused:
          description:
            - Go on with a paused update even where its tasks failed by themselves, such as a process that ended with an error
              or a health check that failed.
            - Where the cause can be outside of the service, such as a registry, a node or a missing directory, the update goes
              on without this option.
          type: bool
          default: false
        _declared:
          description:
            - Private, not for tasks. What the action of this module has read from the Compose files.
          type: dict
        _declared_data:
          description:
            - Private, not for tasks. The contents of secrets and configs that the action of this module has read.
          type: dict
  wait:
    description:
      - Wait until every service has converged, or until it is certain that one will not. With O(state=absent), wait until
        everything is removed.
    type: bool
    default: true
  wait_timeout:
    description:
      - The timeout in seconds for all waits together.
    type: int
    default: 300
  held_ports:
    description:
      - Ports that other programs use on the hosts of the swarm, as M(flotilla.swarm.swarm_info) returns them on each
        host with O(flotilla.swarm.swarm_info#module:held_ports=true). The ports of the host that runs the task are
        read anyway, where its own Engine is asked.
      - A service that publishes such a port is not reachable there, and the Engine does not report it. So each port
        that the task begins to publish is checked - in mode V(ingress) on every host, in mode V(host) on those that
        can get a task.
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
      - Show the values of environment variables and of driver options in diffs. They are hidden by default, since they often
        contain secrets.
    type: bool
    default: false
  detach:
    description:
      - The opposite of O(wait), for playbooks that were written for M(community.docker.docker_stack). It takes precedence
        over O(wait).
    type: bool
  absent_retries:
    description:
      - Has no effect, since O(state=absent) waits for as long as O(wait_timeout) says. Accepted for playbooks that were
        written for M(community.docker.docker_stack).
    type: int
    default: 0
  absent_retries_interval:
    description:
      - See O(absent_retries).
    type: int
    default: 1
  docker_cli:
    description:
      - Has no effect, since Docker's command line is not used. Accepted for playbooks that were written for
        M(community.docker.docker_stack).
    type: str
  cli_context:
    description:
      - Only V(default) is accepted, and has no effect. A context of Docker's command line names an Engine; give the address of
        that Engine in O(docker_host).
    type: str
  <<: *one
notes:
  - Files on the host are read with C(base64), which every Linux has. At C(-vvv) and above, Ansible shows what a connection
    transports, which includes the text of Compose files and env files on the host, with what stands in C(content) there. It
    never includes the content of other secrets and configs.
seealso:
  - name: Compose file reference
    description: The keys of Compose files.
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

- name: Deploy two files on the host, and remove services that they no longer declare
  flotilla.swarm.swarm_stack:
    name: shop
    compose:
      - /srv/shop/compose.yml
      - /srv/shop/production.yml
    env_files: [/srv/shop/.env]
    prune: true

- name: Deploy several stacks
  flotilla.swarm.swarm_stack:
    stacks:
      - name: shop
        compose: [shop.yml]
        remote_src: false
        variables:
          TAG: "1.4"
      - name: monitoring
        compose: [/srv/monitoring/compose.yml]
        prune: all
      - name: old
        state: absent

- name: Deploy a stack that is declared in the playbook
  flotilla.swarm.swarm_stack:
    name: hello
    compose:
      - services:
          web:
            image: nginx:1.27
            ports: ["80:80"]
            deploy:
              replicas: 3

- name: Show what would change
  flotilla.swarm.swarm_stack:
    name: shop
    compose: [/srv/shop/compose.yml]
    ignore_unsupported: [network_mode]
  check_mode: true
  diff: true

- name: Remove the stack and wait until everything is removed
  flotilla.swarm.swarm_stack:
    name: shop
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. It is returned with
    a failure as well.
  returned: always
  type: list
  elements: str
  sample: ["network shop_default: created", "shop_web: created"]
services:
  description: The services, in the order of the files, but each behind those that it depends on.
  returned: success, with O(state=present)
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
      description: What was done to it; V(none) where nothing was done.
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
  contains:
    <<: *parts
    services:
      description: The services that were moved.
      type: list
      elements: str
      returned: always
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
not_sent:
  description: The names of the services that were not sent, since services that they depend on failed.
  returned: when there are such services
  type: list
  elements: str
undeclared:
  description: The names of objects that belong to the stack and are not declared. Networks, secrets and configs are listed
    only with O(prune=all).
  returned: success, with O(state=present)
  type: dict
  sample: {"services": ["shop_old"], "networks": [], "secrets": [], "configs": []}
stack_spec_diff:
  description: As M(community.docker.docker_stack) has it, what changes in which service - by the names of the services, the
    changed options as they are afterwards. Values that may be secrets are hidden unless O(show_values=true).
  returned: success, with O(state=present)
  type: dict
  sample: {"shop_web": {"state": "present", "image": "nginx:1.27"}}
rollouts:
  description: The verdicts on the rollouts that the module waited for, in the form of
    RV(flotilla.swarm.swarm_service#module:rollouts). They are returned with a failure as well.
  returned: when the module waited for a rollout
  type: list
  elements: dict
"""

from ..module_utils._run.module import run
from ..module_utils._stack.deploy import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
