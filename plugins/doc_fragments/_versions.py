# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations

from string import Template

# Of a module for secrets or configs.
_MODULE = Template(
    r"""
options:
  name:
    description:
      - The name of the $word, at most 64 characters. Services use this name, regardless of the names of the versions.
      - One of O(name) and O(${word}s) is required.
    type: str
  rewire:
    description:
      - Move the services that use an older version to the current one. Otherwise these services are not changed, and
        the versions that they use are kept.
    type: bool
    default: true
  wait:
    description:
      - Wait until every service that is moved has converged, or until it is certain that one of them will not.
      - With V(false), older versions are removed by the next run.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds that all services together may take. A service that takes longer counts as failed and is
        rolled back.
    type: int
    default: 300
  ${word}s:
    description:
      - Several ${word}s, each a dictionary with the options that this module has for one.
      - All are planned and checked before anything is sent, and a service that uses several of them is updated once.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the $word.
        type: str
        required: true
      <<: &one
        state:
          description:
            - Whether the $word exists.
          type: str
          choices:
            present: It exists and is as declared.
            absent: No version of it exists. Refused while a service uses one.
          default: present
        data:
          description:
            - The content, at least 1 and at most $most bytes of it.
            - One of O(data) and O(data_src) is required to create a $word$unless.
          type: str
        data_src:
          description:
            - A file with the content, on the host where the module runs.
          type: path
        data_is_b64:
          description:
            - O(data) is Base64 and is decoded first. Use this for content that is not text.
          type: bool
          default: false
        labels:
          description:
            - Labels of the $word, owned key by key. A label that was declared last time and is not declared now is removed.
              Labels from other clients stay. Labels are updated in place, so no service is changed.
            - Labels that begin with C(flotilla.) are reserved for the collection.
          type: dict
        template_driver:
          description:
            - Expand the content as a template when a task starts, for example C({{.Node.Hostname}}).
            - A different value creates a new version, and so does omitting the option if there was a value.
          type: str
          choices: [golang]
$driver        force:
          description:
            - Create a new version even if the content is the same.
          type: bool
          default: false
        rolling_versions:
          description:
            - Keep older versions, and call the versions C(NAME_v1), C(NAME_v2) and so on from the first one on. Otherwise the
              first version is called C(NAME), and only the current one is kept.
            - If an older version has the declared content, that version becomes the current one again.
          type: bool
          default: false
        take_over:
          description:
            - Label a $word of this name that another client created, so that it becomes the first version.
            - With V(false), it stays unchanged until its declaration requires a change. If O(data) is not declared,
              the $word has to exist, and its content is not changed. M(flotilla.swarm.swarm_export_info) returns
              entries with this option.
          type: bool
          default: true
        versions_to_keep:
          description:
            - With O(rolling_versions=true), how many older versions are kept beside the current one. V(-1) keeps all, V(0) and
              V(1) keep the current one only.
            - A version that a service uses is never removed.
          type: int
          default: 5
  <<: *one
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The data is never shown, only the number of the version.
  idempotent:
    support: partial
    details:
      - With O(force=true), every run creates a new version.
notes:
  - A service that is a job is not moved, since any change runs the job again. A warning names it.
"""
)
_DRIVER = """\
        driver:
          description:
            - Use an external secret driver that provides the content when a task starts. A plugin of that name has to
              be installed on the managers; the module warns if the Engine that it asks lists none.
          type: dict
          suboptions:
            name:
              description:
                - The name of the driver.
              type: str
              required: true
            options:
              description:
                - The options of the driver. Values are strings.
              type: dict
"""

# Of the module that reads them.
_INFO = Template(
    r"""
options:
  name:
    description:
      - The ${word}s to return, by the declared name, by the name of the object of a version, by ID, or by an ID
        prefix of at least six characters. By default, all ${word}s.
      - A name has to match completely.
    type: list
    elements: str
"""
)


class ModuleDocFragment:
    """Options of the modules for secrets and for configs, which work alike."""

    # Annotated: ansible-test takes a plain assignment for a text that it can read without running it.
    SECRET: str = _MODULE.substitute(
        word="secret", most="511999", unless=", unless a O(driver) provides the data", driver=_DRIVER
    )
    CONFIG: str = _MODULE.substitute(word="config", most="1023999", unless="", driver="")
    SECRET_INFO: str = _INFO.substitute(word="secret")
    CONFIG_INFO: str = _INFO.substitute(word="config")
