# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may hold a secret is marked once, in its row or argument, and Ansible hides it on the module's way, too.

That no marked value is seen is proven on real hosts: ``tests/integration/modules/test_leaks.py``.
"""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import NETWORK
from ansible_collections.flotilla.swarm.plugins.module_utils._node.options import NODE
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import (
    all_arguments,
    for_ansible,
    given_arguments,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import Table, argument_spec
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import table
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import SWARM
from ansible_collections.flotilla.swarm.tests.unit.support import canaries
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CASES
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module

Raw = dict[str, t.Any]
TABLES = {
    "network": NETWORK,
    "node": NODE,
    "secret": SECRET.table,
    "config": CONFIG.table,
    "service": table(),
    "swarm": SWARM,
}
LOOKS_SECRET = re.compile(
    r"pass|secret|token|key|credential|auth|data|env|variable|options|compose", re.IGNORECASE
)
# What looks like a secret by its name, and why it is none.
HARMLESS = {
    # Names, paths and hosts.
    *("client_key", "data_src", "env_files", "secrets", "secret_name", "secret_id", "registry_auth.username"),
    *("registry_auth.server", "credential_spec", "data_path_addr", "data_root"),
    # Settings of resolv.conf and tmpfs.
    *("dns_options", "tmpfs_options"),
    # How something else is done.
    *("data_is_b64", "with_registry_auth", "show_data"),
}


def leaves(arguments: Raw, within: str = "") -> t.Iterator[tuple[str, Raw]]:
    """Every option that has a value of its own, with the name of the option it is a part of."""
    for name, argument in arguments.items():
        if argument.get("options"):
            yield from leaves(argument["options"], name)
        else:
            yield (f"{within}.{name}" if within == "registry_auth" else name), argument


def of_users(arguments: Raw) -> t.Iterator[Raw]:
    """All arguments and the parts of them that a task can give; an action hands on others."""
    for name, argument in arguments.items():
        if not name.startswith("_"):
            yield argument
            yield from of_users(argument.get("options") or {})


@pytest.mark.parametrize("of", TABLES.values(), ids=TABLES)
def test_a_hidden_row_is_no_log_for_ansible(of: Table) -> None:
    made = for_ansible(argument_spec(of))
    for row in (row for row in of if row.hidden):
        group, _dot, name = row.name.rpartition(".")
        argument = (made[group]["options"] if group else made)[name]
        assert any(one.get("no_log") for one in all_arguments({name: argument})), row.name


@pytest.mark.parametrize(
    "module", sorted(set(CASES) - {"swarm_plan", "swarm_report", "swarm_show"}), indirect=True
)
def test_an_option_that_looks_like_a_secret_is_marked(module: Module) -> None:
    """A new one has to be marked, which brings it into the test of leaks, or to be named above."""
    module.refuses(no_such_option=1)
    found = {
        name
        for name, argument in leaves(module.ended.argument_spec)
        if LOOKS_SECRET.search(name.rpartition(".")[2])
        and argument.get("type") not in ("bool", "int")
        and not argument.get("no_log")
        and not name.startswith("_")
    }
    assert found - HARMLESS == set()


# The key of swarm_backup is looked for by tests/integration/operations/test_backup.py, since each call stops an Engine.
@pytest.mark.parametrize(
    "module", sorted(set(CASES) - {"swarm_plan", "swarm_report", "swarm_show", "swarm_backup"}), indirect=True
)
def test_an_option_that_may_hold_a_secret_is_tried_on_hosts(module: Module) -> None:
    """Of one object, and in the list of many; a private option has what the action read from the others."""
    module.refuses(no_such_option=1)
    spec = module.ended._arguments
    tasks = [*canaries.right("tiny:1"), *canaries.right("tiny:1", many=True)]
    tried = [
        argument
        for task in tasks
        if task.module == module.name
        for holder, name, argument in given_arguments(spec, task.options)
        if canaries.has(holder[name])
    ]
    missing = {
        name
        for name, argument in spec.items()
        for inner in of_users({name: argument})
        if (inner.get("no_log") or inner.get("hidden")) and not any(inner is one for one in tried)
    }
    assert missing == set()


def test_what_the_playbook_deploys_has_the_same_secrets() -> None:
    declared = canaries.inventory("tiny:1")
    assert {name for name, value in declared.items() if canaries.has(value)} == set(declared)
    assert set(declared) == {"swarm_stacks", *(f"swarm_{many}" for many in canaries.MANY.values())}
