# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A HAProxy that runs: which of its servers are drained, and which are not."""

from __future__ import annotations

from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import servers
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy.servers import Server

# As HAProxy 2.6.12 says it: one that is down, one that is up, one that is drained, and one that is down and drained.
STATES = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change \
srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn \
srv_port
2 web.80.8080 1 w1.aa 10.0.0.1 0 0 1 1 4 17 2 0 6 0 0 0 - 80
2 web.80.8080 2 w2.bb 10.0.0.2 2 0 1 1 2 8 2 0 6 0 0 0 - 80
3 db.5432.5432 1 w1.aa 10.0.0.1 2 8 1 1 1 6 3 3 6 0 0 0 - 5432
3 db.5432.5432 2 w2.bb 10.0.0.2 0 8 1 1 1 6 3 3 6 0 0 0 - 5432

"""
STATISTICS = """# pxname,svname,qcur,qmax,scur,smax,status
web.80.8080,FRONTEND,,,9,9,OPEN
web.80.8080,w1.aa,0,0,0,1,DOWN
web.80.8080,w2.bb,0,0,3,3,UP
web.80.8080,BACKEND,0,0,3,3,UP
db.5432.5432,w1.aa,0,0,2,2,DRAIN
db.5432.5432,w2.bb,0,0,0,2,DOWN

"""


def test_what_the_socket_says_is_read() -> None:
    assert servers.servers(STATES, STATISTICS) == [
        Server("web.80.8080", "w1.aa", False, False, 0),
        Server("web.80.8080", "w2.bb", True, False, 3),
        Server("db.5432.5432", "w1.aa", False, True, 2),
        Server("db.5432.5432", "w2.bb", False, True, 0),
    ]
    assert servers.servers("", "") == []
    assert servers.running_fingerprint("Name: HAProxy\ndescription: flotilla-1\n") == "flotilla-1"
    assert servers.running_fingerprint("Name: HAProxy\n") == ""


def test_the_last_server_that_works_goes_on() -> None:
    def server(section: str, node: str, usable: bool = True) -> Server:
        return Server(section, f"h.{node}", usable, False, 0)

    live = [
        server("a", "1"),
        server("a", "2"),
        server("b", "1"),
        server("b", "2", False),
        server("c", "1"),
        server("d", "2"),
    ]
    assert [one.backend for one in servers.to_drain("1", live)] == ["a"]
    # One that does not work has nothing to lose, and must not come back while its node is away.
    assert [one.backend for one in servers.to_drain("2", live)] == ["a", "b"]


def test_a_server_is_released_once_its_node_is_back_even_where_its_check_fails() -> None:
    live = servers.servers(STATES, STATISTICS)
    assert [one.path for one in servers.to_release("bb", live)] == ["db.5432.5432/w2.bb"]
    assert servers.to_drain("bb", live) == []
    assert servers.left("aa", live) == 2
    assert servers.set_state(live[0], "drain") == "set server web.80.8080/w1.aa state drain"


def test_the_end_of_an_id_is_not_the_id() -> None:
    assert not Server("a", "w1.xaa", True, False, 0).of_node("aa")
