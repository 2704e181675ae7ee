# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which stacks are refused by whom, and with which words. Pure."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.tests.integration.stacks.cases import NEW, OLD

Words = dict[str, dict[str, str]]


def _both(words: str) -> dict[str, str]:
    return {OLD: words, NEW: words}


# By the command line of an Engine.
BY_COMMAND_LINE: Words = {
    "bad-dollar": _both("invalid interpolation format for services.web.command"),
    "bad-duration": _both("services.web.stop_grace_period must be a string"),
    "bad-external": _both('network "shape-missing" is declared as external, but could not be found'),
    "bad-key": _both("Additional property enviroment is not allowed"),
    "bad-name": _both("name must be valid as a DNS name component"),
    "bad-network": _both('undefined network "nowhere"'),
    "bad-port": _both("Invalid containerPort: http"),
    "bad-required": _both("required variable NOWHERE is missing a value"),
    "bad-secret": _both('undefined secret "nowhere"'),
    "bad-volume": _both('undefined volume "nowhere"'),
    "jobs": {OLD: "Unknown mode"},
    "jobs-all": {OLD: "Unknown mode"},
    "newest": {OLD: "unsupported Compose file version"},
    "own-compose-ports": _both("published must be a integer"),
    "own-conditions": _both("depends_on must be a list"),
    "own-content": _both("is not allowed"),
    "own-extends": _both("Support for `extends` is not implemented"),
    "own-external": _both("conflicting parameters"),
    "own-gateway": _both("is not allowed"),
    "own-groups": _both("is not allowed"),
    "own-harmless": _both("depends_on must be a list"),
    "own-include": _both("Additional property include is not allowed"),
    "own-kinds": _both("must be a"),
    "own-limits": _both("Set resource limits using deploy.resources"),
    "own-meaningful": _both("volumes_from: To share a volume"),
    "own-mount-keys": _both("tmpfs.size must be a integer"),
    "own-nested-default": _both("invalid interpolation format"),
    "own-old-version": _both("unsupported Compose file version: 2.4"),
    "own-platform": _both("is not allowed"),
    "own-profiles": _both("Additional property profiles is not allowed"),
    # Of several such keys, whichever it meets first.
    "own-words": _both("on-string key in services.web.environment: "),
    "several": {OLD: "duplicate mount point: /settings"},
}
# By the module; "without options" where the task can say that the stack is deployed nevertheless.
BY_MODULE: Words = {
    "bad-dollar": _both("services.web.command has a $ that begins no variable"),
    "bad-duration": _both("stop_grace_period is 10, a duration without a unit"),
    "bad-external": _both("there is no network shape-missing on the swarm"),
    "bad-key": _both("services.web.enviroment is not a key of Compose; did you mean environment?"),
    "bad-name": _both("networks.net has the name 'a.b' on the swarm"),
    "bad-network": _both("names the network nowhere, which the top-level networks do not define"),
    "bad-port": _both("services.web.ports[0] is '80:http', not a port"),
    "bad-required": _both("services.web.image needs the variable NOWHERE: set the version"),
    "bad-secret": _both("names the secret nowhere, which the top-level secrets do not define"),
    "bad-volume": _both("names the volume nowhere, which the top-level volumes do not define"),
    "circle": {"without options": "goes in a circle"},
    "dangerous": {
        "without options": "leave the keys out with ignore_unsupported: [host_ip, privileged, userns_mode]"
    },
    "meaningful": {"without options": "network_mode"},
    "newest": {OLD: "healthcheck.start_interval needs API 1.44"},
    "node-aliases": {"without options": "the network of a node has no aliases"},
    "open-ports": {"without options": "Swarm publishes a port on all addresses of a node"},
    "own-meaningful": {"without options": "cpu_shares"},
    "own-security": {OLD: "privileges.no_new_privileges needs API 1.44"},
    "static-addresses": {"without options": "ipv4_address"},
    "unencrypted": {"without options": "an Engine encrypts the network whatever the value is"},
}
# By docker compose config.
BY_COMPOSE: dict[str, str] = {
    "circle": "dependency cycle detected",
    "own-external": 'conflicting parameters "external" and "driver"',
    # It names one of several, in random order.
    "own-harmless": "services.web Additional property",
    "own-kinds": "reservations.memory must be a string",
    "own-meaningful": "Additional property",
    "repeated": "already defined",
    "without-effect": "healthcheck.test must start either by",
}
# What docker compose config makes of these is another stack.
SPOILT_BY_COMPOSE: dict[str, str] = {
    "commented": "it takes a comment for words",
    "home": "it leaves out the slash at the end of a path",
    "spellings": "it writes a date and a time of YAML in another form",
    "volumes-short": "it leaves out the slash at the end of a path",
    "windows": "it leaves out a config that only credential_spec names",
}
