# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The boundary between Ansible and the rest: connection options in, results and errors out. PRIVATE."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .._engine.client import Client, Transport
from .._engine.errors import FlotillaError, Refused
from .._engine.transport_url import UrlTransport

Work = t.Callable[[AnsibleModule, Client], t.Dict[str, t.Any]]


def _from_env(name: str, **spec: t.Any) -> dict[str, t.Any]:
    return {**spec, "fallback": (env_fallback, [name])}


CONNECTION: dict[str, t.Any] = {
    "docker_host": _from_env(
        "DOCKER_HOST", type="str", default="unix:///var/run/docker.sock", aliases=["docker_url"]
    ),
    "tls": _from_env("DOCKER_TLS", type="bool", default=False),
    "validate_certs": _from_env("DOCKER_TLS_VERIFY", type="bool", default=False, aliases=["tls_verify"]),
    "tls_hostname": _from_env("DOCKER_TLS_HOSTNAME", type="str"),
    "ca_path": {"type": "path", "aliases": ["ca_cert", "tls_ca_cert", "cacert_path"]},
    "client_cert": {"type": "path", "aliases": ["tls_client_cert", "cert_path"]},
    "client_key": {"type": "path", "aliases": ["tls_client_key", "key_path"]},
    "api_version": _from_env(
        "DOCKER_API_VERSION", type="str", default="auto", aliases=["docker_api_version"]
    ),
    "timeout": _from_env("DOCKER_TIMEOUT", type="int", default=60),
    "use_ssh_client": {"type": "bool", "default": False},
    "debug": {"type": "bool", "default": False},
}


def connect(params: dict[str, t.Any]) -> Client:
    """The client for a module's connection options.

    Raises:
        Refused: an option that cannot work.
    """
    return Client(_transport(params), params["api_version"], params["timeout"])


def _transport(params: dict[str, t.Any]) -> Transport:
    docker_host: str = params["docker_host"]
    scheme = docker_host.split("://", 1)[0]
    if scheme == "ssh":
        # Imported here, so that no host unpacks what only the control node can use.
        from .._engine.transport_ssh import SshTransport

        return SshTransport(docker_host, params["use_ssh_client"], params["timeout"])
    if scheme not in ("unix", "tcp"):
        raise Refused(
            f"docker_host {docker_host!r} is none of unix:///path, tcp://host:port, ssh://user@host."
        )
    if params["tls_hostname"] and params["tls_hostname"] not in docker_host:
        raise Refused(
            f"tls_hostname {params['tls_hostname']!r} differs from the name in docker_host {docker_host!r}; "
            "name the Engine in docker_host as its certificate does."
        )
    return UrlTransport(
        docker_host,
        tls=params["tls"] or params["validate_certs"],
        validate_certs=params["validate_certs"],
        **{option: params[option] or _certificate(name) for option, name in _CERTIFICATES.items()},
    )


# Where Docker's own command line looks for each file below DOCKER_CERT_PATH.
_CERTIFICATES = {"ca_path": "ca.pem", "client_cert": "cert.pem", "client_key": "key.pem"}


def _certificate(name: str) -> str | None:
    path = os.path.join(os.environ.get("DOCKER_CERT_PATH", ""), name)
    return path if os.path.isabs(path) and os.path.exists(path) else None


def run(options: dict[str, t.Any], work: Work, **kwargs: t.Any) -> None:
    """Run a module: parse its options, do its work, and end with its result or its error.

    Args:
        options: the module's own argument spec; the connection's is added.
        work: gets the module and the client, returns the result. Whatever ``FlotillaError`` it raises becomes the
            failure message, with the error's facts beside it. ``warnings`` in either are shown to the user.
        kwargs: further arguments of ``AnsibleModule`` such as ``required_if``.
    """
    module = AnsibleModule(argument_spec={**CONNECTION, **options}, supports_check_mode=True, **kwargs)
    try:
        result = work(module, connect(module.params))
    except FlotillaError as error:
        _warn(module, error.facts)
        module.fail_json(msg=str(error), **error.facts)
    _warn(module, result)
    module.exit_json(**result)


def _warn(module: AnsibleModule, facts: dict[str, t.Any]) -> None:
    for sentence in facts.pop("warnings", []):
        module.warn(sentence)
