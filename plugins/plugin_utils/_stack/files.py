# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an action finds and reads the files of stacks: on the host, or on the control node. PRIVATE to the collection."""

from __future__ import annotations

import base64
import binascii
import os
import shlex
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.parsing.vault import is_encrypted
from ansible.plugins.action import ActionBase

from ...module_utils._engine.errors import Refused
from ...module_utils._files.read import read_file
from ...module_utils._files.unreadable import NoSuchFile, Unreadable
from .._compose.stack import FileAccess

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


class StackFiles:
    """The files that a task names.

    Args:
        action: the action of the task.
        variables: of the host.
    """

    def __init__(self, action: ActionBase, variables: Result) -> None:
        self._action = action
        self._variables = variables

    def access(self, stack: Result) -> FileAccess:
        """How the files are read that the options of a stack name.

        Raises:
            Refused: ``remote_src`` is wrong.
        """
        remote_src = stack.get("remote_src", True)
        try:
            is_remote = boolean(remote_src)
        except TypeError:
            raise Refused(f"remote_src is {remote_src!r}, neither true nor false.") from None
        if is_remote:
            return FileAccess(True, self._find_on_host, self._read_on_host)
        return FileAccess(False, self._find_on_control_node, self._read_on_control_node)

    def _find_on_host(self, path: str) -> str:
        whole = str(self._action._remote_expand_user(path))
        if not whole.startswith("/"):
            raise Refused(
                f"{path} is not an absolute path on the host; set remote_src to false to read it on the control node."
            )
        return whole

    def _find_on_control_node(self, path: str) -> str:
        given = os.path.expanduser(path)
        if os.path.isabs(given):
            if os.path.exists(given):
                return given
            raise Refused(f"{path} is not on the control node.")
        places = self._places()
        for place in places:
            found = os.path.join(place, given)
            if os.path.exists(found):
                return os.path.normpath(found)
        raise Refused(f"{path} is not on the control node: it is in none of {', '.join(places)}.")

    def _places(self) -> list[str]:
        """The folders in which a relative path is looked for, in this order."""
        playbook = str(self._action._loader.get_basedir())
        # Of a role, or of a file of tasks that stands elsewhere than the playbook.
        tasks = [place for place in self._action._task.get_search_path() if place != playbook]
        places = [
            *(os.path.join(place, name) for place in tasks for name in ("files", "")),
            *self._inventories(),
            *(os.path.join(playbook, name) for name in ("files", "")),
            os.getcwd(),
        ]
        return list(dict.fromkeys(os.path.normpath(place) for place in places))

    def _inventories(self) -> list[str]:
        """The folders of the inventories, that of the host's own first."""
        own = self._variables.get("inventory_dir")
        sources = [
            os.path.abspath(str(one)) for one in self._variables.get("ansible_inventory_sources") or []
        ]
        folders = [
            one if os.path.isdir(one) else os.path.dirname(one) for one in sources if os.path.exists(one)
        ]
        return [str(own), *folders] if own else folders

    def _read_on_host(self, path: str, most: int) -> bytes:
        done = self._action._low_level_execute_command(_READ.format(path=shlex.quote(path), bytes=most + 1))
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
                content = read_file(self._action._loader.get_real_file(path), most)
        except Unreadable as reason:
            raise type(reason)(f"{reason} (on the control node)") from None
        except AnsibleError as error:
            raise Unreadable(f"could not be read: {error} (on the control node)") from None
        if len(content) > most:
            raise Unreadable(f"has more than {most} bytes, the most that is read (on the control node)")
        return content
