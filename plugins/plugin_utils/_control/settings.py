# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user set in Ansible's own configuration. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.loader import connection_loader, filter_loader

# The filter by which the role swarm_connection calls ``unless_set``.
_FILTER = "flotilla.swarm.swarm_unless_set"
# Where a value comes from that nobody set.
_NOBODY = "default"


def load_filter() -> None:
    """Load the filter once, before the workers of the hosts start: each would look for it, which takes 10 ms.

    The actions with which the playbooks begin call this when they are imported, which Ansible does in its main process.
    """
    # Where it is not found, a worker says so, with the place that needs it.
    with contextlib.suppress(KeyError, AnsibleError):
        filter_loader.get(_FILTER)
    connection_loader.get("ssh", class_only=True)


def unless_set(value: t.Any, setting: str) -> t.Any:
    """What the user set, in ``ansible.cfg`` or the environment; else the value.

    Args:
        value: the default.
        setting: a setting of Ansible, such as ``INTERPRETER_PYTHON``, or an option of a connection, such as
            ``ssh.pipelining``.
    """
    plugin, _dot, name = setting.rpartition(".")
    if plugin:
        # The options of a plugin are known once it is loaded.
        connection_loader.get(plugin, class_only=True)
    try:
        found, origin = constants.config.get_config_value_and_origin(
            name, plugin_type="connection" if plugin else None, plugin_name=plugin or None
        )
    except AnsibleError:
        return value
    return value if origin == _NOBODY else found
