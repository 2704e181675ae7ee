# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations


class ModuleDocFragment:
    """How a module reaches the Engine. The argument spec of the same options is in module_utils/_module.py."""

    DOCUMENTATION = r"""
options:
  docker_host:
    description:
      - The address of the Engine, as seen from the host on which the module runs.
      - V(unix:///path/to/socket) for a local socket, V(tcp://host:port) for a network address
        (with O(tls) or O(validate_certs) over TLS), V(ssh://user@host) to connect through SSH.
      - Where the option is not set, the environment variable E(DOCKER_HOST) is used.
    type: str
    default: unix:///var/run/docker.sock
    aliases:
      - docker_url
  tls:
    description:
      - Use TLS for the connection to the Engine, without verifying its certificate.
      - O(validate_certs=true) also verifies the certificate and takes precedence.
      - Where the option is not set, the environment variable E(DOCKER_TLS) is used.
    type: bool
    default: false
  validate_certs:
    description:
      - Use TLS for the connection to the Engine and verify its certificate.
      - Where the option is not set, the environment variable E(DOCKER_TLS_VERIFY) is used.
    type: bool
    default: false
    aliases:
      - tls_verify
  ca_path:
    description:
      - Path of the file with the certificate of the authority that signed the certificate of the Engine.
      - Where the option is not set and the environment variable E(DOCKER_CERT_PATH) names a directory,
        C(ca.pem) in it is used.
    type: path
    aliases:
      - ca_cert
      - tls_ca_cert
      - cacert_path
  client_cert:
    description:
      - Path of the file with the client certificate.
      - Where the option is not set and the environment variable E(DOCKER_CERT_PATH) names a directory,
        C(cert.pem) in it is used.
      - Needs O(client_key).
    type: path
    aliases:
      - tls_client_cert
      - cert_path
  client_key:
    description:
      - Path of the file with the private key that belongs to O(client_cert).
      - Where the option is not set and the environment variable E(DOCKER_CERT_PATH) names a directory,
        C(key.pem) in it is used.
      - Needs O(client_cert).
    type: path
    aliases:
      - tls_client_key
      - key_path
  tls_hostname:
    description:
      - The name expected in the certificate of the Engine, if it is not the one in O(docker_host).
      - Where the option is not set, the environment variable E(DOCKER_TLS_HOSTNAME) is used.
    type: str
  api_version:
    description:
      - The version of the Engine API to use, for example V(1.41).
      - V(auto) asks the Engine once and uses the newest version that both sides support.
      - Where the option is not set, the environment variable E(DOCKER_API_VERSION) is used.
    type: str
    default: auto
    aliases:
      - docker_api_version
  timeout:
    description:
      - The number of seconds within which the whole response to a request has to arrive.
      - Where the option is not set, the environment variable E(DOCKER_TIMEOUT) is used.
    type: int
    default: 60
  use_ssh_client:
    description:
      - With V(ssh://) in O(docker_host), use the program C(ssh) instead of the Python package C(paramiko).
    type: bool
    default: false
  debug:
    description:
      - Accepted so that tasks written for M(community.docker.docker_swarm) and its siblings run unchanged.
      - It has no effect.
    type: bool
    default: false
requirements:
  - Docker Engine 20.10 or newer
  - the Python package C(paramiko) on the host that runs the module, only if O(docker_host) is V(ssh://)
notes:
  - A host whose Engine is reached over a socket or over TCP needs Python 3.8 or newer and no Python package.
"""
