#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_engine_options
short_description: Merge options of the Engine into its configuration file on the host
author:
  - Flotilla contributors (@flotilla-swarm)
description:
  - Sets keys of C(/etc/docker/daemon.json). Declared keys get the declared values; keys that are not declared stay
    unchanged.
  - The file is read and merged on the host, and no value that may be a secret is returned or logged. These are values
    of keys that name tokens, passwords, keys and proxies, options of log drivers that are not known to be harmless,
    and addresses with a login.
  - The content before the last change is kept, and O(state=restored) restores it.
  - The Engine is neither reloaded nor restarted. The role P(flotilla.swarm.swarm_engine#role) does this, and restores
    the previous options if the Engine does not start.
extends_documentation_fragment:
  - flotilla.swarm._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  insecure_registries:
    description:
      - Registries that the Engine uses without TLS, as V(host:port) or in CIDR notation. It replaces the whole list.
    type: list
    elements: str
  mtu:
    description:
      - The MTU of the Engine's default bridge, 576 to 65535.
    type: int
  log_driver:
    description:
      - The log driver of containers that do not set one.
    type: str
  log_options:
    description:
      - Options of that log driver, such as C(max-size). It replaces the whole dictionary.
    type: dict
  data_root:
    description:
      - The Engine's data directory.
    type: str
  daemon:
    description:
      - Any other keys of the file. A value of V(null) removes the key.
    type: dict
    default: {}
  state:
    description:
      - With V(present), the declared keys are merged into the file.
      - With V(restored), the content before the last change is restored. If there was no file, it is removed. A
        second run changes nothing.
      - With V(kept), the file stays unchanged.
      - With V(restored) and V(kept), all declared options are ignored, and RV(reason) is returned.
    type: str
    choices: [present, restored, kept]
    default: present
notes:
  - Needs root.
  - The file keeps its mode and its owner. A new file is readable by everybody, as Docker's packages create it; if it
    contains secrets, change its mode to C(0600), which is then kept.
  - The previous content is in C(/etc/docker/daemon.json.before), which only root can read.
seealso:
  - module: flotilla.swarm.swarm_host_info
"""

EXAMPLES = r"""
- name: Send logs to Splunk
  flotilla.swarm.swarm_engine_options:
    log_driver: splunk
    log_options:
      splunk-url: https://splunk.example.com:8088
      splunk-token: "{{ vault_splunk_token }}"

- name: Use a proxy, and no longer log at the level debug
  flotilla.swarm.swarm_engine_options:
    daemon:
      proxies:
        https-proxy: "http://engine:{{ vault_proxy_password }}@proxy.example.com:3128"
      debug: null

- name: Bring back what was there before
  flotilla.swarm.swarm_engine_options:
    state: restored
"""

RETURN = r"""
changes:
  description: The changes, one line for each key or part of a key; values that may be secrets are hidden.
  returned: success
  type: list
  elements: str
  sample: ["daemon: log-opts.splunk-token (hidden) → (hidden)", "daemon: mtu 1500 → 1450"]
reason:
  description: The last journal line of the Engine that explains why it did not start, without values that may be
    secrets; V(null) if there is none.
  returned: when O(state) is V(restored) or V(kept)
  type: str
  sample: "unable to configure the Docker daemon with file /etc/docker/daemon.json: invalid character '}'"
"""

from ..module_utils._host.engine_options import VERB
from ..module_utils._run.module import run


def main() -> None:
    """Run the module."""
    run(VERB)


if __name__ == "__main__":
    main()
