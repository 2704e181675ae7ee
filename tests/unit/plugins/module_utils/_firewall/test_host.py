# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import FirewallError, Host


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    path = tmp_path / "usr/sbin/tool"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    return path


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=yes", "yes"),
        ('NAME="yes"', "yes"),
        ("NAME='yes' # why", "yes"),
        ("#NAME=yes", ""),
        ("OTHER_NAME=yes", ""),
        ("NAME=", ""),
        ("NAME=yes no", "yes"),
    ],
)
def test_a_setting_is_read_as_it_is_written(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / "conf").write_text(f"# comment\nFIRST=1\n{line}\n")
    assert Host(lambda argv: (0, "", ""), str(tmp_path)).setting("/conf", "NAME") == value


def test_a_file_that_does_not_exist_has_no_text_and_no_settings(tmp_path: Path) -> None:
    host = Host(lambda argv: (0, "", ""), str(tmp_path))
    assert (host.text("/conf"), host.setting("/conf", "NAME"), host.exists("/conf")) == ("", "", False)


def test_a_program_that_fails_is_an_error_or_no_answer(tmp_path: Path, tool: Path) -> None:
    host = Host(lambda argv: (2, "", "first\nsecond\nthird\nfourth\n"), str(tmp_path))
    assert host.ask("tool", "list") is None
    with pytest.raises(FirewallError, match=r"^tool list failed on this host with: first second third\.$"):
        host.do("tool", "list")


def test_a_user_who_is_not_root_is_told_to_become_root(
    tmp_path: Path, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first contact of a newcomer whose inventory has no become, not what netlink says of it."""
    host = Host(lambda argv: (1, "", "netlink: Error: cache initialization failed"), str(tmp_path))
    monkeypatch.setattr(host, "privileged", lambda: False)
    with pytest.raises(FirewallError) as refused:
        host.do("tool", "list")
    assert str(refused.value) == (
        "Only root can use tool on this host, and this user is not root: set become to true (ansible_become: true in the "
        "inventory)."
    )


def test_a_program_without_words_fails_with_its_status(tmp_path: Path, tool: Path) -> None:
    with pytest.raises(FirewallError, match=r"with: exit status 2\.$"):
        Host(lambda argv: (2, "", ""), str(tmp_path)).do("tool")


def test_a_program_that_is_not_installed_is_not_started(tmp_path: Path) -> None:
    host = Host(lambda argv: pytest.fail(f"{argv} was started"), str(tmp_path))
    assert host.ask("tool") is None and not host.has_tool("tool")
    with pytest.raises(FirewallError, match=r"^tool is not installed on this host; install it or choose"):
        host.do("tool")


def test_files_are_replaced_and_removed(tmp_path: Path) -> None:
    host = Host(lambda argv: (0, "", ""), str(tmp_path))
    host.write("/etc/one/a.nft", "1")
    host.write("/etc/one/a.nft", "2")
    assert host.text("/etc/one/a.nft") == "2" and host.paths("/etc/one/*.nft") == ["/etc/one/a.nft"]
    assert (tmp_path / "etc/one/a.nft").stat().st_mode & 0o777 == 0o644
    host.remove("/etc/one")
    assert host.exists("/etc/one/a.nft"), "a directory with files stays"
    for path in ("/etc/one/a.nft", "/etc/one", "/etc/one"):
        host.remove(path)
    assert not host.exists("/etc/one")
