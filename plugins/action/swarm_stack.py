# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploy stacks: read Compose files on the control node, then do the verb as every action does (see ``_program/action.py``)."""

from __future__ import annotations

import base64
import binascii
import shlex
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError, Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import FileAccess, read_task
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction

Result = dict[str, t.Any]


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_stack.deploy.VERB"
    interface = "_stack.options.INTERFACE"

    def options(self) -> Result:
        """The options of the verb, with what the Compose files declare."""
        try:
            options, self.warnings = read_task(self._task.args, self._access())
        except FlotillaError as error:
            raise Refused(f"{error} Nothing was sent.") from None
        return options

    def _access(self) -> FileAccess:
        """How the files are read that the task names: on the host, or on the control node."""
        remote_src = self._task.args.get("remote_src", True)
        try:
            is_remote = boolean(remote_src)
        except TypeError:
            raise Refused(f"remote_src is {remote_src!r}, neither true nor false.") from None
        if is_remote:
            return FileAccess(True, self._find_on_host, self._read_on_host)
        return FileAccess(False, self._find_on_control_node, self._read_on_control_node)

    def _find_on_host(self, path: str) -> str:
        whole = str(self._remote_expand_user(path))
        if not whole.startswith("/"):
            raise Refused(
                f"{path} is not an absolute path on the host; set remote_src to false to read it on the control node."
            )
        return whole

    def _find_on_control_node(self, path: str) -> str:
        try:
            return str(self._find_needle("files", path))
        except AnsibleError:
            raise Refused(
                f"{path} is not on the control node, neither beside the playbook nor in files."
            ) from None

    def _read_on_host(self, path: str) -> bytes:
        done = self._low_level_execute_command(f"base64 < {shlex.quote(path)}")
        if done["rc"]:
            reason = (done.get("stderr") or done.get("stdout") or "").strip().rpartition(": ")[2]
            raise LookupError(f"{reason or 'base64 failed'} (on the host)")
        try:
            return base64.b64decode(done["stdout"])
        except binascii.Error:
            raise LookupError("the host returned no Base64 text") from None

    def _read_on_control_node(self, path: str) -> bytes:
        try:
            # The real file is decrypted where Ansible Vault has encrypted it.
            with open(self._loader.get_real_file(path), "rb") as file:
                return file.read()
        except (AnsibleError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise LookupError(f"{reason} (on the control node)") from None
