"""The embedded servers: started, shared, found again after a crash, stopped."""

import os
import signal
import socket
import stat
from contextlib import closing

import psycopg2
import pytest
import redis

from portal.launch.layout import LONGEST_SOCKET_DIRECTORY, Layout, copy_readable
from portal.launch.processes import is_zombie, wait_gone
from portal.launch.servers import EMBEDDED, TEST, Servers
from portal.launch.terminal import LaunchError
from tests.launch.conftest import remove_state


def query(servers, sql):
    with closing(psycopg2.connect(servers.database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None


def pids(servers):
    return [server.pid() for server in servers._own]


def test_both_servers_answer_and_are_stopped(make_servers):
    servers = make_servers(TEST)
    servers.start()
    assert query(servers, "SHOW server_version").startswith("18.")
    assert query(servers, "SHOW server_encoding") == "UTF8"
    assert query(servers, "SELECT '岗位' ~ '^\\w+$'") is True
    assert query(servers, "SHOW fsync") == "off"
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()
    running = pids(servers)
    servers.release()
    assert pids(servers) == [None, None]
    assert all(is_zombie(pid) for pid in running)


def test_data_that_matter_wait_for_the_disk(make_servers):
    servers = make_servers(EMBEDDED)
    servers.start()
    assert query(servers, "SHOW fsync") == "on"
    assert query(servers, "SHOW listen_addresses") == ""
    note = servers.layout.local / "services.env"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert note.read_text().splitlines() == [
        f"DATABASE_URL={servers.database_url}",
        f"REDIS_URL={servers.redis_url}",
    ]
    servers.release()
    assert not note.exists()


def test_valkey_refuses_who_does_not_know_the_password(make_servers):
    servers = make_servers(TEST)
    servers.start()
    stranger = redis.Redis.from_url("redis://" + servers.redis_url.partition("@")[2])
    with stranger as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    servers.release()


def test_servers_left_by_a_killed_launcher_are_used_on_then_stopped(make_servers):
    killed = make_servers(TEST)
    killed.start()
    query(killed, "CREATE TABLE kept (value int)")
    before = pids(killed)
    killed._use.close()  # what the system does when the launcher is killed
    following = make_servers(TEST)
    following.start()
    assert pids(following) == before
    assert query(following, "SELECT count(*) FROM kept") == 0
    following.release()
    assert pids(following) == [None, None]


def test_data_survive_killed_servers(make_servers):
    servers = make_servers(EMBEDDED)
    servers.start()
    query(servers, "CREATE TABLE kept AS SELECT 7 AS value")
    for pid in pids(servers):
        os.kill(pid, signal.SIGKILL)
        assert wait_gone(pid, 20)
    assert (servers._own[0].data / "postmaster.pid").exists()
    again = make_servers(EMBEDDED)
    again.start()
    assert query(again, "SELECT value FROM kept") == 7


def test_lock_file_naming_a_stranger_does_not_stop_the_start(make_servers):
    servers = make_servers(TEST)
    servers.start()
    servers.release()
    lock = servers._own[0].data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{servers._own[0].data}\n1\n5432\n\n\n\nready\n")
    servers.start()
    assert pids(servers)[0] != os.getpid()
    assert query(servers, "SELECT 1") == 1
    servers.release()


def test_last_user_stops_the_servers(make_servers):
    first, second = (make_servers(TEST) for _ in range(2))
    first.start()
    second.start()
    first.release()
    assert query(second, "SELECT 1") == 1
    second.release()
    assert pids(second) == [None, None]


def test_kept_servers_stay_until_stopped(make_servers):
    servers = make_servers(TEST)
    servers.start()
    servers.keep()
    servers.release()
    assert query(servers, "SELECT 1") == 1
    assert sorted(servers.stop()) == ["Postgres", "Valkey"]
    assert servers.stop() == []


def test_taken_port_of_the_last_start_is_left_to_its_new_owner(make_servers):
    servers = make_servers(TEST)
    servers.start()
    taken = redis.Redis.from_url(servers.redis_url).connection_pool.connection_kwargs["port"]
    servers.release()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        servers.start()
        assert f":{taken}/" not in servers.redis_url
        servers.release()


def test_deep_checkout_gets_a_short_socket(place):
    local = place / ("深" * 30) / ("long-directory-name" * 5) / ".local"
    layout = Layout.prepare(local)
    directory = layout.socket_directory(TEST)
    assert len(os.fsencode(directory)) <= LONGEST_SOCKET_DIRECTORY
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert layout.socket_directory(TEST) == directory
    assert layout.socket_directory(EMBEDDED) != directory
    servers = Servers(layout, TEST, environment={})
    servers.start()
    assert query(servers, "SELECT 1") == 1
    servers.release()
    remove_state(local)


def test_directory_closed_to_the_server_user_stays_closed(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    layout = Layout.prepare(closed / "portal" / ".local")
    servers = Servers(layout, TEST, environment={})
    servers.start()
    assert query(servers, "SELECT 1") == 1
    servers.release()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert layout.home().is_relative_to(layout.local) == (os.geteuid() != 0)
    remove_state(layout.local)


def test_copied_programs_can_be_read_by_everyone(place):
    package = place / "site" / "server"
    for path in ("pginstall/bin/postgres", "pginstall/include/c.h", "pginstall/share/words"):
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(path)
        (package / path).chmod(0o700 if "bin" in path else 0o600)
    (place / "site" / "server.libs").mkdir(mode=0o700)
    (place / "copy.partial").mkdir()  # left by an interrupted copy
    copy_readable(package, place / "copy")
    modes = {
        str(path.relative_to(place / "copy")): stat.S_IMODE(path.stat().st_mode) & 0o555
        for path in (place / "copy").rglob("*")
    }
    assert modes.pop("server/pginstall/share/words") == 0o444
    assert "server/pginstall/bin/postgres" in modes
    assert "server.libs" in modes
    assert set(modes.values()) == {0o555}
    assert not any("include" in name for name in modes)
    assert not (place / "copy.partial").exists()


def test_data_of_another_major_version_are_named_not_touched(make_servers):
    servers = make_servers(TEST)
    mark = servers._own[0].data / "PG_VERSION"
    mark.write_text("17\n")
    before = sorted(path.name for path in servers._own[0].data.iterdir())
    with pytest.raises(LaunchError, match="17"):
        servers.start()
    assert sorted(path.name for path in servers._own[0].data.iterdir()) == before
    assert pids(servers)[0] is None


def test_given_addresses_are_used_and_nothing_is_started(make_servers):
    given = make_servers(TEST)
    given.start()
    addresses = {"DATABASE_URL": given.database_url, "REDIS_URL": given.redis_url}
    servers = make_servers(EMBEDDED, addresses)
    servers.start()
    assert (servers.database_url, servers.redis_url) == tuple(addresses.values())
    servers.release()
    assert not (servers.layout.local / EMBEDDED / "pg").exists()
    assert query(given, "SELECT 1") == 1
    given.release()


@pytest.mark.parametrize(
    "addresses",
    [
        {"DATABASE_URL": "postgres://portal@127.0.0.1:1/portal"},
        {"DATABASE_URL": "not an address"},
        {"REDIS_URL": "redis://127.0.0.1:1/0"},
        {"REDIS_URL": "not an address"},
    ],
)
def test_given_address_that_leads_nowhere_is_named(make_servers, addresses):
    working = make_servers(TEST)
    working.start()
    both = {"DATABASE_URL": working.database_url, "REDIS_URL": working.redis_url} | addresses
    with pytest.raises(LaunchError, match=next(iter(addresses))):
        make_servers(EMBEDDED, both).start()
