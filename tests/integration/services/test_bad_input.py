# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One bad input of each kind on real Engines, and the largest good ones; the unit tests try all of them on all options."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, call
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import ENGINES, Swarm

Raw = dict[str, t.Any]


def bad_calls(image: str) -> dict[str, Call]:
    """A call of each kind by what its message has to say."""
    base: Raw = {"name": "bad", "image": f"{image}:1", "replicas": 0, "wait": False}

    def service(**more: t.Any) -> Call:
        return call("m1", "swarm_service", **{**base, **more})

    def network(**entry: t.Any) -> Call:
        return call("m1", "swarm_network", name="bad", ipam_config=[entry])

    entry = {name: value for name, value in base.items() if name != "wait"}
    twins = [{**entry, "name": name} for name in ("a", "A")]
    return {
        "name is empty": service(name=""),
        "services[1].name is empty": call("m1", "swarm_service", services=[entry, {"name": ""}]),
        "a and A differ in upper and lower case only": call("m1", "swarm_service", services=twins),
        "image: '": service(image=f"{image}:"),
        "publish[0] is '5304:http', not a port like 80": service(publish=["5304:http"]),
        "set mode to host": service(
            endpoint_mode="dnsrr", publish=[{"target_port": 80, "published_port": 8899}]
        ),
        "replicas: ": service(replicas=10**18),
        "entry 'A' holds the control character U+0000": service(env={"A": "a\0b"}),
        "cap_add: 'FLY'": service(cap_add=["FLY"]),
        "stop_signal: 'SIGFOO'": service(stop_signal="SIGFOO"),
        "working_dir: 'srv'": service(working_dir="srv"),
        "dns: entry 1: 'notip'": service(dns=["notip"]),
        "host 'h': 'not-an-ip'": service(hosts={"h": "not-an-ip"}),
        "update_config.delay: '-5s'": service(update_config={"delay": "-5s"}),
        "limits.memory: 4096 bytes": service(limits={"memory": "4K"}),
        "wait_timeout: -1": service(wait_timeout=-1),
        "subnet 127.0.0.0/8 is of the loopback": network(subnet="127.0.0.0/8"),
        "has 2 addresses, too few": network(subnet="10.77.0.0/31"),
        "is an end of subnet": network(subnet="10.77.0.0/24", gateway="10.77.0.255"),
        "versions_to_keep: -5": call("m1", "swarm_secret", name="bad", data="x", versions_to_keep=-5),
        "is in labels and in labels_to_remove": call(
            "m1", "swarm_node", hostname="m1", labels={"a": "1"}, labels_to_remove=["a"]
        ),
    }


def test_a_bad_input_of_each_kind_is_one_sentence_and_nothing_is_sent(swarm: Swarm) -> None:
    calls = bad_calls(swarm.image)
    writes = swarm.writes()
    for words, result in zip(calls, swarm.stage.run(*calls.values()), strict=True):
        assert result["failed"], words
        assert words in result["msg"], result["msg"]
        assert "Module failed" not in result["msg"]
        assert "\n" not in result["msg"]
    assert writes.seen() == []


def test_a_stack_is_refused_before_its_network_is_made(swarm: Swarm) -> None:
    inline = {"services": {"a": {"image": f"{swarm.image}:1"}, "b": {"image": f"{swarm.image}:"}}}
    writes = swarm.writes()
    done = swarm.stage.one("m1", "swarm_stack", name="half", compose=[inline])
    assert "services.b.image" in done["msg"], done["msg"]
    assert "the tag behind the colon is empty" in done["msg"]
    assert writes.seen() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_the_largest_good_values_are_taken_and_are_no_change_in_the_second_run(
    swarm: Swarm, engine: str
) -> None:
    host = ENGINES[engine]
    edges: Raw = {
        "name": "n" * 63,
        "image": f"{swarm.image}:1",
        "replicas": 0,
        "wait": False,
        "env": {"LONG": "x" * (128 * 1024 - 1 - len("LONG=")), "LINES": "a\nb\tc"},
        "hostname": "h" * 64,
        "limits": {"cpus": 8192, "memory": "6M", "pids": 2**22},
        "reservations": {"cpus": 0.001, "memory": "4M"},
        "stop_grace_period": "2562047h",
        "healthcheck": {"test": "true", "interval": "1ms"},
        "update_config": {"monitor": "0s"},
        "rollback_config": {"monitor": 0},
        "stop_signal": "SIGRTMIN+15",
        "cap_add": ["ALL"],
        "working_dir": "/" + "d" * 200,
        "publish": [{"target_port": 65535, "mode": "host"}],
        "endpoint_mode": "dnsrr",
    }
    made, again = swarm.deploy(edges, edges, host=host)
    assert not made["failed"], made["msg"]
    assert (again["failed"], again["changed"], again["changes"]) == (False, False, []), again
    wrong = swarm.one(host, **{**edges, "name": "N" * 63})
    assert "differ only in case" in wrong["msg"], wrong["msg"]
    assert "already exists" in swarm.sh(
        f"docker service create -d -q --name {'N' * 63} {swarm.image}:1 2>&1", host, check=False
    )
