# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import ssl
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
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transport_tcp import TcpTransport
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.transports import connect


def params(**given: t.Any) -> dict[str, t.Any]:
    defaults = {name: spec.get("default") for name, spec in CONNECTION.items()}
    return {**defaults, **given}


def transport(**given: t.Any) -> TcpTransport:
    client = connect(params(**given))
    assert isinstance(client._transport, TcpTransport)
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
    ("given", "port"), [({}, 2375), ({"tls": True}, 2376), ({"validate_certs": True}, 2376)]
)
def test_tls_is_spoken_when_asked_for_at_the_port_of_its_own(given: dict[str, t.Any], port: int) -> None:
    found = transport(docker_host="tcp://m1", **given)
    assert (found._context is not None, found._address) == (bool(given), ("m1", port))
    assert transport(docker_host="tcp://m1:9", **given)._address == ("m1", 9)
    if found._context:
        assert (found._context.verify_mode == ssl.CERT_REQUIRED) is bool(given.get("validate_certs"))
        assert found._context.check_hostname is bool(given.get("validate_certs"))


@pytest.mark.parametrize(
    ("file", "option"), [("ca.pem", "ca_path"), ("cert.pem", "client_cert"), ("key.pem", "client_key")]
)
def test_certificates_are_found_where_dockers_own_command_line_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, option: str
) -> None:
    """Each is read, so that a pipe or an endless file cannot be waited for: it is refused, with the option's name."""
    os.mkfifo(tmp_path / file)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        transport(docker_host="tcp://m1", tls=True)
    assert str(refused.value) == f"{option}: the file {tmp_path}/{file} is a pipe, not a regular file."
    monkeypatch.delenv("DOCKER_CERT_PATH")
    transport(docker_host="tcp://m1", tls=True)


@pytest.mark.parametrize("option", ["ca_path", "client_cert", "client_key"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/none.pem", "could not be read: No such file or directory"),
        ("/dev/zero", "is a device, not a regular file"),
        ("/", "is a directory, not a regular file"),
    ],
)
def test_a_file_that_cannot_be_one_of_tls_is_a_failure_of_the_task(option: str, path: str, why: str) -> None:
    """And no Engine that is absent, whether or not certificates are checked."""
    for checked in (False, True):
        with pytest.raises(Refused) as refused:
            transport(docker_host="tcp://m1", tls=True, validate_certs=checked, **{option: path})
        assert str(refused.value) == f"{option}: the file {path} {why}."


def test_a_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for option, named in (("ca_path", "ca_path"), ("client_cert", "client_cert or client_key")):
        with pytest.raises(
            Refused, match=rf"^{named} has no certificate or key without a password in PEM \("
        ):
            transport(docker_host="tcp://m1", validate_certs=True, **{option: str(tmp_path / "empty.pem")})


@pytest.mark.parametrize(
    "docker_host", ["tcp://m1:x", "tcp://m1:99999", "tcp://[m1", "ssh://m1:x", "ssh://", "ssh://-oX"]
)
def test_an_address_that_is_none_is_refused(docker_host: str) -> None:
    with pytest.raises(
        Refused, match=rf"^docker_host '{re.escape(docker_host)}' (is no address|names no host)"
    ):
        connect(params(docker_host=docker_host))


@pytest.mark.parametrize(
    "docker_host",
    ["http://m1:2376", "m1:2376", "/var/run/docker.sock", "npipe:////./pipe", "", "tcp://", "unix://"],
)
def test_an_unknown_connection_is_refused(docker_host: str) -> None:
    with pytest.raises(Refused) as refused:
        connect(params(docker_host=docker_host))
    assert str(refused.value) == (
        f"docker_host {docker_host!r} is none of unix:///path, tcp://host:port, ssh://user@host."
    )


@pytest.mark.parametrize("docker_host", ["tcp://us:canary3f9a@m1:2376", "ssh://us:canary3f9a@m1"])
def test_a_password_in_an_address_is_refused_without_it(docker_host: str) -> None:
    with pytest.raises(Refused, match=r"^docker_host has a password in it, ") as refused:
        connect(params(docker_host=docker_host))
    assert "canary3f9a" not in str(refused.value)


def test_another_name_than_that_of_docker_host_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        connect(params(docker_host="tcp://10.0.0.1:2376", tls_hostname="m1"))
    assert str(refused.value) == (
        "tls_hostname 'm1' differs from the name in docker_host 'tcp://10.0.0.1:2376'; name the Engine in docker_host as its "
        "certificate does."
    )
    connect(params(docker_host="tcp://m1:2376", tls_hostname="m1"))
