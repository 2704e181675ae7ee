# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the kernel of a node makes of the options of a service, and of addresses. PRIVATE to the collection. Pure.

The Engine stores all of it unseen, and each task fails on its node: a service that is sent with such a value never starts.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

# Linux 6 (include/uapi/linux/capability.h).
_CAPABILITY_NAMES = """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
    SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
    AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
    PERFMON BPF CHECKPOINT_RESTORE ALL
    """
_CAPABILITIES = frozenset(_CAPABILITY_NAMES.split())
# As the Engine reads them (moby sys/signal), with or without SIG before it.
_SIGNAL_NAMES = """
    ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM
    TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX
    """
_SIGNALS = frozenset(
    _SIGNAL_NAMES.split()
    + [f"RTMIN+{number}" for number in range(1, 16)]
    + [f"RTMAX-{number}" for number in range(1, 15)]
)
_ULIMIT_NAMES = (
    "as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack"
)
#: The resources of ``ulimits`` (docker/go-units).
ULIMITS = frozenset(_ULIMIT_NAMES.split())
# The kernel starts no program with a longer argument or variable (MAX_ARG_STRLEN, with the NUL at its end).
_LONGEST_WORD = 128 * 1024 - 1
_LONGEST_HOSTNAME = 64
_LARGEST_ID = 2**31 - 1
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


def capability(name: str) -> str:
    """A capability as the Engine stores it.

    Raises:
        ValueError: the kernel has none of that name.
    """
    short = name.upper()[len("CAP_") :] if name.upper().startswith("CAP_") else name.upper()
    if short not in _CAPABILITIES:
        raise ValueError(f"{name!r} is no capability of Linux, such as NET_ADMIN")
    return short if short == "ALL" else f"CAP_{short}"


def user(text: str) -> None:
    """Refuse a user that no container can have: a name or an ID, or one with a group after a colon."""
    if text.count(":") > 1:
        raise ValueError(f"{text!r} has more than a user and a group, such as 1000:1000")
    for part in text.split(":"):
        _identity(part)


def group(text: str) -> None:
    """Refuse a group that no container can have: it is a name or an ID."""
    if ":" in text:
        raise ValueError(f"{text!r} is more than one group")
    _identity(text)


def _identity(text: str) -> None:
    # runc takes what is no number for a name (moby/sys/user).
    if re.fullmatch(r"[+-]?[0-9]+", text) and not (
        len(text.lstrip("+-0")) < 12 and 0 <= int(text) <= _LARGEST_ID
    ):
        raise ValueError(f"{text[:20]} is no ID: IDs go from 0 to {_LARGEST_ID}")


def one_way(added: t.Iterable[str], dropped: t.Iterable[str]) -> None:
    """Refuse capabilities, as the Engine stores them, that are added and dropped at the same time."""
    both = sorted(set(added) & set(dropped))
    if both:
        raise ValueError(f"{both[0]} is added and dropped: keep one of them")


def signal(text: str) -> None:
    """Refuse what is no signal; the empty text leaves it to the image."""
    name = text.upper()
    name = name[len("SIG") :] if name.startswith("SIG") else name
    is_number = re.fullmatch(r"[0-9]{1,2}", text) and 1 <= int(text) <= 64
    if text and not is_number and name not in _SIGNALS:
        raise ValueError(f"{text!r} is no signal, such as SIGTERM or 15")


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def address(text: str) -> None:
    """Refuse what is no IP address."""
    if not is_address(text):
        raise ValueError(f"{text!r} is not an IP address")


def no_other_hosts(text: str) -> str | None:
    """Why no other host can have an IP address or send to it; ``None`` where one can.

    Of a loopback address nothing is said: it is a host's own, and a swarm of one node needs no other.

    Raises:
        ValueError: it is no IP address.
    """
    found = ipaddress.ip_address(text.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_unspecified:
        return "it stands for every address of a host, and names none"
    if found.is_multicast:
        return "it is a multicast address, and no host has it"
    if str(found) == "255.255.255.255":
        return "it is the broadcast address, and no host has it"
    if "%" in text or (found.version == 6 and found.is_link_local):
        return "it is a link-local address, which means nothing without the interface that each host reaches it by"
    return None


def is_windows(path: str) -> bool:
    """Whether a path begins with a drive."""
    return bool(_WINDOWS.match(path))


def is_path(path: str) -> bool:
    """Whether a path is absolute, on Linux or on Windows."""
    return path.startswith("/") or is_windows(path)


def directory(path: str) -> None:
    """Refuse a relative path; the empty text leaves it to the image."""
    if path and not is_path(path):
        raise ValueError(f"{path!r} is not an absolute path, such as /srv")


def hostname(text: str) -> None:
    """Refuse a host name that no container can have; what a template makes of it is known on the node only."""
    if "{{" not in text and (len(text) > _LONGEST_HOSTNAME or re.search(r"\s", text)):
        raise ValueError(
            f"it has {len(text)} characters, and a host name has at most {_LONGEST_HOSTNAME}, no blanks among them"
        )


def words(values: t.Iterable[str]) -> None:
    """Refuse arguments that are too long for the kernel."""
    for number, word in enumerate(values, start=1):
        word_length(word, f"entry {number}")


def word_length(word: str, where: str) -> None:
    """Refuse a word that is too long for the kernel; it is not repeated, since it may be a secret."""
    length = len(word.encode("utf-8", "surrogateescape"))
    if length > _LONGEST_WORD:
        raise ValueError(
            f"{where} has {length} bytes, and the kernel takes at most {_LONGEST_WORD}: use a config or a secret"
        )
