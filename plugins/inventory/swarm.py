# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes of a swarm as an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: swarm
short_description: The nodes of a Docker Swarm as an inventory
description:
  - Reads the nodes of a swarm from a manager with one request, and creates a host for each node.
  - The configuration is a YAML file whose name ends with V(swarm.yml) or V(swarm.yaml).
  - Hosts are in the groups C(swarm), C(swarm_managers) and C(swarm_workers), which the playbooks of this collection take; in
    C(manager), C(worker), C(leader) and C(nonleaders), as community.docker has them; and in groups by availability, status,
    version of the Engine and label, such as C(swarm_availability_drain), C(swarm_status_down), C(swarm_engine_26_1_5) and
    C(swarm_label_zone_a).
  - The variable C(swarm_node) of each host has C(id), C(hostname), C(role), C(availability), C(state), C(address), C(manager)
    (C(leader), C(reachability), C(address); V(null) for a worker), C(engine_version), C(labels) and C(problems).
  - The stale entry of a host that has joined again does not become a host.
  - It does not contain the variables of the playbook C(flotilla.swarm.site), such as declared labels and settings. So
    use this inventory for work on an existing swarm, and declare the swarm itself in a separate inventory.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
requirements:
  - paramiko, where O(docker_host) is V(ssh://user@host) and O(use_ssh_client) is V(false)
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [flotilla.swarm.swarm]
  docker_host:
    description:
      - Where the Engines of managers listen, seen from the control node. They are asked in turn until one answers.
      - V(unix:///path/to/socket) for a local socket, V(tcp://host:port) for a network address (with O(tls) or O(validate_certs)
        over TLS), V(ssh://user@host) to go through SSH.
    type: list
    elements: str
    default: [unix:///var/run/docker.sock]
    aliases: [docker_url]
    env:
      - name: DOCKER_HOST
  hostnames:
    description:
      - What a host is called, by preference. Where two nodes would have one name, the second one gets the next.
      - With V([id]), hosts are called as those of community.docker are.
    type: list
    elements: str
    choices: [hostname, address, id]
    default: [hostname, id]
  verbose_output:
    description: Whether each host has the variable C(docker_swarm_node_attributes), the node as the Engine reports it.
    type: bool
    default: true
  include_host_uri:
    description: Whether each host has the variable C(ansible_host_uri), the address of its Engine, such as V(tcp://10.0.0.11:2376).
    type: bool
    default: false
  include_host_uri_port:
    description: The port in C(ansible_host_uri). Without it, V(2376) with O(tls) or O(validate_certs), else V(2375).
    type: int
  filters:
    description:
      - Conditions that say which nodes are hosts, in Jinja2, with the same variables as O(keyed_groups). The first one that holds
        decides - with C(include), the node is a host, with C(exclude), it is not. A node for which none holds is a host.
    type: list
    elements: dict
    default: []
    suboptions:
      include:
        description: A condition, or V(true) for all that are left.
        type: raw
      exclude:
        description: A condition, or V(true) for all that are left.
        type: raw
  tls:
    description: Speak TLS with the Engine, without checking that its certificate can be trusted.
    type: bool
    default: false
    env:
      - name: DOCKER_TLS
  validate_certs:
    description: Speak TLS with the Engine and refuse a certificate that cannot be trusted.
    type: bool
    default: false
    aliases: [tls_verify]
    env:
      - name: DOCKER_TLS_VERIFY
  tls_hostname:
    description: The name that the Engine's certificate is for; it has to be the one in O(docker_host).
    type: str
    env:
      - name: DOCKER_TLS_HOSTNAME
  ca_path:
    description: The file with the certificate of the authority that signed the Engine's.
    type: path
    aliases: [ca_cert, tls_ca_cert, cacert_path]
  client_cert:
    description: The file with the client's certificate.
    type: path
    aliases: [tls_client_cert, cert_path]
  client_key:
    description: The file with the client's key.
    type: path
    aliases: [tls_client_key, key_path]
  api_version:
    description: The version of the Engine's API. V(auto) is the newest that both sides speak.
    type: str
    default: auto
    aliases: [docker_api_version]
    env:
      - name: DOCKER_API_VERSION
  timeout:
    description: The number of seconds in which an Engine has to answer.
    type: int
    default: 60
    aliases: [time_out]
    env:
      - name: DOCKER_TIMEOUT
  use_ssh_client:
    description: Whether to go through SSH by the command C(ssh) instead of paramiko.
    type: bool
    default: false
"""

EXAMPLES = r"""
---
# swarm.yml: three managers, of which one has to answer
plugin: flotilla.swarm.swarm
docker_host:
  - ssh://root@10.0.0.11
  - ssh://root@10.0.0.12
  - ssh://root@10.0.0.13

---
# Groups of one's own, and names as community.docker has them
plugin: flotilla.swarm.swarm
docker_host: unix:///var/run/docker.sock
hostnames: [id]
keyed_groups:
  - prefix: arch
    key: Description.Platform.Architecture
  - prefix: label
    key: Spec.Labels
groups:
  empty: swarm_node.availability != 'active'
compose:
  ansible_user: "'root'"

---
# Only what is ready, kept for an hour
plugin: flotilla.swarm.swarm
docker_host: tcp://10.0.0.11:2376
validate_certs: true
ca_path: ca.pem
client_cert: cert.pem
client_key: key.pem
filters:
  - exclude: swarm_node.state != 'ready'
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /tmp/swarm-inventory
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transports import connect
from ansible_collections.flotilla.swarm.plugins.plugin_utils._inventory.hosts import (
    ALWAYS,
    InventoryHost,
    Uri,
    hosts,
)

# What connect takes.
_CONNECTION = (
    "tls",
    "validate_certs",
    "tls_hostname",
    "ca_path",
    "client_cert",
    "client_key",
    "api_version",
    "timeout",
    "use_ssh_client",
)
_PORT = 2375
_PORT_WITH_TLS = 2376


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The plugin, as Ansible loads it."""

    NAME = "flotilla.swarm.swarm"

    def verify_file(self, path: str) -> bool:
        """Whether a file is a configuration of this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("swarm.yml", "swarm.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Add the nodes to the inventory.

        Raises:
            AnsibleParserError: no manager answered, or an option cannot work.
        """
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        raws = self._cached_nodes(path, cache)
        for group in ALWAYS:
            self.inventory.add_group(group)
        for host in hosts(raws, self.get_option("hostnames"), self.get_option("verbose_output"), self._uri()):
            variables = wrap_var({**host.raw, **host.variables})
            if self._is_wanted(variables):
                self._add(host, variables)

    def _cached_nodes(self, path: str, may_use_cache: bool) -> list[dict[str, t.Any]]:
        """The nodes, from the cache where the user has one and it is not asked to be refreshed."""
        if not self.get_option("cache"):
            return self._nodes()
        self.load_cache_plugin()
        key = self.get_cache_key(path)
        if may_use_cache and key in self._cache:
            return t.cast("list[dict[str, t.Any]]", self._cache[key])
        found = self._nodes()
        self._cache[key] = found
        return found

    def _nodes(self) -> list[dict[str, t.Any]]:
        """``/nodes`` of the first manager that answers."""
        options = {name: self.get_option(name) for name in _CONNECTION}
        failures = []
        for docker_host in self.get_option("docker_host"):
            try:
                client = connect({**options, "docker_host": docker_host})
                return t.cast("list[dict[str, t.Any]]", client.get("/nodes"))
            except FlotillaError as error:
                failures.append(f"{docker_host}: {error}")
        raise AnsibleParserError(f"No manager of the swarm answered. {' '.join(failures)}")

    def _uri(self) -> Uri | None:
        if not self.get_option("include_host_uri"):
            return None
        usual = _PORT_WITH_TLS if self.get_option("tls") or self.get_option("validate_certs") else _PORT
        return Uri(self.get_option("include_host_uri_port") or usual)

    def _is_wanted(self, variables: dict[str, t.Any]) -> bool:
        """Whether the filters let a node through."""
        for one in self.get_option("filters"):
            if len(one) != 1 or next(iter(one)) not in ("include", "exclude"):
                raise AnsibleParserError(
                    "Each of the filters has either include or exclude, and nothing else."
                )
            [(word, condition)] = one.items()
            if condition is True or (
                condition is not False and boolean(self._compose(condition, variables), strict=False)
            ):
                return bool(word == "include")
        return True

    def _add(self, host: InventoryHost, variables: dict[str, t.Any]) -> None:
        self.inventory.add_host(host.name)
        for group in host.groups:
            safe = self._sanitize_group_name(group)
            self.inventory.add_group(safe)
            self.inventory.add_child(safe, host.name)
        for name, value in host.variables.items():
            self.inventory.set_variable(host.name, name, wrap_var(value))
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)
