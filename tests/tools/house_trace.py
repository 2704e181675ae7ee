# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See in which files a value is while a task runs, control node and host in one process; for ``house.py``."""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import functools
import importlib
import io
import sys
import threading
import typing as t
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace
from unittest import mock

from tools.house_engine import Raw

COLLECTION = "ansible_collections.flotilla.swarm"
# How deep a value is searched in what holds it.
DEPTH = 12


class Unmeasured(Exception):
    """Something could not be measured; the text says why."""


def holds(value: t.Any, forms: tuple[str, ...], depth: int = DEPTH, seen: set[int] | None = None) -> bool:
    """Whether one of these forms is anywhere in a value."""
    if isinstance(value, (bytes, bytearray)):
        value = value.decode("latin-1")
    if isinstance(value, (str, int, float)):
        text = str(value)
        return any(form in text for form in forms)
    seen = set() if seen is None else seen
    if not depth or id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, collections.abc.Mapping):
        parts: t.Iterable[t.Any] = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset, collections.deque)):
        parts = list(value)
    elif "flotilla" in type(value).__module__:
        parts = [*getattr(value, "__dict__", {}).values()]
    else:
        return False
    return any(holds(part, forms, depth - 1, seen) for part in parts)


class Tracer:
    """Sees in which files of ``plugins/`` functions run, and in which of these one holds the value."""

    def __init__(self, tree: Path, *forms: str) -> None:
        self._plugins = tree / "plugins"
        self._forms = forms
        self._importing: collections.Counter[int] = collections.Counter()
        self._road: set[str] = set()
        self._run: set[str] = set()
        #: Both as they were when the last POST arrived.
        self.road: set[str] = set()
        self.run: set[str] = set()
        #: The path of that POST in the Engine's API.
        self.last = ""
        self.place = functools.lru_cache(maxsize=None)(self._place)

    def __enter__(self) -> Tracer:
        threading.setprofile(self._seen)
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *_error: t.Any) -> None:
        sys.setprofile(None)
        threading.setprofile(t.cast(t.Any, None))

    def posted(self, path_of_post: str) -> None:
        """A POST has arrived: whoever has called for it goes on holding what it holds."""
        for innermost in sys._current_frames().values():
            frame: FrameType | None = innermost
            while frame:
                path = self.place(frame.f_code)
                if path in self._run - self._road and holds(dict(frame.f_locals), self._forms):
                    self._road.add(path)
                frame = frame.f_back
        self.road, self.run = set(self._road), set(self._run)
        self.last = path_of_post

    def _seen(self, frame: FrameType, event: str, result: t.Any) -> None:
        path = self.place(frame.f_code) if event in ("call", "return") else ""
        if not path:
            return
        thread = threading.get_ident()
        if frame.f_code.co_name == "<module>":
            # A program's own beginning is no import: all that is done is done below it.
            imported = frame.f_globals["__name__"] != "__main__"
            self._importing[thread] += imported * (1 if event == "call" else -1)
        elif not self._importing[thread]:
            self._run.add(path)
            if path not in self._road and holds([dict(frame.f_locals), result], self._forms):
                self._road.add(path)

    def _place(self, code: CodeType) -> str:
        """The file of ``plugins/`` that code stands in, by its path there or by its name in a program."""
        name = code.co_filename
        if name.startswith("<"):
            return ""
        if name.endswith(".py"):
            path = Path(name).resolve()
            return str(path.relative_to(self._plugins)) if path.is_relative_to(self._plugins) else ""
        words = name.split(".")
        for at in range(len(words)):
            path = Path("module_utils", *words[at:]).with_suffix(".py")
            if (self._plugins / path).exists():
                return str(path)
        return ""


class Sent(BaseException):
    """A program was sent, and is not run; whatever an action does about errors, this is none."""

    def __init__(self, script: bytes) -> None:
        super().__init__()
        self.script = script


class Stage:
    """A control node and a host, of which both are this process."""

    def __init__(self, tree: Path, folder: Path, socket: Path) -> None:
        self._tree, self._folder, self._socket = tree, folder, socket

    def play(self, name: str, args: Raw, variables: Raw | None = None, run: bool = True) -> Raw:
        """Do a task.

        Raises:
            Sent: the program, where it is not to run.
            Unmeasured: the task failed, or went another way.
        """
        module = importlib.import_module(f"{COLLECTION}.plugins.action.{name}")
        own = {} if name in ("swarm_plan", "swarm_reach") else {"docker_host": f"unix://{self._socket}"}
        task = SimpleNamespace(
            args={**own, **args},
            check_mode=False,
            async_val=0,
            diff=False,
            action=f"flotilla.swarm.{name}",
            collections=[],
            delegate_to=None,
            get_search_path=list,
        )
        connection = mock.MagicMock(
            has_pipelining=True, become=None, _remote_is_local=False, has_native_async=False, transport="ssh"
        )
        connection._shell.SHELL_FAMILY = "sh"
        action = module.ActionModule(
            task=task,
            connection=connection,
            play_context=mock.MagicMock(),
            loader=mock.MagicMock(get_real_file=lambda path: path, get_basedir=lambda: str(self._folder)),
            templar=mock.MagicMock(template=lambda text: text),
            shared_loader_obj=mock.MagicMock(),
        )
        action._compute_environment_string = lambda: ""
        action._execute_module = self._refuse
        action._low_level_execute_command = self._execute if run else self._capture
        result: Raw = action.run(None, {"inventory_hostname": "m1", **(variables or {})})
        if result.get("failed"):
            raise Unmeasured(f"{name} failed: {result.get('msg')}")
        return result

    @staticmethod
    def _refuse(**how: t.Any) -> Raw:
        raise Unmeasured(f"{how.get('module_name')} was to run as a module; the program refused")

    @staticmethod
    def _capture(_command: str, in_data: bytes = b"", **_how: t.Any) -> Raw:
        raise Sent(in_data)

    def _execute(self, _command: str, in_data: bytes = b"", **_how: t.Any) -> Raw:
        """Run a program as a host's Python does it."""
        text = in_data.decode()
        # Its beginning is a file of the collection.
        files = (self._tree / "plugins").rglob("*.py")
        begun = [path for path in files if text.startswith(path.read_text(encoding="utf-8"))]
        known, finders = set(sys.modules), list(sys.meta_path)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
                exec(compile(text, str(begun[0]) if begun else "<program>", "exec"), {"__name__": "__main__"})
        finally:
            sys.meta_path[:] = finders
            for name in [name for name in set(sys.modules) - known if name.startswith("flotilla")]:
                del sys.modules[name]
        return {"rc": 0, "stdout": out.getvalue(), "stderr": ""}
