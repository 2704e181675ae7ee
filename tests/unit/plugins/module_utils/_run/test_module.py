# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError, Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_url import UrlTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._run import module


def params(**given: t.Any) -> dict[str, t.Any]:
    defaults = {name: spec.get("default") for name, spec in module.CONNECTION.items()}
    return {**defaults, **given}


def transport(**given: t.Any) -> UrlTransport:
    client = module.connect(params(**given))
    assert isinstance(client._transport, UrlTransport)
    return client._transport


def test_the_engine_is_looked_for_on_its_usual_socket() -> None:
    found = transport()
    assert found._socket == "/var/run/docker.sock"
    assert found.where == "unix:///var/run/docker.sock"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "http://m1:2376"),
        ({"tls": True}, "https://m1:2376"),
        ({"validate_certs": True}, "https://m1:2376"),
    ],
)
def test_tls_is_spoken_when_asked_for(given: dict[str, t.Any], base: str) -> None:
    assert transport(docker_host="tcp://m1:2376", **given)._base == base


def test_certificates_are_found_where_dockers_own_command_line_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "key.pem").touch()
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    options = transport(docker_host="tcp://m1:2376", tls=True, client_key="/mine.pem")._options
    assert options == {
        "validate_certs": False,
        "ca_path": str(tmp_path / "ca.pem"),
        "client_cert": None,
        "client_key": "/mine.pem",
    }
    monkeypatch.delenv("DOCKER_CERT_PATH")
    assert transport(docker_host="tcp://m1:2376", tls=True)._options["ca_path"] is None


@pytest.mark.parametrize(
    "docker_host", ["http://m1:2376", "m1:2376", "/var/run/docker.sock", "npipe:////./pipe"]
)
def test_a_road_nobody_knows_is_refused(docker_host: str) -> None:
    with pytest.raises(Refused) as refused:
        module.connect(params(docker_host=docker_host))
    assert str(refused.value) == (
        f"docker_host {docker_host!r} is none of unix:///path, tcp://host:port, ssh://user@host."
    )


def test_another_name_than_that_of_docker_host_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        module.connect(params(docker_host="tcp://10.0.0.1:2376", tls_hostname="m1"))
    assert str(refused.value) == (
        "tls_hostname 'm1' differs from the name in docker_host 'tcp://10.0.0.1:2376'; name the Engine in docker_host as its "
        "certificate does."
    )
    module.connect(params(docker_host="tcp://m1:2376", tls_hostname="m1"))


class Ended(Exception):
    """A module ended with this result."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[module.Work], dict[str, t.Any]]:
    """Runs some work as a module, and returns how it ended."""

    def end(_self: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
        raise Ended(result)

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", end)
    monkeypatch.setattr(
        basic.AnsibleModule, "fail_json", lambda self, **result: end(self, failed=True, **result)
    )
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {"name": "x", "docker_url": "tcp://m1:2375"}}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", arguments)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)

    def run(work: module.Work) -> dict[str, t.Any]:
        with pytest.raises(Ended) as result:
            module.run({"name": {"type": "str"}}, work)
        return t.cast("dict[str, t.Any]", result.value.args[0])

    return run


def test_work_gets_its_options_and_its_client(ended: t.Callable[[module.Work], dict[str, t.Any]]) -> None:
    result = ended(lambda mod, client: {"changed": False, "told": [mod.params["name"], client.where]})
    assert result == {"changed": False, "told": ["x", "tcp://m1:2375"]}


def test_an_error_is_a_failure_with_its_facts(ended: t.Callable[[module.Work], dict[str, t.Any]]) -> None:
    def work(_mod: t.Any, _client: t.Any) -> t.NoReturn:
        raise FlotillaError("It broke in the middle.", {"changed": True, "actions": ["half"]})

    assert ended(work) == {
        "failed": True,
        "msg": "It broke in the middle.",
        "changed": True,
        "actions": ["half"],
    }
