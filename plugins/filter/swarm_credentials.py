# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials for registries among declared services and stacks."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._service.registry import server_of

DOCUMENTATION = r"""
name: swarm_credentials
short_description: The credentials for registries among declared services and stacks
description:
  - Collects C(registry_auth) of all of them for O(flotilla.swarm.swarm_pull#module:registry_auth). One of a service is for the
    registry of its image.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: stacks
options:
  _input:
    description: The services, in the form of O(flotilla.swarm.swarm_deploy#module:services).
    type: list
    elements: dict
    required: true
  stacks:
    description: The stacks, in the form of O(flotilla.swarm.swarm_deploy#module:stacks).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Pull an image with the credentials of the services
  flotilla.swarm.swarm_pull:
    images: ["registry.example.com/web:2"]
    registry_auth: "{{ swarm_services | flotilla.swarm.swarm_credentials(swarm_stacks) }}"
"""

RETURN = r"""
_value:
  description: The credentials.
  type: list
  elements: dict
"""

Declared = t.Mapping[str, t.Any]


def swarm_credentials(
    services: list[Declared], stacks: list[Declared] | None = None
) -> list[dict[str, t.Any]]:
    """See DOCUMENTATION."""
    found = [
        {"server": server_of(str(one.get("image") or "")), **one["registry_auth"]}
        for one in services
        if one.get("registry_auth")
    ]
    found += [dict(auth) for one in stacks or [] for auth in one.get("registry_auth") or []]
    return [one for at, one in enumerate(found) if one not in found[:at]]


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_credentials": swarm_credentials}
