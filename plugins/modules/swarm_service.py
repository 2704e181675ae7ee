#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service
short_description: Deploy, change, scale, roll back and remove services, and wait for their rollouts
description:
  - Creates, updates, rolls back or removes one or more services as declared, and waits for the rollouts. If a rollout
    fails, the task fails with the reason.
  - A declared option gets exactly the declared value. An option that was never declared stays unchanged on the swarm.
    An option that was declared last time and is no longer declared returns to the Engine's default.
  - The service label C(flotilla.declared) stores the names of the declared options, but not their values. Labels are
    owned key by key, everything else option by option; a suboption such as O(limits.cpus) is an option of its own.
  - A task without O(image) changes a service and is not its whole declaration. It scales or labels the service, for example.
    Options that it does not name stay unchanged, and the options that it names are not stored as declared.
  - Only what differs is written, so no task is replaced unless it has to be, and no request is sent when nothing differs.
  - An update that cannot converge is refused before it is sent, in check mode too. With O(update_config.order=start-first), each
    new task starts beside the old one, which is impossible if every suitable node has room for only one task -
    because of a published port in mode V(host), O(placement.replicas_max_per_node) or O(reservations). If the state
    of a node is not known, the module only warns.
  - The options of M(community.docker.docker_swarm_service) have the same names and meanings here.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
  - flotilla.swarm._lists.services
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Values of environment variables and of options for drivers are hidden unless O(show_values=true).
  idempotent:
    support: partial
    details:
      - With O(force_update=true), every run replaces the tasks.
notes:
  - Durations are texts such as V(10s), V(1m30s) or V(2h), or numbers of nanoseconds.
  - Sizes are texts such as V(512M) or V(1.5G), in powers of 1024, or numbers of bytes.
