# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read Compose files on the control node, and tell of the progress while the stack is deployed."""

from __future__ import annotations

import base64
import binascii
import posixpath
import shlex
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._stack.spec import STACK_SPEC
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.check import checked
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.compose import Stack, read_stack
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.host_program import ENGINE, HostProgram
from ansible_collections.flotilla.swarm.plugins.plugin_utils._program.progress import SlicedAction

Result = dict[str, t.Any]

# What only this plugin reads: the module does not get it, since variables may hold secrets.
_OURS = ("compose", "remote_src", "project_dir", "variables", "env_files", "ignore_unsupported")
_KINDS = ("services", "networks", "secrets", "configs")


class ActionModule(SlicedAction):
    """Reads the stack, and does what the module does in slices with what it declares."""

    program = HostProgram("_stack.run", {**ENGINE, **STACK_SPEC})

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the action."""
        args = self._task.args
        self._declared: Result = {}
        warnings: list[str] = []
        if args.get("state", "present") == "present" and args.get("compose"):
            try:
                stack = self._read()
            except Refused as error:
                return {"failed": True, "changed": False, "msg": f"{error} Nothing was sent."}
            warnings = stack.warnings
            self._declared = _declared(stack)
        result: Result = super().run(tmp, task_vars)
        if warnings:
            result["warnings"] = [*warnings, *result.get("warnings", [])]
        return result

    def _arguments(self) -> Result:
        given = {key: value for key, value in self._task.args.items() if key not in _OURS}
        return {**given, **self._declared}

    def _told(self, args: Result) -> Result:
        return {key: value for key, value in args.items() if key not in ("declared", "declared_data")}

    def _read(self) -> Stack:
        args = self._task.args
        on_host = boolean(args.get("remote_src", True))
        sources = [self._place(source, on_host) for source in _listed("compose", args["compose"])]
        first = next((source for source in sources if isinstance(source, str)), None)
        project = args.get("project_dir") or (posixpath.dirname(first) if on_host and first else None)
        variables = args.get("variables") or {}
        if not isinstance(variables, dict):
            raise Refused("variables is no dictionary of names and values.")
        stack = read_stack(
            str(args.get("name") or ""),
            sources,
            self._read_there if on_host else self._read_here,
            variables,
            [self._place(path, on_host) for path in _listed("env_files", args.get("env_files") or [])],
            _listed("ignore_unsupported", args.get("ignore_unsupported") or []),
            project,
            # What nobody has to see here stays where it is, and the module reads it.
            leave_contents=on_host,
        )
        stack.services = [checked(one, stack.where(one["name"])) for one in stack.services]
        return stack

    def _place(self, source: t.Any, on_host: bool) -> t.Any:
        """A path as it is read; anything else as it is."""
        if not isinstance(source, str):
            return source
        if on_host:
            path = str(self._remote_expand_user(source))
            if not path.startswith("/"):
                raise Refused(
                    f"{source} is no absolute path on the host; set remote_src to false to read it on the control node."
                )
            return path
        try:
            return self._find_needle("files", source)
        except AnsibleError:
            raise Refused(
                f"{source} is not on the control node, neither beside the playbook nor in files."
            ) from None

    def _read_here(self, path: str) -> bytes:
        try:
            # Decrypted, where Ansible Vault has encrypted it.
            with open(self._loader.get_real_file(path), "rb") as file:
                return file.read()
        except (AnsibleError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise LookupError(f"{reason} (on the control node)") from None

    def _read_there(self, path: str) -> bytes:
        done = self._low_level_execute_command(f"base64 < {shlex.quote(path)}")
        if done["rc"]:
            reason = (done.get("stderr") or done.get("stdout") or "").strip().rpartition(": ")[2]
            raise LookupError(f"{reason or 'it cannot be read'} (on the host)")
        try:
            return base64.b64decode(done["stdout"])
        except binascii.Error:
            raise LookupError("what came from the host is no file") from None


def _listed(name: str, value: t.Any) -> list[t.Any]:
    if isinstance(value, (str, dict)):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise Refused(f"{name} is no list.")
    return list(value)


def _declared(stack: Stack) -> Result:
    """The module's options that nobody but this plugin sets: what is declared, and apart from it what may not be seen."""
    declared: Result = {kind: [dict(one) for one in getattr(stack, kind)] for kind in _KINDS}
    data = {}
    for kind in ("secrets", "configs"):
        for one in declared[kind]:
            if "data" in one:
                data[f"{kind}/{one['name']}"] = one.pop("data")
                one.pop("data_is_b64", None)
    return {"declared": declared, "declared_data": data}
