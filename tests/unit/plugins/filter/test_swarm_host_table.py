# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.filter.swarm_credentials import swarm_credentials
from ansible_collections.flotilla.swarm.plugins.filter.swarm_host_table import swarm_host_table


def test_each_host_has_a_row_or_a_sentence() -> None:
    row = {"IMAGES": "1, 2.0 MB", "FREED": "2.0 MB"}
    hostvars = {
        "m1": {"it": {"row": row, "problem": None}},
        "w1": {"it": {"row": row, "failed": True, "msg": "web:1 was not pulled."}},
        "w2": {"it": {"skipped": True}},
        "w3": {},
        "w4": {"it": {"unreachable": True, "msg": "no route"}},
    }
    assert swarm_host_table(list(hostvars), hostvars, "it", "is elsewhere.") == [
        "HOST  IMAGES     FREED",
        "m1    1, 2.0 MB  2.0 MB",
        "w1    1, 2.0 MB  2.0 MB",
        "w1: web:1 was not pulled.",
        "w2: is elsewhere.",
        "w3: was not reached.",
        "w4: was not reached.",
    ]
    assert swarm_host_table(["w2"], hostvars, "it") == []


def test_credentials_of_a_service_are_for_the_registry_of_its_image() -> None:
    auth = {"username": "u", "password": "p"}
    services = [
        {"name": "web", "image": "r.example:5000/web:1", "registry_auth": auth},
        {"name": "api", "image": "r.example:5000/api:1", "registry_auth": auth},
        {"name": "db", "image": "postgres:17"},
    ]
    stacks = [{"name": "shop", "registry_auth": [{**auth, "server": "other.example"}]}]
    assert swarm_credentials(services, stacks) == [
        {**auth, "server": "r.example:5000"},
        {**auth, "server": "other.example"},
    ]
