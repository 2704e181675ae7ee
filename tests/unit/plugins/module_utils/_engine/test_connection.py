# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.connection import (
    CONNECTION,
    ENVIRONMENT,
    is_own,
    own_client,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_socket import SocketTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_url import UrlTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transports import connect


def params(**given: t.Any) -> dict[str, t.Any]:
    defaults = {name: spec.get("default") for name, spec in CONNECTION.items()}
    return {**defaults, **given}


def transport(**given: t.Any) -> UrlTransport:
    client = connect(params(**given))
    assert isinstance(client._transport, UrlTransport)
    return client._transport


def test_the_engine_is_looked_for_on_its_usual_socket() -> None:
    found = connect(params())._transport
    assert isinstance(found, SocketTransport)
    assert found.where == "unix:///var/run/docker.sock"


def test_a_program_knows_the_own_socket_of_its_host_and_no_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_own("unix:///var/run/docker.sock")
    assert not is_own("tcp://m1:2375")
    assert not is_own("ssh://root@m1")
    for name in ENVIRONMENT.values():
        monkeypatch.setenv(name, "x")
        assert not is_own("unix:///var/run/docker.sock"), name
        monkeypatch.delenv(name)
    assert own_client("unix:///run/x.sock", "auto", 5).where == "unix:///run/x.sock"
    with pytest.raises(Refused):
        own_client("unix:///run/x.sock", "new", 5)


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
def test_an_unknown_connection_is_refused(docker_host: str) -> None:
    with pytest.raises(Refused) as refused:
        connect(params(docker_host=docker_host))
    assert str(refused.value) == (
        f"docker_host {docker_host!r} is none of unix:///path, tcp://host:port, ssh://user@host."
    )


def test_another_name_than_that_of_docker_host_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        connect(params(docker_host="tcp://10.0.0.1:2376", tls_hostname="m1"))
    assert str(refused.value) == (
        "tls_hostname 'm1' differs from the name in docker_host 'tcp://10.0.0.1:2376'; name the Engine in docker_host as its "
        "certificate does."
    )
    connect(params(docker_host="tcp://m1:2376", tls_hostname="m1"))
