# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backend nftables. PRIVATE to the collection.

Our rules are in files of our own and loaded by a unit of our own that follows nftables.service: the user's
/etc/nftables.conf is never changed, and a reload of it, which flushes all rules, loads ours again.
"""

from __future__ import annotations

import re
import typing as t

from .backend import NFTABLES_FILES, Reading
from .iptables import iptables_note
from .nftables_ruleset import CHAIN, TABLE, Chain, Ruleset
from .nftables_text import accept_text, openings_seen, table_text, text_guarded, text_openings
from .plan import Access, live_firewall

if t.TYPE_CHECKING:
    from .host import Host
    from .plan import FirewallPlan, LiveFirewall

_TABLE_FILE = f"{NFTABLES_FILES}/table.nft"
_UNIT = "flotilla-firewall.service"
_UNIT_FILE = f"/etc/systemd/system/{_UNIT}"
_UNIT_TEXT = """\
# Written by flotilla.swarm.swarm_firewall, which replaces it.
[Unit]
Description=Swarm ports open to members only
Documentation=https://github.com/flotilla-swarm/flotilla.swarm
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={load_table}
ExecStart={load_accepts}
ExecReload={load_table}
ExecReload={load_accepts}
ExecStop=-{nft} delete table {table}

[Install]
WantedBy=multi-user.target nftables.service
"""


def unit_text(nft: str) -> str:
    """The unit that loads our rules, given the path of nft."""
    # A table that no longer exists must not prevent that the others are loaded.
    each = f'for file in {NFTABLES_FILES}/accept-*.nft; do [ ! -e "$file" ] || {nft} -f "$file"; done; true'
    return _UNIT_TEXT.format(
        nft=nft,
        table=" ".join(TABLE),
        load_table=f"{nft} -f {_TABLE_FILE}",
        load_accepts=f"/bin/sh -c '{each}'",
    )


def read(host: Host) -> Reading:
    """Read whether nftables filters, and what it lets members do; and whether iptables refuses packets through nft."""
    rules = _ruleset(host)
    note = iptables_note(host, rules.iptables_filters())
    filters = _is_enabled(host) or rules.filtering() or rules.ours()
    return Reading(_live(host, rules) if filters else None, note)


def check(host: Host, plan: FirewallPlan) -> None:
    """Refuse nothing: no other rule is changed, and nft may still be installed between the check and the change."""


def apply(host: Host, plan: FirewallPlan) -> None:
    """Write what the plan says to our files, and load it into our table and our chains in other tables in one step."""
    rules = _ruleset(host)
    chains = rules.extended()
    files = {_accept_file(chain): accept_text(chain, plan["openings"]) for chain in chains}
    for stale in set(host.paths(f"{NFTABLES_FILES}/accept-*.nft")) - set(files):
        host.remove(stale)
    files[_TABLE_FILE] = table_text(plan["openings"], plan["guarded"])
    for path, text in files.items():
        host.write(path, text)
    if host.booted():
        _install_unit(host)
        rules = _ruleset(host)
    # A unit that was started just now has added a second jump into our chain: it is deleted in the same step.
    _load(host, "".join([*_without_jumps(rules, chains), *files.values()]))


def remove(host: Host) -> None:
    """Remove our rules from the kernel, our files, and our unit from systemd."""
    if host.booted() and host.exists(_UNIT_FILE):
        host.do("systemctl", "disable", "--now", _UNIT)
    rules = _ruleset(host)
    commands = _without_jumps(rules, rules.extended())
    for family, table, _name in rules.ours():
        if (family, table) == TABLE:
            commands.append(f"delete table {family} {table}\n")
        else:
            commands.append(f"delete chain {family} {table} {CHAIN}\n")
            commands += [f"delete set {family} {table} {name}\n" for name in rules.sets(family, table)]
    if commands:
        _load(host, "".join(commands))
    for path in [*host.paths(f"{NFTABLES_FILES}/*.nft"), NFTABLES_FILES, "/etc/flotilla"]:
        host.remove(path)
    if host.exists(_UNIT_FILE):
        host.remove(_UNIT_FILE)
        host.do("systemctl", "daemon-reload")


def _accept_file(chain: Chain) -> str:
    return f"{NFTABLES_FILES}/accept-{re.sub(r'[^A-Za-z0-9_.-]', '_', '-'.join(chain))}.nft"


def _ruleset(host: Host) -> Ruleset:
    """The kernel's rules, with the elements of sets only for tables with rules of ours; empty without nft.

    Raises:
        FirewallError: nft is installed but cannot list the rules, and they may matter.
    """
    if not host.has_tool("nft"):
        return Ruleset()
    # Terse: a block list may have a hundred thousand elements.
    listing = ("nft", "-j", "-t", "list", "ruleset")
    overview = host.ask(*listing)
    if overview is None:
        # Where nothing says that nftables is in use, a kernel without it is the same as a host without nft.
        if host.privileged() and not _is_enabled(host):
            return Ruleset()
        overview = host.do(*listing)
    tables = [chain[:2] for chain in Ruleset(overview).ours()]
    return Ruleset(overview, *(host.do("nft", "-j", "list", "table", *table) for table in tables))


def _is_enabled(host: Host) -> bool:
    """Whether nftables is in use on this host, whatever rules are loaded now."""
    unit = "nftables.service"
    return host.active(unit) or host.enabled(unit) or host.exists(NFTABLES_FILES)


def _live(host: Host, rules: Ruleset) -> LiveFirewall:
    """What nftables lets members do, now and after the next boot."""
    table_file = host.text(_TABLE_FILE)
    in_kernel = Access(rules.openings(*TABLE), rules.guarded())
    in_file = Access(text_openings(table_file), text_guarded(table_file))
    copies = [in_kernel, in_file]
    all_openings = in_kernel.openings | in_file.openings
    chains = rules.extended()
    for chain in chains:
        accepted = rules.openings(*chain[:2]) if rules.jumps(chain) else frozenset()
        # A table for IPv4 only lacks no IPv6 member, and only our own table guards.
        out_of_sight = all_openings - openings_seen(chain.family, all_openings)
        for openings in (accepted, text_openings(host.text(_accept_file(chain)))):
            copies.append(Access(openings | out_of_sight, in_kernel.guarded))
    # Without systemd (a container) nothing can load the rules at boot, and nothing is missing.
    persistent = not host.booted() or (
        host.text(_UNIT_FILE) == unit_text(host.tool("nft") or "nft") and host.enabled(_UNIT)
    )
    live = live_firewall("nftables", copies, persistent)
    live["chains"] = [" ".join(chain) for chain in chains]
    return live


def _without_jumps(rules: Ruleset, chains: list[Chain]) -> list[str]:
    """Commands that delete the jumps from other chains into ours."""
    return [
        f"delete rule {' '.join(chain)} handle {handle}\n"
        for chain in chains
        for handle in rules.jumps(chain)
    ]


def _load(host: Host, text: str) -> None:
    """Load a text in one transaction."""
    path = f"{NFTABLES_FILES}/.now"
    host.write(path, text)
    try:
        host.do("nft", "-f", path)
    finally:
        host.remove(path)


def _install_unit(host: Host) -> None:
    text = unit_text(host.tool("nft") or "nft")
    if host.text(_UNIT_FILE) != text:
        host.write(_UNIT_FILE, text)
        host.do("systemctl", "daemon-reload")
    if not host.enabled(_UNIT):
        host.do("systemctl", "enable", _UNIT)
    if not host.active(_UNIT):
        host.do("systemctl", "start", _UNIT)
