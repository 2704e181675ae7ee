# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P1 from Docker's repository: a bare host, and a repository of the same shape, signed and served by the host itself.

Its docker-ce of the version that is wanted is the distribution's Engine under another name; the others are empty.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.playing import Lab, Played, play

BOOK = [{"hosts": "swarm", "gather_facts": False, "roles": ["flotilla.swarm.swarm_engine"]}]
MIRROR = "http://127.0.0.1:8000"

# Makes and signs the repository with what a bare host has, and gpg.
REPOSITORY = r"""
import hashlib, os, pathlib, subprocess
root = pathlib.Path("/srv/mirror/debian")
pool, lists = root / "pool", root / "dists/bookworm/stable/binary-amd64"
for folder in (pool, lists):
    folder.mkdir(parents=True)
def build(name, version, depends):
    tree = pathlib.Path("/tmp/build") / name / version
    (tree / "DEBIAN").mkdir(parents=True)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: x <x@x>\nDescription: x\n"
    (tree / "DEBIAN/control").write_text(control + (f"Depends: {depends}\n" if depends else ""))
    subprocess.run(["dpkg-deb", "--build", str(tree), str(pool)], check=True, stdout=subprocess.DEVNULL)
def rename(version):
    tree = "/tmp/build/engine"
    subprocess.run("cd /tmp && apt-get -q download docker.io && dpkg-deb -R docker.io_*.deb " + tree, shell=True, check=True)
    control = pathlib.Path(tree, "DEBIAN/control")
    lines = control.read_text().replace("Package: docker.io", "Package: docker-ce").splitlines()
    kept = [line for line in lines if line.split(":")[0] not in ("Conflicts", "Breaks", "Replaces", "Source", "Built-Using")]
    kept = ["Version: " + version if line.startswith("Version:") else line for line in kept]
    control.write_text("\n".join(kept) + "\n")
    subprocess.run(["dpkg-deb", "-Znone", "--build", tree, str(pool)], check=True, stdout=subprocess.DEVNULL)
versions = ("5:20.10.22~3-0~debian-bookworm", "5:20.10.24~3-0~debian-bookworm", "5:26.1.4-1~debian.12~bookworm")
for version in versions:
    build("docker-ce-cli", version, "")
    if version != versions[1]:
        build("docker-ce", version, "")
rename(versions[1])
build("containerd.io", "1.7.24-1", "")
packages = ""
for file in sorted(pool.iterdir()):
    control = subprocess.run(["dpkg-deb", "-f", str(file)], capture_output=True, text=True, check=True).stdout
    data = file.read_bytes()
    packages += f"{control}Filename: pool/{file.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
(lists / "Packages").write_text(packages)
digest = hashlib.sha256(packages.encode()).hexdigest()
release = "Suite: bookworm\nCodename: bookworm\nComponents: stable\nArchitectures: amd64\nDate: Thu, 01 Jan 2026 00:00:00 UTC\n"
release += f"SHA256:\n {digest} {len(packages.encode())} stable/binary-amd64/Packages\n"
(root / "dists/bookworm/Release").write_text(release)
os.environ["GNUPGHOME"] = "/root/gpg"
os.mkdir("/root/gpg", 0o700)
gpg = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
subprocess.run([*gpg, "--quick-generate-key", "mirror@example.com", "rsa2048", "sign", "never"], check=True)
subprocess.run([*gpg, "--armor", "--output", str(root / "gpg"), "--export"], check=True)
signed, plain = str(root / "dists/bookworm/InRelease"), str(root / "dists/bookworm/Release")
subprocess.run([*gpg, "--output", signed, "--clearsign", plain], check=True)
"""


@pytest.fixture(scope="module")
def lab() -> t.Iterator[Lab]:
    with own_lab("repo", managers=1, workers=0, engine="20.10", bare="all") as lab:
        host = lab.host("m1")
        if host.run("apt-get install -y --no-install-recommends gnupg gpg-agent", check=False).rc != 0:
            pytest.skip("the host reaches no package mirror for gpg")
        host.run(f"cat > /root/make.py <<'END'\n{REPOSITORY}\nEND\npython3 /root/make.py")
        host.run("systemd-run --unit=mirror --working-directory=/srv/mirror python3 -m http.server 8000")
        yield lab


def engine(lab: Lab, **declared: t.Any) -> Played:
    variables = {"source": "docker", "repository_url": MIRROR, "version": "20.10", **declared}
    return play(lab, BOOK, {f"swarm_engine_{name}": value for name, value in variables.items()})


def test_a_version_that_is_not_there_is_refused_with_those_there_are(lab: Lab) -> None:
    message = engine(lab, version="25.0").failures["m1"]
    assert message.startswith(
        "m1: no package docker-ce is of version 25.0; there are 5:26.1.4-1~debian.12~bookworm, 5:20.10.24"
    )


def test_the_newest_package_of_the_pinned_version_is_installed_and_held(lab: Lab) -> None:
    played = engine(lab)
    assert played.status == 0, played.text
    run = lab.host("m1").run
    shown = run("dpkg-query -W -f '${Package} ${Version}\\n' docker-ce docker-ce-cli containerd.io").stdout
    assert shown.split("\n")[1:3] == [
        "docker-ce 5:20.10.24~3-0~debian-bookworm",
        "docker-ce-cli 5:20.10.24~3-0~debian-bookworm",
    ]
    assert run("apt-mark showhold").stdout.split() == ["docker-ce", "docker-ce-cli"]
    assert run("systemctl is-active docker.service").stdout.strip() == "active"


def test_the_second_run_changes_nothing(lab: Lab) -> None:
    played = engine(lab)
    assert played.nothing_changed, played.text
