# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating and removing the containers, networks and volumes of a lab."""

from __future__ import annotations

import io
import json
import socket
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import image, recipes, shell, subnets
from .errors import LabError
from .outer import Outer
from .paths import lab_dir, locked
from .spec import HostSpec, LabSpec, max_hosts

LABEL = "flotilla.lab"
"""Label on everything of a lab in the outer daemon; its value is the lab's name."""
SPEC_LABEL = "flotilla.lab.spec"
"""Label on the lab's network: the lab as asked for. The network is what makes a lab exist."""
HOST_LABEL = "flotilla.lab.host"


def container(lab: str, host: str) -> str:
    """Return the container's name of a host."""
    return f"flotilla-{lab}-{host}"


def network(lab: str) -> str:
    """Return the name of a lab's network in the outer daemon."""
    return f"flotilla-{lab}"


def existing(outer: Outer) -> dict[str, tuple[LabSpec, str]]:
    """Return {lab name: (spec, subnet)} of every lab of the outer daemon."""
    ids = outer.lines("network", "ls", "--filter", f"label={SPEC_LABEL}", "--format", "{{.ID}}")
    found: dict[str, tuple[LabSpec, str]] = {}
    for item in _inspect_networks(outer, ids):
        spec = LabSpec.from_json(item["Labels"][SPEC_LABEL])
        found[spec.name] = (spec, item["IPAM"]["Config"][0]["Subnet"])
    return found


