#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_secret
short_description: Create, update and remove secrets of the swarm, and move services to the new version
description:
  - Creates and updates one or more secrets as declared. The Engine cannot change the data of a secret, so new data
    becomes a new version, which is a separate object. Every service that uses an older version is moved to the new
    one, the module waits until these services have converged, and older versions that no service uses are removed.
  - In a container, only the content changes. The file keeps its name, owner and mode.
  - A service that does not converge with the new version is rolled back to the previous version, which is kept, and
    the task fails. The next run tries again.
  - If the update of a service to the new version cannot converge, the task is refused before anything is sent and
    names the service, as with M(flotilla.swarm.swarm_service).
  - A service that names the secret in M(flotilla.swarm.swarm_service) gets the current version.
  - Versions of a secret are identified by labels, never by a prefix of their names.
  - An object of this name that another client created is taken over. It is replaced only if its content differs,
    which the Engine can tell without returning the data.
    The versions that M(community.docker.docker_secret) created with C(rolling_versions) are taken over, too.
  - The options of M(community.docker.docker_secret) have the same names and meanings here.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
  - flotilla.swarm._versions.secret
attributes:
  check_mode:
    details:
      - To compare the content of a secret that another client created, the module requests an update that the Engine
        has to refuse, in check mode too.
notes:
  - The data is never shown. A label of the version contains a salted scrypt hash of the data, which is used to
    compare it. Another label contains such a hash of all secrets that are declared together.
seealso:
  - module: flotilla.swarm.swarm_secret_info
  - module: flotilla.swarm.swarm_service
  - module: community.docker.docker_secret
"""

EXAMPLES = r"""
- name: Create a secret, or rotate it when the password in the vault has changed
  flotilla.swarm.swarm_secret:
    name: db_password
    data: "{{ vault_db_password }}"

- name: Use the secret
  flotilla.swarm.swarm_service:
    name: db
    image: postgres:17
    env: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}
    secrets:
      - secret_name: db_password
        mode: "0400"

- name: Rotate a certificate and its key, and update each service that uses both only once
  flotilla.swarm.swarm_secret:
    secrets:
      - name: site_key
        data_src: /etc/ssl/private/site.key
      - name: site_chain
        data_src: /etc/ssl/certs/site.pem
        labels: {expires: "2027-03-01"}
    wait_timeout: 600

- name: Keep the last three versions of a keystore
  flotilla.swarm.swarm_secret:
    name: keystore
    data: "{{ lookup('ansible.builtin.file', 'keystore.p12.b64') }}"
    data_is_b64: true
    rolling_versions: true
    versions_to_keep: 3

- name: Remove a secret that no service uses
  flotilla.swarm.swarm_secret:
    name: old_token
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), one sentence for each action, in order. Also
    returned on failure.
  returned: always
  type: list
  elements: str
  sample:
    - "db_password: version 2 created (db_password_v2)"
    - "web: moved to version 2 of db_password"
    - "db_password: older version removed (db_password)"
secret_id:
  description: The ID of the current version; empty in check mode for one that would be created.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: hzehrmyjigmcp2gb6nlhmjqcv
secret_name:
  description: The name of the object of the current version.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: db_password_v2
secrets:
  description: Each secret, in the order of the declaration.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Its declared name.
      type: str
      returned: always
      sample: db_password
    action:
      description:
        - V(create), V(adopt) (taken over from another client), V(rotate) (a new version), V(revert) (an older version became
          the current one), V(relabel), V(remove) or V(none).
      type: str
      returned: always
      sample: rotate
    id:
      description: The ID of the current version; empty where there is none yet.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the object of the current version.
      type: str
      returned: always
      sample: db_password_v2
    version:
      description: The number of the current version, V(null) where there is none.
      type: int
      returned: always
      sample: 2
    services:
      description: The services that were moved to the current version.
      type: list
      elements: str
      returned: always
      sample: [web]
    pruned:
      description: The names of the objects that were removed because no service needed them.
      type: list
      elements: str
      returned: always
      sample: [db_password]
rollouts:
  description: The result of the rollout of each service, in the form of M(flotilla.swarm.swarm_service). Also
    returned on failure.
  returned: when the services were waited for
  type: list
  elements: dict
"""

from ..module_utils._run.module import run
from ..module_utils._secret.deploy import SECRET_VERB


def main() -> None:
    """Run the module."""
    run(SECRET_VERB)


if __name__ == "__main__":
    main()