options:
  name:
    description:
      - The name of the service.
      - One of O(name) and O(services) is required.
    type: str
  wait:
    description:
      - Wait until every service has converged, or until it is certain that one will not converge.
      - With O(state=absent), wait until the tasks are gone.
      - The module also waits for a service that is unchanged while its tasks do not all run, or its update is not finished.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds in which all services have to converge.
      - The minimum time of a rollout is computed from the options of the service - the first health check after one
        interval, O(update_config.delay) after each group of tasks, and O(update_config.monitor). If O(wait_timeout)
        is not longer, the module warns at once, and the error names this time.
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
      - Show the values of environment variables and of options for drivers in diffs and results. Without it, they are hidden,
        since they often hold secrets. Options of drivers that are known to hold none, such as V(max-size), are always shown.
    type: bool
    default: false
  state:
    description:
      - The state that the service shall have.
    type: str
    choices:
      present: The service exists and is as declared.
      absent: The service does not exist, and its tasks are gone.
      rolled_back: The service is as it was before its last update. No change when it was rolled back already.
    default: present
  image:
    description:
      - The image, with its tag. Required for a service that does not exist yet.
    type: str
  resolve_image:
    description:
      - When the tag of O(image) is looked up in its registry, so that all nodes run the same digest of the image.
      - V(always) looks the tag up in every run and notices that it was moved. The task fails when the registry does not
        answer.
      - V(changed) looks the tag up when the declared image is another one than before. When the registry does not answer,
        the module warns, and every node pulls what it finds under the tag.
      - V(never) looks nothing up. Every node pulls what it finds under the tag.
      - V(true) and V(false) mean V(always) and V(never).
    type: raw
    default: changed
  registry_auth:
    description:
      - Credentials for the registry of O(image). They are sent along when the service is created or updated, and the
        swarm hands them to every node that pulls the image. They are kept in no file and are never returned.
      - New credentials alone do not change the service, since the swarm never reveals those that it has. Add
        O(force_update=true) to hand out new ones.
    type: dict
    suboptions:
      username:
        description:
          - The user.
        type: str
      password:
        description:
          - The password or access token.
        type: str
      server:
        description:
          - The registry. Derived from O(image) when it is left out.
        type: str
      identity_token:
        description:
          - An identity token, instead of a user and a password.
        type: str
  undeclared:
    description:
      - What happens to options that are not declared.
    type: str
    choices:
      keep: Options that were declared last time return to their default, all others stay as they are.
      reset: All of them return to their default, whichever client set them. Labels that are not declared are removed.
    default: keep
  retry_paused:
    description:
      - Go on with a paused update even where its tasks failed by themselves, such as a process that ended with an error
        or a health check that failed.
      - Where the cause can be outside of the service, such as a registry, a node or a missing directory, the update goes on
        without this option.
    type: bool
    default: false
  force_update:
    description:
      - Replace the tasks although nothing has changed, continue a paused update, or run a job again.
    type: bool
    default: false
  mode:
    description:
      - How many tasks the service has and whether they end. V(replicated) for a new service that does not declare it.
      - The swarm cannot change the mode, so a service whose mode differs is removed and created again. A mode that is not
        declared stays.
    type: str
    choices:
      replicated: As many tasks as O(replicas) says.
      global: One task on every node that fits.
      replicated-job: Tasks run once and end, O(replicas) in all.
      global-job: One task runs once on every node that fits.
  replicas:
    description:
      - The number of tasks, or of completed tasks of a job. V(-1) is the same as leaving it out.
      - With O(mode=global), it is ignored with a warning.
    type: int
  max_concurrent:
    description:
      - How many tasks of a V(replicated-job) run at the same time. All of them for a new job that does not declare it.
    type: int
  command:
    description:
      - What to run instead of the entry point of the image, as a text that is split as a shell does, or as a list.
    type: raw
  args:
    description:
      - The arguments of the command.
    type: list
    elements: str
  env:
    description:
      - Environment variables, as a dictionary whose values are strings, or as a list of C(NAME=value).
      - V(null) as a value, or a list's entry without C(=), unsets a variable of the image.
    type: raw
  env_files:
    description:
      - Files on the host that the module runs on, with a line C(NAME=value) for each environment variable. Lines that
        begin with C(#) do not count. Later files win over earlier ones, and O(env) wins over all.
    type: list
    elements: path
  working_dir:
    description:
      - The working directory.
    type: str
  user:
    description:
      - The user that the process runs as, by name or ID, with a group after a colon if need be. IDs go from 0 to 2147483647.
    type: str
  groups:
    description:
      - Additional groups of the process.
    type: list
    elements: str
  hostname:
    description:
      - The host name in the container. Templates such as C({{ '{{' }}.Task.Slot{{ '}}' }}) are filled in by the Engine.
    type: str
  hosts:
    description:
      - Names for C(/etc/hosts), each with its address, or with a list of addresses.
    type: dict
  tty:
    description:
      - Give the process a terminal.
    type: bool
  interactive:
    description:
      - Keep the standard input of the process open.
    type: bool
  init:
    description:
      - Run an init as the first process, which passes on signals and reaps children. When it is left out, the setting of
        each Engine decides.
    type: bool
  read_only:
    description:
      - Mount the container's own file system read-only.
    type: bool
  stop_signal:
    description:
      - The signal that ends the process.
    type: str
  stop_grace_period:
    description:
      - How long the process may take to end before it is killed. The Engine's default is V(10s).
    type: raw
  isolation:
    description:
      - The isolation of containers on Windows.
    type: str
    choices: [default, process, hyperv]
  labels:
    description:
      - Labels of the service. Values are strings or whole numbers. Names that begin with C(flotilla.) are reserved
        for the collection.
      - A list of texts such as V(name=value) works as well, as in a Compose file.
    type: dict
  container_labels:
    description:
      - Labels of the containers, with the same rules as for O(labels). A change replaces the tasks.
    type: dict
  healthcheck:
    description:
      - How the Engine checks the health of a task. Suboptions that are left out are as the image defines them.
    type: dict
    suboptions:
      test:
        description:
          - The command. A text is run by a shell, a list begins with V(CMD), V(CMD-SHELL) or V(NONE). V(NONE) turns off the
            check of the image.
        type: raw
      interval:
        description:
          - The time between two checks.
        type: raw
      timeout:
        description:
          - How long one check may take.
        type: raw
      retries:
        description:
          - How many checks in a row have to fail.
        type: int
      start_period:
        description:
          - For how long after the start failed checks do not count.
        type: raw
      start_interval:
        description:
          - The time between two checks during O(healthcheck.start_period). Needs API 1.44.
        type: raw
  cap_add:
    description:
      - Capabilities to add, with or without C(CAP_) before them.
    type: list
    elements: str
  cap_drop:
    description:
      - Capabilities to drop. A capability that is also in O(cap_add) is refused; V(ALL) beside single ones is not.
    type: list
    elements: str
  sysctls:
    description:
      - Kernel parameters in the container's namespaces. Values are strings; a whole number becomes its text.
    type: dict
  ulimits:
    description:
      - Limits of the process, such as V(nofile:1024:2048) with a soft and a hard limit, or V(nproc:64) for both. A
        dictionary with C(name), C(soft) and C(hard) is accepted as well.
    type: list
    elements: raw
  oom_score_adj:
    description:
      - How likely the kernel ends the process when memory runs out, V(-1000) to V(1000). Needs API 1.46.
    type: int
  privileges:
    description:
      - What the processes may do.
    type: dict
    suboptions:
      no_new_privileges:
        description:
          - Processes never gain more privileges than they have. Needs API 1.44.
        type: bool
      seccomp:
        description:
          - The filter of system calls. Needs API 1.44.
        type: dict
        suboptions:
          mode:
            description:
              - Which filter. V(custom) when O(privileges.seccomp.profile) is set.
            type: str
            choices: [default, unconfined, custom]
          profile:
            description:
              - A custom profile, as JSON text.
            type: str
      apparmor:
        description:
          - Whether the Engine's AppArmor profile is used. Needs API 1.44.
        type: str
        choices: [default, disabled]
      credential_spec:
        description:
          - Where the credentials of a managed service account on Windows are.
        type: dict
        suboptions:
          config:
            description:
              - A config of the swarm, by name.
            type: str
          file:
            description:
              - A file in the Engine's directory for credential specs.
            type: str
          registry:
            description:
              - A value in the registry of Windows.
            type: str
      selinux:
        description:
          - The SELinux labels of the processes.
        type: dict
        suboptions:
          disable:
            description:
              - Use no SELinux labels.
            type: bool
          user:
            description:
              - The user label.
            type: str
          role:
            description:
              - The role label.
            type: str
          type:
            description:
              - The type label.
            type: str
          level:
            description:
              - The level label.
            type: str
  mounts:
    description:
      - What is mounted into the containers. The order does not matter.
      - An entry can be a text as in a Compose file, such as V(data:/var/lib/data), V(/etc/app:/etc/app:ro) or
        V(data:/data:nocopy). A source that is a path is a V(bind), any other one the name of a V(volume).
    type: list
    elements: dict
    suboptions:
      target:
        description:
          - The path in the container.
        type: str
        required: true
      source:
        description:
          - The path on the node, or the name of the volume. The directory has to exist on every node for a V(bind). A
            volume without a source is an anonymous one. That of a V(tmpfs) is ignored with a warning.
          - Of a V(cluster), the name of a cluster volume, or V(group:NAME) for any volume of a group.
        type: str
      type:
        description:
          - What is mounted. V(bind) when it is left out and the source is an absolute path. Any other source needs a type,
            since a name alone is ambiguous.
          - V(cluster) needs API 1.42.
        type: str
        choices: [bind, volume, tmpfs, npipe, cluster]
      readonly:
        description:
          - Mount it read-only.
        type: bool
      propagation:
        description:
          - How mounts below a V(bind) are passed on. V(rprivate) when it is left out.
        type: str
        choices: [shared, slave, private, rshared, rslave, rprivate]
      non_recursive:
        description:
          - Leave out mounts below the source of a V(bind).
        type: bool
      no_copy:
        description:
          - Do not copy what the image has at that path into a new V(volume).
        type: bool
      labels:
        description:
          - Labels of a new V(volume).
        type: dict
      driver_config:
        description:
          - The driver of a new V(volume).
        type: dict
        suboptions:
          name:
            description:
              - The name of the driver.
            type: str
          options:
            description:
              - Its options.
            type: dict
      subpath:
        description:
          - A directory in the V(volume) to mount instead of all of it. Needs API 1.45.
        type: str
      tmpfs_size:
        description:
          - The size of a V(tmpfs).
        type: str
      tmpfs_mode:
        description:
          - The file mode of a V(tmpfs), such as V("1777").
        type: raw
      tmpfs_options:
        description:
          - Further options of a V(tmpfs), such as V(noexec) or V(uid=1000). Needs API 1.46.
        type: list
        elements: str
  secrets:
    description:
      - Secrets of the swarm that the containers see as files. The order does not matter.
    type: list
    elements: dict
    suboptions:
      secret_name:
        description:
          - The name of the secret. The name of a secret that M(flotilla.swarm.swarm_secret) created means its current
            version.
        type: str
        required: true
      secret_id:
        description:
          - Its ID, found by the name when it is left out.
        type: str
      filename:
        description:
          - The file, below C(/run/secrets) unless it is an absolute path. The name of the secret when it is left out.
        type: str
      uid:
        description:
          - The file's owner.
        type: str
      gid:
        description:
          - The file's group.
        type: str
      mode:
        description:
          - The file's mode, such as V("0440"). V(0444) when it is left out.
        type: raw
  configs:
    description:
      - Configs of the swarm that the containers see as files. The order does not matter.
    type: list
    elements: dict
    suboptions:
      config_name:
        description:
          - The name of the config. The name of a config that M(flotilla.swarm.swarm_config) created means its current
            version.
        type: str
        required: true
      config_id:
        description:
          - Its ID, found by the name when it is left out.
        type: str
      filename:
        description:
          - The file, below C(/) unless it is an absolute path. The name of the config when it is left out.
        type: str
      uid:
        description:
          - The file's owner.
        type: str
      gid:
        description:
          - The file's group.
        type: str
      mode:
        description:
          - The file's mode, such as V("0440"). V(0444) when it is left out.
        type: raw
  networks:
    description:
      - Networks of the swarm, by name or ID, or dictionaries with C(name) or C(id), C(aliases) and C(options). The order
        does not matter.
    type: list
    elements: raw
  dns:
    description:
      - DNS servers, in the order in which they are asked.
    type: list
    elements: str
  dns_search:
    description:
      - DNS search domains, in their order.
    type: list
    elements: str
  dns_options:
    description:
      - Options of the resolver.
    type: list
    elements: str
  publish:
    description:
      - Ports that are reachable from outside. The order does not matter.
      - Two services of one task that publish the same port are refused before the first change, unless both use mode V(host).
      - An entry can be a text as in a Compose file, such as V(8080:80), V(8080:80/udp) or V(8000-8010:8000-8010). Put it in
        quotes, since YAML reads C(22:22) as a number.
    type: list
    elements: dict
    suboptions:
      target_port:
        description:
          - The port in the container, or a range such as V(8000-8010).
        type: str
        required: true
      published_port:
        description:
          - The port outside, or a range of the same length. The swarm chooses one when it is left out.
        type: str
      protocol:
        description:
          - The protocol.
        type: str
        choices: [tcp, udp, sctp]
        default: tcp
      mode:
        description:
          - Whether every node answers (V(ingress), also when it is left out) or only those that run a task (V(host)).
        type: str
        choices: [ingress, host]
  endpoint_mode:
    description:
      - Whether the service has one address for all tasks or a DNS entry for each. The Engine's default is V(vip).
    type: str
    choices: [vip, dnsrr]
  logging:
    description:
      - Where the output goes.
    type: dict
    suboptions:
      driver:
        description:
          - The log driver. Each Engine's own when it is left out.
        type: str
      options:
        description:
          - Its options. Values are strings.
          - With the drivers V(json-file) and V(local), invalid values of C(max-size), C(max-file) and C(compress) are refused;
            with any driver, those of C(mode) and C(max-buffer-size). Each task would fail on its node.
        type: dict
  limits:
    description:
      - What a task may take at most.
    type: dict
    suboptions:
      cpus:
        description:
          - A number of CPUs. V(0) is no limit.
        type: float
      memory:
        description:
          - A size of memory. V(0) is no limit.
        type: str
      pids:
        description:
          - A number of processes. V(0) is no limit.
        type: int
      swap:
        description:
          - A size of swap space beside the memory, V(-1) without a limit. Needs O(limits.memory) and API 1.52.
        type: str
      swappiness:
        description:
          - How readily memory is swapped out, V(0) to V(100). Needs API 1.52.
        type: int
  reservations:
    description:
      - The resources that have to be free on a node for a task to be placed there.
      - The module warns of a reservation above the limit in O(limits).
    type: dict
    suboptions:
      cpus:
        description:
          - A number of CPUs.
        type: float
      memory:
        description:
          - A size of memory.
        type: str
      generic_resources:
        description:
          - Resources that the nodes' Engines announce, each with a number of them or a list of names.
        type: dict
  placement:
    description:
      - Where the tasks run.
    type: dict
    suboptions:
      constraints:
        description:
          - Conditions such as V(node.labels.disk == ssd) that all have to hold. A key that no node can have is refused.
        type: list
        elements: str
      preferences:
        description:
          - Over which labels the tasks are spread, the most important first. Each is a dictionary with one key, C(spread).
        type: list
        elements: dict
      replicas_max_per_node:
        description:
          - The largest number of tasks on one node. V(0) is no limit.
        type: int
  restart_config:
    description:
      - When a task that has ended is started again.
    type: dict
    suboptions:
      condition:
        description:
          - The condition. The Engine's default is V(any).
        type: str
        choices: [none, on-failure, any]
      delay:
        description:
          - The time before a start. The Engine's default is V(5s).
        type: raw
      max_attempts:
        description:
          - How often at most. V(0) is without limit.
        type: int
      window:
        description:
          - The time in which starts are counted.
        type: raw
  update_config:
    description:
      - How tasks are replaced when the service changes.
    type: dict
    suboptions:
      failure_action:
        description:
          - What to do when tasks fail. The Engine's default is V(pause).
        type: str
        choices: [continue, pause, rollback]
      <<: &rollout
        parallelism:
          description:
            - How many at a time. V(0) is all at once, the Engine's default is V(1).
          type: int
        delay:
          description:
            - The time after each group. The swarm waits for it after the last one too.
          type: raw
        monitor:
          description:
            - For how long after its start a task's failure counts. The Engine's default is V(5s), which V(0s) means too.
          type: raw
        max_failure_ratio:
          description:
            - Which part of the tasks may fail, from V(0) to V(1).
          type: float
        order:
          description:
            - Whether the old task ends before the new one starts. The Engine's default is V(stop-first).
            - V(start-first) needs a node with room for the new task beside the old one.
          type: str
          choices: [stop-first, start-first]
  rollback_config:
    description:
      - How tasks are replaced when the service is rolled back.
    type: dict
    suboptions:
      <<: *rollout
      failure_action:
        description:
          - What to do when tasks fail. The Engine's default is V(pause).
        type: str
        choices: [continue, pause]
seealso:
  - module: flotilla.swarm.swarm_service_info
  - module: flotilla.swarm.swarm_service_log_info
  - module: community.docker.docker_swarm_service
"""

EXAMPLES = r"""
- name: Run three web servers behind one port, updated one at a time and rolled back when that fails
  flotilla.swarm.swarm_service:
    name: web
    image: nginx:1.27
    replicas: 3
    publish:
      - target_port: 80
        published_port: 8080
    limits: {cpus: 0.5, memory: 128M}
    update_config: {order: start-first, failure_action: rollback}

- name: Update a service that holds a port of its node, which leaves no room for a second task there
  flotilla.swarm.swarm_service:
    name: edge
    image: haproxy:3.0
    mode: global
    publish:
      - {target_port: 443, published_port: 443, mode: host}
    update_config: {order: stop-first}

- name: Wait long enough for a service whose health is checked for the first time after a minute and a half
  flotilla.swarm.swarm_service:
    name: search
    image: search:8
    healthcheck: {test: [CMD, healthy], interval: 1m30s}
    wait_timeout: 240

- name: Scale the service and leave everything else as it is
  flotilla.swarm.swarm_service:
    name: web
    replicas: 10

- name: Deploy several services and wait for all of them together
  flotilla.swarm.swarm_service:
    services:
      - name: cache
        image: redis:7
        placement: {constraints: [node.labels.disk == ssd]}
      - name: agent
        image: prom/node-exporter:v1.8.2
        mode: global
        mounts:
          - {source: /proc, target: /host/proc, readonly: true}
    wait_timeout: 600

- name: Run a migration once, and again with every run of this task
  flotilla.swarm.swarm_service:
    name: migrate
    image: registry.example.com/app:4.2
    registry_auth:
      username: deploy
      password: "{{ registry_password }}"
    mode: replicated-job
    command: ./migrate --all
    restart_config: {condition: none}
    force_update: true

- name: Roll back to the state before the last update
  flotilla.swarm.swarm_service:
    name: web
    state: rolled_back

- name: Remove the service and wait until its tasks are gone
  flotilla.swarm.swarm_service:
    name: web
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), a sentence each, in order. It is returned with a failure
    as well.
  returned: always
  type: list
  elements: str
  sample: ["web: updated (image, replicas)"]
