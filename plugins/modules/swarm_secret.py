#!/usr/bin/python
# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_secret
short_description: Make, change and remove secrets of the swarm, and bring services to the new version
description:
  - Makes one secret or many what they are declared to be. The Engine never changes the data of a secret, so new data
    becomes a new version, which is an object of its own. Every service that uses an older version is moved to the new one
    and awaited, and what nobody uses anymore is removed.
  - In a container nothing changes but the content. The file keeps its name, its owner and its mode.
  - Where a service does not come up with the new version, it is brought back to the one before, which stays, and the task
    fails. The next run tries again.
  - A service that names the secret in M(flotilla.swarm.swarm_service) gets the current version.
  - Which objects are versions of a secret is told by their labels, never by how their names begin.
  - An object that somebody else has made under this name is taken over. It is replaced only if its content differs,
    which the Engine can tell without handing the data out.
    The versions that M(community.docker.docker_secret) has made with C(rolling_versions) are taken over, too.
  - The options of M(community.docker.docker_secret) have the same names and meanings here.
author:
  - Flotilla contributors (@flotilla-swarm)
extends_documentation_fragment:
  - flotilla.swarm._connection
  - flotilla.swarm._attributes
  - flotilla.swarm._attributes.actiongroup_swarm
  - flotilla.swarm._progress
attributes:
  check_mode:
    support: full
    details:
      - Whether the content of a secret that somebody else has made is the declared one is found out by an update that the
        Engine has to refuse, in check mode, too.
  diff_mode:
    support: full
    details:
      - The data is never shown, only which version there is.
  idempotent:
    support: partial
    details:
      - With O(force=true), every run makes a new version.
notes:
  - The data is shown nowhere. The version's label has a salted scrypt hash of it, by which it is known again.
  - A service that is a job is not moved, since any change runs it again. A warning names it.
options:
  name:
    description:
      - The name of the secret, at most 64 characters. Services use it, whatever the versions themselves are called.
      - One of O(name) and O(secrets) is required.
    type: str
  rewire:
    description:
      - Move the services that use an older version to the current one. Otherwise they are left alone, and the versions they
        use stay.
    type: bool
    default: true
  wait:
    description:
      - Wait until every service that is moved has converged, or until it is certain that one will not.
      - Without it, older versions are removed by the next run.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that all services together may take. One that takes longer has failed and is brought back.
    type: int
    default: 300
  secrets:
    description:
      - Several secrets, each a dictionary with the options that this module has for one.
      - All are planned and checked before anything is sent, and a service that uses several of them is changed once.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the secret.
        type: str
        required: true
      <<: &secret
        state:
          description:
            - What the secret shall be.
          type: str
          choices:
            present: It exists and is as declared.
            absent: No version of it exists. Refused while a service uses one.
          default: present
        data:
          description:
            - The content, at least 1 and at most 511999 bytes of it.
            - One of O(data) and O(data_src) is required to make a secret, unless a
              O(driver) brings the data.
          type: str
        data_src:
          description:
            - A file with the content, on the host where the module runs.
          type: path
        data_is_b64:
          description:
            - O(data) is Base64 and is decoded first. The way for anything that is no text.
          type: bool
          default: false
        labels:
          description:
            - Labels of the secret, owned key by key. A label that was declared last time and is not anymore is removed, and
              those of others stay. They are changed in place, so no service is touched.
          type: dict
        template_driver:
          description:
            - Expand the content as a template when a task starts, with C({{.Node.Hostname}}) and the like.
            - Another value makes a new version, and so does leaving it out where there was one.
          type: str
          choices: [golang]
        driver:
          description:
            - Have the content brought by an external secret driver when a task starts. A plugin of that name has to be on the
              managers.
          type: dict
          suboptions:
            name:
              description:
                - The name of the driver.
              type: str
              required: true
            options:
              description:
                - Its options. Values are strings.
              type: dict
        force:
          description:
            - Make a new version although the content is the same.
          type: bool
          default: false
        rolling_versions:
          description:
            - Keep older versions, and call the versions C(NAME_v1), C(NAME_v2) and so on from the first one on. Otherwise the
              first is called C(NAME), and only the current one is kept.
            - Content that an older version still has brings that one back.
          type: bool
          default: false
        versions_to_keep:
          description:
            - With O(rolling_versions=true), how many older versions are kept beside the current one. V(-1) keeps all, V(0) and
              V(1) keep the current one only.
            - One that a service uses is never removed.
          type: int
          default: 5
  <<: *secret
seealso:
  - module: flotilla.swarm.swarm_secret_info
  - module: flotilla.swarm.swarm_service
  - module: community.docker.docker_secret
"""

EXAMPLES = r"""
- name: Make a secret, or rotate it when the password in the vault has changed
  flotilla.swarm.swarm_secret:
    name: db_password
    data: "{{ vault_db_password }}"

- name: Use it
  flotilla.swarm.swarm_service:
    name: db
    image: postgres:17
    env: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}
    secrets:
      - secret_name: db_password
        mode: "0400"

- name: Rotate a certificate and its key, and change each service that uses both only once
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

- name: Remove a secret that no service uses anymore
  flotilla.swarm.swarm_secret:
    name: old_token
    state: absent
"""

RETURN = r"""
actions:
  description: What was done (in check mode, what would be done), a sentence each, in order. It is returned with a failure
    as well.
  returned: always
  type: list
  elements: str
  sample:
    - "db_password: version 2 made (db_password_v2)"
    - "web: moved to version 2 of db_password"
    - "db_password: older version removed (db_password)"
secret_id:
  description: The ID of the current version; empty in check mode for one that would be made.
  returned: success, when O(name) is used and O(state=present)
  type: str
  sample: hzehrmyjigmcp2gb6nlhmjqcv
secret_name:
  description: The name of the current version's own object.
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
        - V(create), V(adopt) (taken over from somebody else), V(rotate) (a new version), V(revert) (an older version made
          current), V(relabel), V(remove) or V(none).
      type: str
      returned: always
      sample: rotate
    id:
      description: The ID of the current version; empty where there is none yet.
      type: str
      returned: always
      sample: hzehrmyjigmcp2gb6nlhmjqcv
    object:
      description: The name of the current version's own object.
      type: str
      returned: always
      sample: db_password_v2
    version:
      description: The number of the current version, V(null) where there is none.
      type: int
      returned: always
      sample: 2
    services:
      description: The services that were moved to it.
      type: list
      elements: str
      returned: always
      sample: [web]
    pruned:
      description: The names of the objects that were removed because nobody needed them.
      type: list
      elements: str
      returned: always
      sample: [db_password]
rollouts:
  description: What the rollouts of the services came to, in the form of M(flotilla.swarm.swarm_service). It is returned with a
    failure as well.
  returned: when the services were waited for
  type: list
  elements: dict
"""

from ..module_utils._secret.module import manage
from ..module_utils._secret.versions import SECRET


def main() -> None:
    """Run the module."""
    manage(SECRET)


if __name__ == "__main__":
    main()