def _inspect_networks(outer: Outer, ids: list[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    # A network may go between the list and this (a lab taken down meanwhile): what is left is printed.
    result = outer.docker("network", "inspect", *ids, check=False)
    return list(json.loads(result.stdout or "[]"))


def reserve(outer: Outer, spec: LabSpec) -> str:
    """Make the lab's network on a free subnet and return that; refuse when there are too many hosts."""
    with locked("reserve"):
        labs = existing(outer)
        if spec.name in labs:
            raise LabError(
                f"The lab {spec.name} is being started by somebody else; wait, or use another --name."
            )
        total = sum(len(other.hosts) for other, _subnet in labs.values())
        if total + len(spec.hosts) > max_hosts():
            others = ", ".join(
                f"{name} ({len(other.hosts)})" for name, (other, _subnet) in sorted(labs.items())
            )
            raise LabError(
                f"{len(spec.hosts)} more hosts are too many beside {others}: all labs of this machine may "
                f"have {max_hosts()} together; take one down with `lab down --name NAME`."
            )
        taken = [] if outer.remote else _routed()
        for item in _inspect_networks(outer, outer.lines("network", "ls", "--format", "{{.ID}}")):
            taken += [config["Subnet"] for config in item["IPAM"].get("Config") or [] if config.get("Subnet")]
        subnet = subnets.choose_subnet(taken)
        outer.docker(
            *("network", "create", "--driver=bridge", f"--subnet={subnet}"),
            *(f"--label={LABEL}={spec.name}", f"--label={SPEC_LABEL}={spec.to_json()}", network(spec.name)),
        )
        return subnet


def _routed() -> list[str]:
    return subnets.routed_subnets(shell.run(["ip", "-4", "route", "show", "table", "all"]).stdout)


def files(host: HostSpec, public_key: str, registry: str) -> bytes:
    """Return, as a tar stream, the files a host gets before its first start."""
    wanted = {"root/.ssh/authorized_keys": public_key}
    if not host.bare:
        daemon = {"debug": True, "insecure-registries": [registry]}
        wanted["etc/docker/daemon.json"] = json.dumps(daemon, indent=2) + "\n"
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for directory in sorted({path.rpartition("/")[0] for path in wanted}):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o700 if directory.endswith(".ssh") else 0o755
            tar.addfile(entry)
        for path, text in wanted.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text.encode()), 0o600 if ".ssh" in path else 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def write_resolv_conf(lab: str) -> None:
    """Write the resolv.conf of the lab's hosts, where this machine has name servers they can reach."""
    # With systemd-resolved the machine's own file names a loopback address; the real ones are in the second.
    for path in (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf")):
        servers = recipes.resolvers(path.read_text(encoding="utf-8")) if path.exists() else []
        if servers:
            text = "".join(f"nameserver {server}\n" for server in servers)
            (lab_dir(lab) / "resolv.conf").write_text(text, encoding="utf-8")
            return


def create(outer: Outer, spec: LabSpec, subnet: str, host: HostSpec, public_key: str, registry: str) -> None:
    """Create and start the container of one host."""
    lab, others = spec.name, [other.name for other in spec.hosts if other.name != host.name]
    name = container(lab, host.name)
    tag = recipes.tag(host.release, host.layers)
    labels = (f"--label={LABEL}={lab}", f"--label={HOST_LABEL}={host.name}")
    volume = f"{name}-docker"
    outer.docker("volume", "create", *labels, volume)
    resolv_conf = lab_dir(lab) / "resolv.conf"
    outer.docker(
        *("create", "--name", name, "--hostname", host.name, *labels),
        *("--network", network(lab), "--ip", subnets.host_address(subnet, host.name)),
        *("--network-alias", host.name),
        # A reboot asked for on the host itself ends its first process; docker brings it back.
        "--restart=on-failure",
        # Docker's own name server works by NAT rules in the host; a firewall that flushes its ruleset at boot
        # would take the host's names away with them.
        *([f"--volume={resolv_conf}:/etc/resolv.conf"] if resolv_conf.exists() else []),
        *(f"--add-host={other}:{subnets.host_address(subnet, other)}" for other in others),
        # --privileged fails where the machine itself lacks a capability; these together come to the same.
        *("--cap-add=ALL", "--cap-drop=SYS_RESOURCE", "--security-opt=seccomp=unconfined"),
        *("--security-opt=systempaths=unconfined", "--security-opt=apparmor=unconfined"),
        *("--device-cgroup-rule=a *:* rwm", "--cgroupns=private"),
        *("--tmpfs=/run", "--tmpfs=/tmp:exec", "--stop-signal=SIGRTMIN+3"),
        # overlay2 does not nest on overlay.
        f"--volume={volume}:/var/lib/docker",
        tag,
    )
    outer.docker("cp", "-", f"{name}:/", stdin=files(host, public_key, registry))
    outer.docker("start", name)


def build_images(outer: Outer, spec: LabSpec) -> None:
    """Build what the lab's hosts need and is not there."""
    wanted = sorted({(host.release, tuple(host.layers)) for host in spec.hosts})

    def of_release(release: str) -> None:
        for _release, layers in [item for item in wanted if item[0] == release]:
            image.ensure(outer, release, list(layers))

    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(of_release, release) for release in sorted({item[0] for item in wanted})]:
            future.result()


def create_all(outer: Outer, spec: LabSpec, subnet: str, public_key: str, registry: str) -> None:
    """Create the hosts that do not exist, start those that do not run, and wait until all are ready."""
    present = states(outer, spec.name)

    def one(host: HostSpec) -> None:
        if present.get(host.name) == "created":
            # Whoever made it was ended before it got its files.
            outer.docker("rm", "-f", container(spec.name, host.name))
        if present.get(host.name, "created") == "created":
            create(outer, spec, subnet, host, public_key, registry)
        elif present[host.name] != "running":
            outer.docker("start", container(spec.name, host.name))
        wait_ready(outer, spec.name, host, subnets.host_address(subnet, host.name))

    with ThreadPoolExecutor(max_workers=8) as pool:
        for future in [pool.submit(one, host) for host in spec.hosts]:
            future.result()


def states(outer: Outer, lab: str) -> dict[str, str]:
    """Return {host: running|exited|created...} of the lab's containers."""
    form = '{{.Label "' + HOST_LABEL + '"}} {{.State}}'
    lines = outer.lines("ps", "-a", "--filter", f"label={LABEL}={lab}", "--format", form)
    return {words[0]: words[1] for words in (line.split() for line in lines) if len(words) == 2}


def wait_ready(outer: Outer, lab: str, host: HostSpec, address: str, timeout: float = 120) -> None:
    """Wait until systemd is up, sshd answers and, where the host came with Docker, the Engine is active."""
    deadline = time.monotonic() + timeout
    name = container(lab, host.name)
    missing = ""
    while time.monotonic() < deadline:
        missing = _missing(outer, name, host, address)
        if not missing:
            return
        time.sleep(0.5)
    raise LabError(
        f"Host {host.name} of lab {lab} is not ready after {timeout:g} s: {missing}; "
        f"see `docker logs {name}`."
    )


def _missing(outer: Outer, name: str, host: HostSpec, address: str) -> str:
    """Return what the host still lacks to be ready, or nothing."""
    state = outer.docker("exec", name, "systemctl", "is-system-running", check=False)
    if state.stdout.strip() not in ("running", "degraded"):
        return f"systemd says '{(state.stdout or state.stderr).strip()}'"
    if state.stdout.strip() == "degraded":
        failed = outer.docker(
            "exec", name, "systemctl", "--failed", "--plain", "--no-legend", check=False
        ).stdout
        # Failed units of the host's own making must be seen, but some tests want them.
        shell.say(f"{host.name}: systemd is degraded: {' | '.join(failed.split(chr(10)))}")
    try:
        with socket.create_connection((address, 22), timeout=2) as connection:
            if not connection.recv(4).startswith(b"SSH"):
                return f"sshd at {address} does not answer"
    except OSError as error:
        return f"sshd at {address}: {error}"
    if not host.bare:
        active = outer.docker("exec", name, "systemctl", "is-active", "docker", check=False).stdout.strip()
        if active != "active":
            return f"docker.service is {active or 'absent'}"
    return ""


def remove_all(outer: Outer, lab: str) -> None:
    """Remove every container, volume and network of the lab; what is not there is fine."""
    label = f"label={LABEL}={lab}"
    containers = outer.lines("ps", "-aq", "--filter", label)
    if containers:
        outer.docker("rm", "-f", "-v", *containers)
    volumes = outer.lines("volume", "ls", "-q", "--filter", label)
    if volumes:
        outer.docker("volume", "rm", "-f", *volumes)
    nets = outer.lines("network", "ls", "-q", "--filter", label)
    if nets:
        outer.docker("network", "rm", *nets)


def make_key(lab: str) -> str:
    """Return the lab's public key; make the pair in the lab's directory where there is none."""
    directory = lab_dir(lab)
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    key = directory / "key"
    if not key.exists():
        shell.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"flotilla-lab-{lab}", "-f", str(key)]
        )
    return key.with_suffix(".pub").read_text(encoding="utf-8")
