# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from ansible_collections.flotilla.swarm.plugins.action.swarm_stack import ActionModule

Result = dict[str, t.Any]
WEB = {
    "services": {"web": {"image": "tiny:1", "secrets": ["key"]}},
    "secrets": {"key": {"environment": "KEY"}},
}


class Played(t.NamedTuple):
    result: Result
    calls: list[Result]
    commands: list[str]


def play(args: Result, here: Path | None = None, there: dict[str, str] | None = None) -> Played:
    """Run the action with files on the control node, below a folder, or on the host, by path."""
    task = SimpleNamespace(
        args={"name": "shop", **args},
        check_mode=True,
        async_val=0,
        diff=False,
        action="swarm_stack",
        collections=[],
        get_search_path=list,
    )
    action = ActionModule(
        task=task,
        connection=mock.MagicMock(has_native_async=False),
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(get_real_file=lambda path: path, get_basedir=lambda: str(here or "/nowhere")),
        templar=mock.MagicMock(),
        shared_loader_obj=mock.MagicMock(),
    )
    calls: list[Result] = []
    commands: list[str] = []

    def execute(module_args: Result, **how: t.Any) -> Result:
        calls.append(module_args)
        return {"changed": False, "invocation": {"module_args": dict(module_args)}, "warnings": ["theirs"]}

    def command(line: str) -> Result:
        commands.append(line)
        path = re.findall(r"exec < (\S+)", line)[0]
        # As a host would run it, with files of its own.
        for known, text in (there or {}).items():
            with open(f"{folder}/{known.replace('/', '_')}", "w", encoding="utf-8") as file:
                file.write(text)
        line = line.replace(path, f"{folder}/{path.replace('/', '_')}" if path.startswith("/srv") else path)
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
        return {"rc": done.returncode, "stdout": done.stdout, "stderr": done.stderr}

    folder = tempfile.mkdtemp()
    action._execute_module = execute
    action._low_level_execute_command = command
    action._remote_expand_user = lambda path: path.replace("~", "/root")
    try:
        return Played(action.run(None, {"inventory_hostname": "m1"}), calls, commands)
    finally:
        shutil.rmtree(folder)


def test_what_is_declared_and_what_may_not_be_seen_travel_apart() -> None:
    played = play({"compose": [WEB], "variables": {"KEY": "s3cret"}, "remote_src": False, "prune": True})
    [given] = played.calls
    assert sorted(given) == ["_declared", "_declared_data", "name", "prune"]
    assert given["_declared_data"] == {"secrets/shop_key": base64.b64encode(b"s3cret").decode()}
    assert "s3cret" not in str(given["_declared"])
    [service] = given["_declared"]["services"]
    assert (service["name"], service["image"]) == ("shop_web", "tiny:1")
    assert sorted(played.result["invocation"]["module_args"]) == ["name", "prune"]
    assert played.result["warnings"] == ["theirs"]


def test_files_on_the_control_node(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text("services: {web: {image: 'tiny:${TAG}'}}\n")
    (tmp_path / "vars.env").write_text("TAG=7\n")
    played = play({"compose": "web.yml", "env_files": ["vars.env"], "remote_src": "no"}, here=tmp_path)
    assert played.calls[0]["_declared"]["services"][0]["image"] == "tiny:7"
    assert played.commands == []


def test_files_on_the_host_and_secrets_that_stay_there() -> None:
    there = {
        "/srv/web.yml": (
            "services: {web: {image: 'tiny:1', secrets: [key], volumes: ['./data:/data']}}\n"
            "secrets: {key: {file: ./key}}\n"
        )
    }
    played = play({"compose": ["/srv/web.yml"]}, there=there)
    [given] = played.calls
    assert given["_declared"]["secrets"][0]["data_src"] == "/srv/key"
    assert given["_declared_data"] == {}
    assert len(played.commands) == 1
    [mount] = given["_declared"]["services"][0]["mounts"]
    assert mount["source"] == "/srv/data"


def test_several_stacks_are_read_each_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text("services: {web: {image: 'tiny:${TAG}'}}\n")
    there = {"/srv/web.yml": "services: {web: {image: 'tiny:1', build: .}}\n"}
    stacks = [
        {"name": "shop", "compose": "web.yml", "remote_src": False, "variables": {"TAG": 7}},
        {"name": "blog", "compose": ["/srv/web.yml"]},
        {"name": "old", "state": "absent"},
    ]
    played = play({"name": None, "stacks": stacks}, tmp_path, there)
    shop, blog, old = played.calls[0]["stacks"]
    assert shop["_declared"]["services"][0]["image"] == "tiny:7"
    assert "variables" not in shop
    assert blog["_declared"]["services"][0]["name"] == "blog_web"
    assert old == {"name": "old", "state": "absent"}
    assert [sorted(one) for one in played.result["invocation"]["module_args"]["stacks"]] == [
        ["name"],
        ["name"],
        ["name", "state"],
    ]
    [warning, _theirs] = played.result["warnings"]
    assert warning.startswith("blog: /srv/web.yml: services.web.build has no effect")


def test_the_stack_that_cannot_be_read_is_named() -> None:
    stacks = [{"name": "shop", "compose": [WEB]}, {"name": "blog", "compose": 7}]
    assert play({"name": None, "stacks": stacks[1:]}).result["msg"].startswith("blog: compose is not a list.")
    unnamed = play({"name": None, "stacks": [{"compose": 7}]})
    assert unnamed.result["msg"].startswith("stacks[0]: compose is not a list.")
    assert play({"name": None, "stacks": ["text"]}).calls == [{"name": None, "stacks": ["text"]}]


def test_what_cannot_be_read_fails_and_nothing_is_sent(tmp_path: Path) -> None:
    for args, told in (
        ({"compose": ["web.yml"], "remote_src": False}, "web.yml is not on the control node"),
        ({"compose": ["web.yml"]}, "web.yml is not an absolute path on the host"),
        ({"compose": ["/web.yml"]}, "could not be read: no such file (on the host)"),
        ({"compose": 7}, "compose is not a list"),
        (
            {"compose": ["/web.yml"], "remote_src": "perhaps"},
            "remote_src is 'perhaps', neither true nor false.",
        ),
        ({"compose": [WEB], "remote_src": False, "variables": "KEY"}, "variables is not a dictionary"),
        (
            {"compose": [{"services": {"web": {"image": "tiny:1", "deploy": {"endpoint_mode": "x"}}}}]},
            "endpoint_mode",
        ),
    ):
        played = play(args, here=tmp_path)
        assert played.result["failed"] is True
        assert told in played.result["msg"]
        assert played.result["msg"].endswith("Nothing was sent.")
        assert played.calls == []


def test_a_removal_reads_nothing() -> None:
    played = play({"state": "absent", "compose": ["/gone.yml"]})
    assert played.commands == []
    assert played.calls == [{"name": "shop", "state": "absent"}]
