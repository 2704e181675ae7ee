# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look as a program sent to the host: the same result as the module's, which stands in where that does not work."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage, call

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
    assert ("The module does it, since " in done.text) is by_module
    assert "Traceback" not in done.text


def test_programs_and_modules_do_the_same(cluster: Stage) -> None:
    """S1, C1, W1, K1: what one has made is as declared for the other, and both return the same."""
    image = f"{cluster.lab.registry}/tiny:1"
    service = {"name": "web", "image": image, "command": "sleep 9999", "networks": ["net"], "env": {"A": "1"}}
    stack = {"services": {"web": {"image": image, "environment": {"A": "1"}}}}
    parts: list[tuple[str, dict[str, t.Any]]] = [
        ("swarm_network", {"networks": [{"name": "net", "attachable": True}]}),
        ("swarm_secret", {"name": "key", "data": "what-nobody-may-see"}),
        ("swarm_config", {"configs": [{"name": "conf", "data": "text"}]}),
        ("swarm_service", {**service, "secrets": [{"secret_name": "key"}]}),
        ("swarm_stack", {"name": "shop", "compose": [stack], "wait": False}),
    ]
    ways = [
        ("m1", {"check_mode": True}),
        ("m1", {"check_mode": True, **BY_MODULE}),
        ("m1", {}),
        ("m2", BY_MODULE),
        ("m2", {}),
    ]
    calls = [Call(host, f"flotilla.swarm.{name}", args, how) for name, args in parts for host, how in ways]
    gone = [
        call("m1", name, name=wanted, state="absent")
        for name, wanted in zip(
            ("swarm_stack", "swarm_service", "swarm_secret", "swarm_config", "swarm_network"),
            ("shop", "web", "key", "conf", "net"),
            strict=True,
        )
    ]
    results = cluster.run(*calls, *gone)
    assert "what-nobody-may-see" not in str(results)
    assert [one["msg"] for one in results if one["failed"]] == []
    for at, (name, _args) in enumerate(parts):
        checked, also, made, again, once_more = results[5 * at : 5 * at + 5]
        assert (made["changed"], again["changed"], once_more["changed"]) == (True, False, False), name
        assert made["actions"] == checked["actions"], name
        assert without_ways(checked) == without_ways(also), name
        assert without_ways(again) == without_ways(once_more), name


def test_files_without_an_end_are_refused_by_both_at_once(cluster: Stage) -> None:
    """C1, V1: devices, pipes, folders, large files and those of the kernel, on a host; the run ends and sends nothing."""
    cluster.sh("m1", "mkfifo -m 600 /root/pipe; truncate -s 10M /root/large; mkfifo -m 600 /root/pipe.env")
    reasons = {
        "/dev/zero": "is a device, not a regular file",
        "/root/pipe": "is a pipe, not a regular file",
        "/root": "is a directory, not a regular file",
        "/root/large": "has more than 511999 bytes, the most that is read",
        "/proc/self/mem": "could not be read: Input/output error",
    }
    stacks = {
        "/dev/zero": "could not be read: it is no regular file (on the host)",
        "/root/pipe": "could not be read: it is no regular file (on the host)",
        "/root/large": "has more than 1048576 bytes, the most that is read (on the host)",
    }
    ways: list[dict[str, t.Any]] = [{}, BY_MODULE]
    calls = [
        Call("m1", "flotilla.swarm.swarm_secret", {"name": "key", "data_src": path}, how)
        for how in ways
        for path in reasons
    ]
    calls += [call("m1", "swarm_stack", name="shop", compose=[path]) for path in stacks]
    calls += [call("m1", "swarm_service", name="web", image="tiny:1", env_files=["/root/pipe.env"])]
    try:
        writes = cluster.writes()
        results = cluster.run(*calls)
        assert writes.seen() == []
    finally:
        cluster.sh("m1", "rm -f /root/pipe /root/large /root/pipe.env")
    said = [result["msg"] for result in results]
    expected = [
        f"key: the file {path} of data_src on this host {why}. Nothing was sent."
        for path, why in reasons.items()
    ]
    assert said[: 2 * len(reasons)] == 2 * expected
    for message, (path, why) in zip(said[2 * len(reasons) :], stacks.items(), strict=False):
        assert message == f"the stack's files: {path} {why}. Nothing was sent."
    assert said[-1] == "web: the file /root/pipe.env of env_files on this host is a pipe, not a regular file."


def test_an_engine_that_stands_still_is_said_by_both_in_time(cluster: Stage) -> None:
    """V1: it takes the connection and says nothing."""
    engine = "$(pidof dockerd)"
    calls = [
        Call("w1", f"flotilla.swarm.{name}", {"timeout": 3, **args}, how)
        for name, args in (("swarm_info", {}), ("swarm_node", {"hostname": "w1"}))
        for how in ({}, {"environment": {"DOCKER_TIMEOUT": "3"}})
    ]
    cluster.sh("w1", f"kill -STOP {engine}")
    try:
        results = cluster.run(*calls)
    finally:
        cluster.sh("w1", f"kill -CONT {engine}")
    sentence = (
        "The Engine at unix:///var/run/docker.sock did not answer within 3 s; see in its log whether it stands still "
        "(journalctl -u docker on its host), or raise timeout."
    )
    assert [one["msg"] for one in results] == [sentence] * len(calls)


def without_ways(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """A result without the connection options, of which a module knows more, and without the times of waiting."""
    given = result["invocation"]["module_args"]
    ways = ("ca_path", "client_cert", "client_key", "tls", "tls_hostname", "use_ssh_client", "validate_certs")
    shown = {name: value for name, value in given.items() if name not in ways}
    return {**{name: value for name, value in result.items() if name != "rollouts"}, "invocation": shown}
