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
from ansible.parsing.vault import is_encrypted
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError, Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._files.read import read_file
from ansible_collections.flotilla.swarm.plugins.module_utils._files.unreadable import NoSuchFile, Unreadable
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.stack import (
    FileAccess,
    read_stacks,
    read_task,
)
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.action import HostAction

Result = dict[str, t.Any]

# Neither a pipe nor a device is waited for, and of an endless file no more is sent than tells that it is too large.
_NO_SUCH_FILE = 3
_READ = (
    "if [ ! -e {path} ]; then echo no such file >&2; exit 3; fi; "
    "if [ ! -f {path} ]; then echo it is no regular file >&2; exit 1; fi; "
    "exec < {path} && head -c {bytes} | base64"
)
# Ansible Vault writes four characters and some line ends for each byte.
_ENCRYPTED = 5


class ActionModule(HostAction):
    """See the module of the same name."""

    verb = "_stack.deploy.VERB"
    interface = "_stack.options.INTERFACE"

    def options(self) -> Result:
        """The options of the verb, with what the Compose files declare."""
        given = self._task.args
        try:
            options, self.warnings = (
                read_stacks(given, self._access)
                if given.get("stacks") is not None
                else read_task(given, self._access(given))
            )
        except FlotillaError as error:
            raise Refused(f"{error} Nothing was sent.") from None
        return options

    def _access(self, stack: Result) -> FileAccess:
        """How the files are read that the options of a stack name: on the host, or on the control node."""
        remote_src = stack.get("remote_src", True)
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

    def _read_on_host(self, path: str, most: int) -> bytes:
        done = self._low_level_execute_command(_READ.format(path=shlex.quote(path), bytes=most + 1))
        if done["rc"]:
            reason = (done.get("stderr") or done.get("stdout") or "").strip().rpartition(": ")[2]
            kind = NoSuchFile if done["rc"] == _NO_SUCH_FILE else Unreadable
            raise kind(f"could not be read: {reason or 'base64 failed'} (on the host)")
        try:
            content = base64.b64decode(done["stdout"])
        except binascii.Error:
            raise Unreadable("could not be read: the host returned no Base64 text") from None
        if len(content) > most:
            raise Unreadable(f"has more than {most} bytes, the most that is read (on the host)")
        return content

    def _read_on_control_node(self, path: str, most: int) -> bytes:
        try:
            content = read_file(path, _ENCRYPTED * most)
            if is_encrypted(content):
                content = read_file(self._loader.get_real_file(path), most)
        except Unreadable as reason:
            raise type(reason)(f"{reason} (on the control node)") from None
        except AnsibleError as error:
            raise Unreadable(f"could not be read: {error} (on the control node)") from None
        if len(content) > most:
            raise Unreadable(f"has more than {most} bytes, the most that is read (on the control node)")
        return content
