# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that no variable of a role can have, refused before a host is touched. PRIVATE to the collection. Pure.

A role hands its variables to modules, which check them too; by then Engines are installed and firewalls are open.
"""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._firewall.openings import check_member
from ...module_utils._host.options import DECLARED
from ...module_utils._options.driver_options import has_login
from ...module_utils._options.texts import check_options, wrong_value
from ...module_utils._options.value_types import SECONDS, between, lists
from ...module_utils._swarm import addresses
from .._engine.plan import PREFIX

Spec = dict[str, t.Any]


def _shown(address: str) -> None:
    """Refuse an address with a login: the tasks that write the repository show it, and everybody on the host reads its file."""
    if has_login(address):
        raise ValueError(
            "a login stands in the address, which every run would show: leave it out, and let the mirror admit the hosts by "
            "their addresses"
        )


_OURS: Spec = {
    "swarm_quorum_address": {"type": "str", "limits": addresses.host},
    "swarm_quorum_data_path_address": {"type": "str", "limits": addresses.host},
    "swarm_quorum_listen_port": {"type": "int", "limits": between(1, 65535, "it is a port")},
    "swarm_quorum_data_path_port": {"type": "int", "limits": addresses.data_path_port},
    "swarm_quorum_address_pools": {"type": "list", "elements": "str", "limits": lists(addresses.pool)},
    "swarm_quorum_subnet_size": {"type": "int", "limits": addresses.subnet_size},
    "swarm_quorum_size": {"type": "int", "limits": between(0, 10_000, "it is a number of managers")},
    "swarm_quorum_wait_timeout": SECONDS,
    "swarm_firewall_extra_members": {"type": "list", "elements": "str", "limits": lists(check_member)},
    "swarm_engine_repository_url": {"type": "str", "limits": _shown},
    # A label may be a small document, as those of proxies are.
    "swarm_labels_node": {"text": "lines"},
    # As the module has them that gets their values, so that it refuses nothing that the plan took.
    **{f"{PREFIX}{name}": argument for name, argument in DECLARED.items()},
}
_POOLS = ("swarm_quorum_address_pools", "swarm_quorum_subnet_size")


def limited(specs: Spec) -> Spec:
    """The argument specs of the roles' variables, with the texts and numbers that each may be.

    Args:
        specs: as the roles document them.
    """
    return {name: {**spec, **_OURS.get(name, {})} for name, spec in specs.items()}


def check_given(host: str, specs: Spec, variables: Spec) -> None:
    """Refuse what Ansible could not refuse well, before it checks the variables.

    Args:
        host: the host that has them.
        specs: see ``limited``.
        variables: as they were given.

    Raises:
        Refused: names the host and the variable.
    """
    problem = wrong_value(specs, variables)
    if problem:
        raise Refused(f"{host}: {problem}")


def check_limits(host: str, specs: Spec, variables: Spec) -> None:
    """Refuse texts, numbers, addresses and networks that a module would refuse later.

    Args:
        host: the host that has them.
        specs: see ``limited``.
        variables: as Ansible has checked them.

    Raises:
        Refused: names the host and the variable.
    """
    try:
        check_options(specs, variables)
        addresses.check_pools(variables[_POOLS[0]], variables[_POOLS[1]], _POOLS)
    except ValueError as error:
        raise Refused(f"{host}: {error}. Nothing was sent.") from None
    except Refused as refused:
        raise refused.prefixed(f"{host}: ") from None
