# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections over SSH to ``docker system dial-stdio``, by paramiko or by the program ``ssh``. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .errors import Refused, saying
from .transport import Clock, Stream

try:
    import paramiko
except ImportError:
    # Named by the error of SshClient, the only one that needs it.
    paramiko = None

# It connects its standard input and output with the Engine's socket.
_COMMAND = "docker system dial-stdio"
# What the program ``ssh`` says where the host's key or the user is refused.
_REJECTIONS = ("Host key verification failed", "Permission denied (", "IDENTIFICATION HAS CHANGED")
# Seconds that a command whose output has ended gets to say why, and bytes of what it says.
_PATIENCE, _MOST_WORDS = 1.0, 1 << 14


class Rejected(OSError):
    """The host's key is unknown or another one, or the host refuses the user."""


class Login(t.NamedTuple):
    """Where to log in."""

    host: str
    port: int | None
    user: str | None


class SshStream(Stream, t.Protocol):
    """A connection to an Engine over SSH."""

    def last_words(self) -> str:
        """What the command, or SSH itself, says of its end; empty where it says nothing."""


class SshClient:
    """Connects by paramiko, once; each connection is a channel.

    Args:
        login: where to log in; the user's SSH configuration completes it.

    Raises:
        Refused: paramiko is missing.
    """

    def __init__(self, login: Login) -> None:
        if paramiko is None:
            raise Refused(missing_required_lib("paramiko", reason=f"for docker_host ssh://{login.host}"))
        self._login = login
        self._client: t.Any = None

    def open(self, clock: Clock) -> SshStream:
        """Open a connection.

        Raises:
            Rejected: see there.
            OSError: the host cannot be reached.
        """
        try:
            if self._client is None:
                self._client = self._connected(clock)
            channel = self._client.get_transport().open_session(timeout=clock.left)
            channel.settimeout(clock.left)
            channel.exec_command(_COMMAND)
        except (_UnknownKey, paramiko.BadHostKeyException, paramiko.AuthenticationException) as error:
            raise Rejected(str(error)) from None
        except (paramiko.SSHException, EOFError) as error:
            self._client = None
            raise OSError(str(error) or "the connection ended") from None
        return t.cast(SshStream, _Channel(channel))

    def _connected(self, clock: Clock) -> t.Any:
        client = paramiko.SSHClient()
        client.load_system_host_keys()
        client.set_missing_host_key_policy(_OnlyKnownKeys())
        given = dict.fromkeys(("timeout", "banner_timeout", "auth_timeout"), clock.left)
        client.connect(**_configured(self._login), **given)
        return client


class SshProgram:
    """Connects by the program ``ssh``, with the user's own configuration of it; each connection is a process.

    Args:
        login: where to log in.
    """

    def __init__(self, login: Login) -> None:
        # It may ask nothing: nobody would answer.
        self._command = ["ssh", "-T", "-o", "BatchMode=yes"]
        self._command += ["-l", login.user] if login.user else []
        self._command += ["-p", str(login.port)] if login.port else []
        self._command += ["--", login.host, _COMMAND]

    def open(self, _clock: Clock) -> SshStream:
        """Start the program; whether it connects is seen from what comes through it.

        Raises:
            OSError: there is no such program.
        """
        return _Process(self._command)


def is_rejection(words: str) -> bool:
    """Whether the last words of a connection say that the host's key or the user is refused."""
    return any(said in words for said in _REJECTIONS)


class _Channel:
    """A channel of paramiko; the calls of a stream are its own."""

    def __init__(self, channel: t.Any) -> None:
        self._channel = channel
        self.settimeout, self.send, self.recv, self.close = (
            channel.settimeout,
            channel.send,
            channel.recv,
            channel.close,
        )

    def last_words(self) -> str:
        """See ``SshStream``."""
        self._channel.settimeout(_PATIENCE)
        try:
            return saying(self._channel.recv_stderr(_MOST_WORDS).decode("utf-8", "replace"))
        except OSError:
            return ""


class _Process:
    """A process whose standard input and output are one end of a pair of sockets, so that waiting for them can end."""

    def __init__(self, command: list[str]) -> None:
        self._own, its = socket.socketpair()
        self.settimeout, self.send, self.recv = self._own.settimeout, self._own.send, self._own.recv
        try:
            # Of a session of its own, it asks no terminal.
            self._process = subprocess.Popen(
                command,
                stdin=its.fileno(),
                stdout=its.fileno(),
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError:
            self._own.close()
            raise
        finally:
            its.close()

    def last_words(self) -> str:
        """See ``SshStream``."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        errors = t.cast("t.IO[bytes]", self._process.stderr).fileno()
        # Something that the program has left behind may still hold it.
        os.set_blocking(errors, False)
        try:
            return saying(os.read(errors, _MOST_WORDS).decode("utf-8", "replace"))
        except OSError:
            return ""

    def close(self) -> None:
        """End the process."""
        self._own.close()
        self._process.kill()
        self._process.wait()
        t.cast("t.IO[bytes]", self._process.stderr).close()


def _configured(login: Login) -> dict[str, t.Any]:
    """What paramiko connects with, from the login and what the user's SSH configuration says of its host."""
    config = paramiko.SSHConfig()
    with contextlib.suppress(FileNotFoundError):
        config = paramiko.SSHConfig.from_path(os.path.expanduser("~/.ssh/config"))
    found = config.lookup(login.host)
    arguments = {
        "hostname": found.get("hostname", login.host),
        "port": login.port or int(found.get("port", 22)),
        "username": login.user or found.get("user"),
        "key_filename": found.get("identityfile"),
    }
    if "proxycommand" in found:
        arguments["sock"] = paramiko.ProxyCommand(found["proxycommand"])
    return arguments


if paramiko is not None:

    class _UnknownKey(paramiko.SSHException):
        """The host's key is not known."""

    class _OnlyKnownKeys(paramiko.MissingHostKeyPolicy):
        """As the program ``ssh`` does it where it may ask nothing."""

        def missing_host_key(self, _client: t.Any, hostname: str, key: t.Any) -> None:
            """Refuse it."""
            raise _UnknownKey(f"the {key.get_name()} key of {hostname} is unknown")
