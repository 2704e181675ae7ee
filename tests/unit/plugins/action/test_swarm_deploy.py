# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.flotilla.swarm.plugins.action.swarm_deploy import ActionModule

Result = dict[str, t.Any]


def play(args: Result, here: Path, error: Exception | None = None) -> tuple[Result, list[Result]]:
    """Run the action by the module, with files in the inventory's folder."""
    task = SimpleNamespace(
        args=args,
        check_mode=True,
        async_val=0,
        diff=False,
        action="swarm_deploy",
        collections=[],
        get_search_path=list,
    )
    action = ActionModule(
        task=task,
        connection=mock.MagicMock(has_native_async=False),
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(get_basedir=lambda: "/nowhere"),
        templar=mock.MagicMock(),
        shared_loader_obj=mock.MagicMock(),
    )
    calls: list[Result] = []

    def execute(module_args: Result, **_how: t.Any) -> Result:
        calls.append(module_args)
        if error:
            raise error
        return {"changed": False, "invocation": {"module_args": dict(module_args)}}

    action._execute_module = execute
    return action.run(None, {"inventory_hostname": "m1", "inventory_dir": str(here)}), calls


def test_stacks_are_read_and_what_may_not_be_seen_travels_apart(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text(
        "services: {web: {image: 'tiny:1', secrets: [key]}}\nsecrets: {key: {environment: KEY}}\n"
    )
    stack = {"name": "shop", "compose": "web.yml", "remote_src": False, "variables": {"KEY": "s3cret"}}
    result, [given] = play({"services": [{"name": "db"}], "stacks": [stack]}, tmp_path)
    assert given["services"] == [{"name": "db"}]
    [entry] = given["stacks"]
    assert sorted(entry) == ["_declared", "_declared_data", "name"]
    assert result["invocation"]["module_args"] == {"services": [{"name": "db"}], "stacks": [{"name": "shop"}]}


def test_a_stack_that_cannot_be_read_is_named_and_nothing_is_sent(tmp_path: Path) -> None:
    stack = {"name": "shop", "compose": "web.yml", "remote_src": False}
    result, calls = play({"stacks": [stack]}, tmp_path)
    assert result["msg"].startswith("shop: web.yml is not on the control node: it is in none of ")
    assert (result["failed"], calls) == (True, [])


def test_what_is_no_list_of_stacks_is_left_to_the_module(tmp_path: Path) -> None:
    for stacks in (None, 5, "text", ["text"]):
        assert play({"stacks": stacks}, tmp_path)[1] == [{"stacks": stacks}]


ALL: Result = {
    "networks": [{"name": "net"}],
    "secrets": [{"name": "key"}],
    "services": [{"name": "db"}, {"name": "web"}],
    "stacks": [{"name": "shop", "compose": "web.yml", "remote_src": False}],
}


def test_only_what_is_named_is_deployed(tmp_path: Path) -> None:
    for only in ("web", ["web"], " web ,"):
        [given] = play({**ALL, "only": only}, tmp_path)[1]
        assert given["services"] == [{"name": "web"}]
        assert [given[kind] for kind in ("networks", "secrets", "configs", "stacks")] == [[], [], [], []]
    (tmp_path / "web.yml").write_text("services: {web: {image: 'tiny:1'}}")
    [given] = play({**ALL, "only": "shop"}, tmp_path)[1]
    assert ([entry["name"] for entry in given["stacks"]], given["services"]) == (["shop"], [])
    for nothing in ("", [], None):
        [given] = play({**ALL, "stacks": [], "only": nothing}, tmp_path)[1]
        assert (given["networks"], given["services"]) == (ALL["networks"], ALL["services"])


def test_a_name_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    result, calls = play({**ALL, "only": "web,lost,net"}, tmp_path)
    assert result["msg"].startswith("only names lost, net, which neither services nor stacks have; ")
    assert (result["failed"], calls) == (True, [])


def test_a_host_that_is_not_reached_leaves_the_work_to_another_one(tmp_path: Path) -> None:
    """Unless it may have done what is done at every call."""
    lost = AnsibleConnectionFailure("no route")
    web: Result = {"name": "web", "image": "tiny:1"}
    result, _calls = play({"services": [web], "defer": "yes"}, tmp_path, lost)
    assert result == {"changed": False, "deferred": "m1 was not reached."}
    for given in ({"services": [web]}, {"services": [{**web, "force_update": True}], "defer": True}):
        with pytest.raises(AnsibleConnectionFailure):
            play(given, tmp_path, lost)