changes:
  description: The names of the options that changed, for one service.
  returned: success, when O(name) is used
  type: list
  elements: str
  sample: ["image", "replicas"]
rebuilt:
  description: Whether the service was removed and created again because its mode changed.
  returned: success, when O(name) is used
  type: bool
swarm_service:
  description: The service as options of this module, without those at their default.
  returned: success, when O(name) is used and the service exists
  type: dict
  sample: {"image": "nginx:1.27", "mode": "replicated", "replicas": 3}
services:
  description: Each service, in the order of the declaration.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    id:
      description: Its ID; empty in check mode for a service that would be created.
      type: str
      returned: always
    action:
      description: V(create), V(update), V(resume), V(rebuild), V(roll_back), V(remove) or V(none).
      type: str
      returned: always
    changes:
      description: The names of the options that changed.
      type: list
      elements: str
      returned: always
rollouts:
  description: The result of each rollout that the module waited for. Also returned on failure, in a short form.
  returned: when the module waited for a rollout
  type: list
  elements: dict
  contains:
    name:
      description: The name of the service.
      type: str
      returned: always
    service_id:
      description: The ID of the service.
      type: str
      returned: always
    state:
      description: The verdict.
      type: str
      returned: always
    reason:
      description: Why it failed, as one word, V(rejected) or V(paused) for example; empty when it did not fail.
      type: str
      returned: always
    sentence:
      description: The verdict as a sentence. That of a service that failed, with slot, node and the Engine's reason, is in
        RV(ignore:msg).
      type: str
      returned: for a service that did not fail
    running:
      description: How many tasks run, or are completed.
      type: int
      returned: always
    wanted:
      description: How many tasks are wanted.
      type: int
      returned: always
    tasks:
      description: The tasks, in the form of M(flotilla.swarm.swarm_task_info). With a failure, only those that failed or are not
        as they should be, ten at most, each with its ID, slot, node, state, error and exit code.
      type: list
      elements: dict
      returned: always
    logs:
      description: The last lines of the task that failed.
      type: list
      elements: str
      returned: always
"""

from ..module_utils._run.module import run
from ..module_utils._service.deploy import VERB


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
