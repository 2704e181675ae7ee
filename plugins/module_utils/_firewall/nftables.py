# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nftables. PRIVATE to the collection.

Our rules are in files of our own and loaded by a unit of our own that follows nftables.service: the user's
/etc/nftables.conf is never touched, and a reload of it, which flushes everything, brings ours back.
"""

from __future__ import annotations

import re
import typing as t

from . import nft_text as texts
from . import plan as plans
from .host import NFTABLES_FILES, Host
from .nft_ruleset import CHAIN, TABLE, Chain, Ruleset

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
    # A table that is not there (any more) must not keep the others from being loaded.
    each = f'for file in {NFTABLES_FILES}/accept-*.nft; do [ ! -e "$file" ] || {nft} -f "$file"; done; true'
    return _UNIT_TEXT.format(
        nft=nft,
        table=" ".join(TABLE),
        load_table=f"{nft} -f {_TABLE_FILE}",
        load_accepts=f"/bin/sh -c '{each}'",
    )


def _accept_file(chain: Chain) -> str:
    return f"{NFTABLES_FILES}/accept-{re.sub(r'[^A-Za-z0-9_.-]', '_', '-'.join(chain))}.nft"


def ruleset(host: Host) -> Ruleset:
    """The kernel's rules, with the elements of sets only in tables that know of us; empty without nft.

    Raises:
        FirewallError: nft is there but cannot list them, and they may matter.
    """
    if host.tool("nft") is None:
        return Ruleset()
    # Terse: a block list may have a hundred thousand elements.
    listing = ("nft", "-j", "-t", "list", "ruleset")
    overview = host.ask(*listing)
    if overview is None:
        # A kernel without nftables is as good as a host without nft, where nothing says otherwise.
        if host.privileged() and not _wanted(host):
            return Ruleset()
        overview = host.do(*listing)
    tables = [chain[:2] for chain in Ruleset(overview).ours()]
    return Ruleset(overview, *(host.do("nft", "-j", "list", "table", *table) for table in tables))


def filters(host: Host, rules: Ruleset) -> bool:
    """Whether nftables is this host's firewall."""
    return _wanted(host) or bool(rules.filtering()) or bool(rules.ours())


def _wanted(host: Host) -> bool:
    unit = "nftables.service"
    return host.active(unit) or host.enabled(unit) or host.exists(NFTABLES_FILES)


def _targets(rules: Ruleset) -> list[Chain]:
    """Chains of others that (have to) lead to ours."""
    found = rules.filtering()
    return sorted({*found, *(chain for chain in rules.chains if rules.jumps(chain) and chain[:2] != TABLE)})


def look(host: Host, rules: Ruleset) -> dict[str, t.Any]:
    """What nftables lets members do, now and after the next boot."""
    written = host.read(_TABLE_FILE)
    found = [
        plans.Place(rules.openings(*TABLE), rules.guarded()),
        plans.Place(texts.text_openings(written), texts.text_guarded(written)),
    ]
    all_openings = found[0].openings | found[1].openings
    targets = _targets(rules)
    for chain in targets:
        accepted = rules.openings(*chain[:2]) if rules.jumps(chain) else frozenset()
        for openings in (accepted, texts.text_openings(host.read(_accept_file(chain)))):
            # Nobody misses an IPv6 member in a table that sees IPv4 only, and our table alone guards.
            out_of_sight = all_openings - texts.openings_for(chain.family, all_openings)
            found.append(plans.Place(openings | out_of_sight, found[0].guarded))
    # Without systemd (a container) nothing can load them at boot, and nothing is amiss.
    unit = not host.booted() or (
        host.read(_UNIT_FILE) == unit_text(host.tool("nft") or "nft") and host.enabled(_UNIT)
    )
    return plans.live_state("nftables", found, persistent=unit, chains=[" ".join(chain) for chain in targets])


def apply(host: Host, plan: dict[str, t.Any]) -> None:
    """Make our table and our chains in others' tables what the plan says: in files, then in the kernel at once."""
    if not plan["openings"]:
        remove(host)
        return
    rules = ruleset(host)
    targets = _targets(rules)
    files = {_accept_file(chain): texts.accept_text(chain, plan["openings"]) for chain in targets}
    for stale in set(host.find(f"{NFTABLES_FILES}/accept-*.nft")) - set(files):
        host.remove(stale)
    files[_TABLE_FILE] = texts.table_text(plan["openings"], plan["guarded"])
    for path, text in files.items():
        host.write(path, text)
    if host.booted():
        _install_unit(host)
        rules = ruleset(host)
    # The unit, just started, leads into our chain a second time: such rules go in the same step.
    _load(host, "".join([*_unlead(rules, targets), *files.values()]))


def _unlead(rules: Ruleset, targets: list[Chain]) -> list[str]:
    """Commands that end the way from others' chains into ours."""
    return [
        f"delete rule {' '.join(chain)} handle {handle}\n"
        for chain in targets
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
    if host.read(_UNIT_FILE) != text:
        host.write(_UNIT_FILE, text)
        host.do("systemctl", "daemon-reload")
    if not host.enabled(_UNIT):
        host.do("systemctl", "enable", _UNIT)
    if not host.active(_UNIT):
        host.do("systemctl", "start", _UNIT)


def remove(host: Host) -> None:
    """Take everything of ours out of the kernel, the files and systemd."""
    if host.booted() and host.exists(_UNIT_FILE):
        host.do("systemctl", "disable", "--now", _UNIT)
    rules = ruleset(host)
    commands = _unlead(rules, _targets(rules))
    for family, table, _name in rules.ours():
        if (family, table) == TABLE:
            commands.append(f"delete table {family} {table}\n")
        else:
            commands.append(f"delete chain {family} {table} {CHAIN}\n")
            commands += [f"delete set {family} {table} {name}\n" for name in rules.sets(family, table)]
    if commands:
        _load(host, "".join(commands))
    for path in [*host.find(f"{NFTABLES_FILES}/*.nft"), NFTABLES_FILES, "/etc/flotilla"]:
        host.remove(path)
    if host.exists(_UNIT_FILE):
        host.remove(_UNIT_FILE)
        host.do("systemctl", "daemon-reload")
