# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look as a program sent to the host: the same result as the module's, which stands in where that does not work."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage

LOOK = "flotilla.swarm.swarm_host_info"
# A host's environment is for the module to read, so this brings the module about without changing the result.
BY_MODULE = {"environment": {"DOCKER_TIMEOUT": "60"}}


def look(host: str, **keywords: t.Any) -> Call:
    return Call(host, LOOK, {}, keywords)


def test_program_and_module_see_the_same(cluster: Stage) -> None:
    """V1, N1: on a manager and on a worker, as root and as a user who may not use the Engine, in check mode too."""
    for host in ("m1", "w1"):
        program, module, check = cluster.run(look(host), look(host, **BY_MODULE), look(host, check_mode=True))
        for result in (program, module, check):
            # The Engine tells its managers in another order each time.
            result["host"]["swarm"]["remote_managers"].sort(key=lambda manager: str(manager["id"]))
        assert program["changed"] is False
        assert program["host"]["swarm"]["state"] == ("manager" if host == "m1" else "worker")
        assert program["host"] == module["host"] == check["host"]


@pytest.mark.parametrize(
    ("keywords", "by_module"),
    [
        ({}, False),
        ({"vars": {"ansible_python_interpreter": "auto_silent"}}, False),
        ({"vars": {"ansible_pipelining": False}}, False),
        ({"become": True, "become_user": "nobody", "ignore_errors": True}, False),
        (BY_MODULE, True),
        ({"async": 60, "poll": 1}, True),
        ({"vars": {"ansible_python_interpreter": "/usr/bin/none"}, "ignore_errors": True}, True),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_unusual_is_done_by_the_module(
    stage: Stage, keywords: dict[str, t.Any], by_module: bool
) -> None:
    """V1: nobody sees a traceback in either way."""
    book = [{"hosts": "w1", "gather_facts": False, "tasks": [{LOOK: {}, **keywords}]}]
    done = stage.play("look.json", book, "-vvv")
    assert done.status == 0, done.text
    assert ("Using module file" in done.text) is by_module, done.text
    assert ("Done by the module, since " in done.text) is by_module
    assert "Traceback" not in done.text
