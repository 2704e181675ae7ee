# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command ``lab``: options in, one sentence out when something is wrong."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from . import api, hosts, image, own, paths, shell
from . import outer as outer_daemon
from .errors import LabError

HOST_VERBS = {
    "cut": ("pull the host's network cable (a reboot plugs it in again)", "is cut off"),
    "heal": ("plug the cable in again", "is back on the network"),
    "kill": ("crash the host", "is dead"),
    "start": ("start it after a crash", "is ready"),
    "reboot": ("reboot the host", "is ready"),
    "wipe": ("empty /var/lib/docker: the Engine forgets everything, its swarm too", "has an empty Engine"),
    "stop-engine": ("stop the host's Docker Engine", "has its Engine stopped"),
    "start-engine": ("start the host's Docker Engine", "has its Engine running"),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="lab", description="Test hosts with systemd, sshd and their own Docker Engine."
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.add_argument("--name", default="demo", help="which lab (default: demo)")
        return sub

    up = verb("up", "start a lab and wait until its hosts are ready")
    up.add_argument("--managers", type=int, help="hosts m1, m2 ... (default: 3)")
    up.add_argument("--workers", type=int, help="hosts w1, w2 ... (default: 2)")
    up.add_argument("--hosts", type=int, help="hosts in all: three of them m1 to m3, the others w1 ...")
    up.add_argument(
        "--engine", default="20.10", help="20.10, 26.1, 28.5, mixed, or m1=20.10,w1=26.1 (default: 20.10)"
    )
    up.add_argument(
        "--bare",
        nargs="?",
        const="all",
        help="hosts without Docker: all of them, or --bare=w1,w2",
        metavar="HOSTS",
    )
    up.add_argument(
        "--firewall", default="none", help="none, firewalld, ufw, nftables, or m1=ufw,w1=nftables"
    )
    down = verb("down", "remove a lab")
    down.add_argument("--all", action="store_true", help="every lab, and the lab's own Docker daemon")
    verb("status", "show what is up")
    ssh = verb("ssh", "log in to a host, or run a command on it")
    ssh.add_argument("host")
    ssh.add_argument("command", nargs=argparse.REMAINDER)
    for name, (text, _done) in HOST_VERBS.items():
        verb(name, text).add_argument("hosts", nargs="+", metavar="HOST")
    inventory = verb("inventory", "print the lab as an Ansible inventory")
    inventory.add_argument("--managers", type=int, help="put the first N hosts into swarm_managers")
    verb("env", "print what to `eval` to reach the outer daemon with the docker command")
    verb("purge", "remove every lab, the lab's own Docker daemon and the image cache")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; what is wrong goes to standard error in one sentence."""
    args = parser().parse_args(argv)
    try:
        _verb(args.verb)(args)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us (`lab status | head`) has seen enough; nothing may be flushed on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("lab: interrupted; `lab status` shows what is up.", file=sys.stderr)
        return 130
    return 0


def _verb(name: str) -> Callable[[argparse.Namespace], None]:
    verbs: dict[str, Callable[[argparse.Namespace], None]] = {
        "up": _up,
        "down": _down,
        "status": _status,
        "ssh": _ssh,
        "inventory": _inventory,
        "env": _env,
        "purge": _purge,
    }
    return verbs.get(name, _break)


def _up(args: argparse.Namespace) -> None:
    lab = api.Lab.up(
        args.name, args.managers, args.workers, args.hosts, args.engine, args.bare, args.firewall
    )
    for host in lab.hosts:
        print(f"{host.name}  {host.address}  {host.spec.release}  {_contents(host)}")
    print(f"registry  {lab.registry}  (tiny:1, tiny:2)")
    print(
        f"Next: lab inventory --name {lab.name} > hosts.yml, or lab ssh --name {lab.name} {lab.hosts[0].name}"
    )


def _contents(host: api.Host) -> str:
    engine = f"none ({host.spec.engine} installable)" if host.spec.bare else host.spec.engine
    return f"Engine {engine}  firewall {host.spec.firewall}"


def _down(args: argparse.Namespace) -> None:
    outer = outer_daemon.find()
    if args.all:
        _down_all(outer)
        return
    if outer is not None:
        api.down(outer, args.name)
    shell.say(f"lab {args.name} is gone")


def _down_all(outer: outer_daemon.Outer | None) -> None:
    if outer is not None:
        for name in sorted(hosts.existing(outer)):
            api.down(outer, name)
            shell.say(f"lab {name} is gone")
    if own.stop():
        shell.say("the lab's own Docker daemon is stopped; its images are kept (`lab purge` removes them)")


def _status(args: argparse.Namespace) -> None:
    outer = outer_daemon.find()
    if outer is None:
        print("No Docker daemon answers; no lab is up.")
        return
    where = f"the lab's own at {outer.socket}" if outer.socket else "this machine's"
    cgroups = outer.info.get("CgroupVersion", "?")
    print(f"Outer Docker: {where}, {outer.info['ServerVersion']}, cgroup v{cgroups}")
    labs = hosts.existing(outer)
    for name, (spec, subnet) in sorted(labs.items()):
        lab = api.Lab(outer, spec, subnet)
        print(f"{name}  {subnet}  registry {lab.registry}")
        states = lab.states()
        for host in lab.hosts:
            print(f"  {host.name}  {host.address}  {states.get(host.name, 'absent')}  {_contents(host)}")
    if not labs:
        print("No lab is up.")


def _ssh(args: argparse.Namespace) -> None:
    command = api.Lab.get(args.name).host(args.host).ssh_command(*args.command)
    os.execvp(command[0], command)


def _break(args: argparse.Namespace) -> None:
    lab = api.Lab.get(args.name)
    broken = [lab.host(name) for name in args.hosts]
    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(getattr(host, args.verb.replace("-", "_"))) for host in broken]:
            future.result()
    for host in broken:
        shell.say(f"{host.name} {HOST_VERBS[args.verb][1]}")


def _inventory(args: argparse.Namespace) -> None:
    print(api.Lab.get(args.name).inventory(args.managers), end="")


def _env(args: argparse.Namespace) -> None:
    for key, value in outer_daemon.require().env().items():
        print(f"export {key}={value}")


def _purge(args: argparse.Namespace) -> None:
    outer = outer_daemon.find()
    if outer is not None:
        for name in sorted(hosts.existing(outer)):
            api.down(outer, name)
        tags = image.images(outer)
        if tags:
            outer.docker("image", "rm", "-f", *tags)
    own.stop()
    paths.remove_state()
    shell.say("labs, daemon and image cache are gone")
