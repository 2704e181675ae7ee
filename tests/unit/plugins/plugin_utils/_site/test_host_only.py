# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Against Ansible's own inventory and variable plugins, since it is their behaviour that is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.host_only import own_names

INVENTORY = """
swarm:
  vars: {of_group: 1, of_both: 1}
  children:
    swarm_managers:
      hosts:
        m1: {on_line: 1, of_both: 2}
        m2:
"""


@pytest.fixture
def loader() -> DataLoader:
    init_plugin_loader([])
    return DataLoader()


def test_names_set_on_the_host_itself_are_told_from_those_of_its_groups(
    tmp_path: Path, loader: DataLoader
) -> None:
    source = tmp_path / "inventory.yml"
    source.write_text(INVENTORY)
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "m1.yml").write_text("in_file: 1\n")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "swarm.yml").write_text("in_group_file: 1\n")
    inventory = InventoryManager(loader, sources=[str(source)])
    hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
    own = {"on_line", "of_both", "in_file"}
    others = {"of_group", "in_group_file"}
    names = own_names(hostvars, "m1", loader)
    assert own <= names
    assert not others & names
    assert not own & own_names(hostvars, "m2", loader)
    assert others <= set(hostvars["m1"])


def test_without_an_inventory_to_ask_no_name_is_the_hosts_own() -> None:
    assert own_names({}, "m1", None) == frozenset()
