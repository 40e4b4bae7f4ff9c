"""``make run`` as a person meets it: served, stopped, interrupted, killed, started again."""

import os
import signal
import socket
import stat
import urllib.request

import psutil
import psycopg2
import pytest

from portal.launch.processes import wait_gone

FIRST = ["migrate", "load_places", "load_demo", "nightly", "collectstatic --noinput --clear"]


def body(project):
    with urllib.request.urlopen(f"http://127.0.0.1:{project.port}/", timeout=60) as response:
        return response.read()


def test_first_start_prepares_serves_and_stops_everything(fresh_project):
    project = fresh_project
    launcher = project.start()
    said = "\n".join(launcher.said)
    assert f"http://127.0.0.1:{project.port}/" in said
    assert "演示账号 seeker" in said
    assert "    撮合 100%" in launcher.said
    assert body(project) == b"ready"
    assert project.calls() == [*FIRST, "demo_accounts"]
    secrets = project.root / ".local" / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert len(secrets.read_text().splitlines()) == 3

    launcher.send_signal(signal.SIGINT)
    assert project.status(launcher) == 0
    assert project.processes() == []

    keys = secrets.read_text()
    launcher = project.start()
    assert project.calls() == ["migrate", "demo_accounts"]
    assert secrets.read_text() == keys
    assert body(project) == b"ready"

    (project.root / "portal" / "places" / "codes.csv").write_text("3204,常州\n")
    (project.root / "static" / "site.css").write_text("body{}")
    assert project.launch("stop").returncode == 0
    assert project.status(launcher) == 0
    assert project.processes() == []
    project.start()
    assert project.calls() == [
        "migrate",
        "load_places",
        "collectstatic --noinput --clear",
        "demo_accounts",
    ]


def test_second_launcher_is_told_of_the_first_and_leaves_it_alone(project):
    launcher = project.start()
    second = project.launch("run")
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"平台已在运行：http://127.0.0.1:{project.port}/。要停止请执行 make stop。"
    )
    assert body(project) == b"ready"
    assert launcher.poll() is None


def test_start_after_the_launcher_was_killed(project):
    launcher = project.start()
    children = [
        child.pid
        for child in psutil.Process(launcher.pid).children()
        if "-m" in child.cmdline()[1:2]
    ]
    assert len(children) == 4, "web, both workers and the scheduler"
    launcher.kill()
    project.status(launcher)
    project.calls()
    again = project.start()
    assert project.calls() == ["migrate", "demo_accounts"]
    assert body(project) == b"ready"
    assert all(wait_gone(pid, 20) for pid in children)
    again.send_signal(signal.SIGTERM)
    assert project.status(again) == 0
    assert project.processes() == []


def test_dead_process_is_named_and_ends_the_portal(project):
    launcher = project.start()
    children = psutil.Process(launcher.pid).children()
    worker = next(child for child in children if "worker" in child.cmdline())
    os.kill(worker.pid, signal.SIGKILL)
    said, status = project.ended(launcher)
    assert status == 1
    assert "进程 worker 意外退出" in said
    assert ".local/logs/worker.log" in said
    assert "Traceback" not in said
    assert project.processes() == []


def test_failed_step_is_one_line_and_is_done_again_next_time(project):
    (project.root / "fails.txt").write_text("load_demo")
    failed = project.launch("run")
    assert failed.returncode == 1
    assert failed.stderr.strip() == (
        "manage.py load_demo 失败：ValueError: 第 3 行没有名称。"
        "详见 .local/logs/load_demo.log，排除后重新执行即可。"
    )
    assert project.calls() == ["migrate", "load_places", "load_demo"]
    assert project.processes() == []
    (project.root / "fails.txt").unlink()
    project.start()
    assert project.calls() == ["migrate", *FIRST[2:], "demo_accounts"]


def test_broken_home_page_is_named_and_everything_stopped(project):
    (project.root / "broken.txt").touch()
    failed = project.launch("run")
    assert failed.returncode == 1
    assert failed.stderr.strip() == (
        "首页出错（500）：ValueError: 没有首页。详见 .local/logs/web.log"
    )
    assert project.processes() == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "８０００", "-1"])
def test_port_that_is_none_is_named_before_anything_starts(project, port):
    done = project.launch("run", PORT=port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT={port} 不是端口号")
    assert len(done.stderr.strip().splitlines()) == 1
    assert project.calls() == []


def test_taken_port_is_named_before_anything_starts(project):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = project.launch("run", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"端口 {port} 已被占用：请换一个端口，如 make run PORT={port + 1}，或先停止占用它的程序。"
    )
    assert project.calls() == []


def test_services_stay_until_stop_and_survive_a_run(project):
    services = project.launch("services")
    addresses = services.stdout.splitlines()
    assert [line.partition("=")[0] for line in addresses] == ["DATABASE_URL", "REDIS_URL"]
    launcher = project.start()
    launcher.send_signal(signal.SIGTERM)
    assert project.status(launcher) == 0
    assert set(project.processes()) == {"postgres", "valkey-server"}
    stopped = project.launch("stop")
    assert stopped.stdout.strip() == "已停止：Valkey, Postgres。"
    assert project.processes() == []
    assert project.launch("stop").stdout.strip() == "没有正在运行的服务。"


def test_nightly_and_demo_data_leave_no_server_behind(project):
    assert "撮合 100%" in project.launch("nightly").stdout
    assert project.launch("demo-data").returncode == 0
    assert project.calls() == ["migrate", "nightly", "migrate", "load_places", "load_demo"]
    assert project.processes() == []


def test_keys_are_not_made_up_beside_data_that_need_the_old_ones(project):
    assert project.launch("nightly").returncode == 0
    secrets = project.root / ".local" / "secrets.env"
    secrets.unlink()
    done = project.launch("run")
    assert done.returncode == 1
    assert done.stderr.startswith("密钥文件 .local/secrets.env 不见了")
    assert not secrets.exists()


def test_messages_follow_the_terminal(project):
    done = project.launch("run", PORT="abc", LANG="en_GB.UTF-8")
    assert done.stderr.startswith("PORT=abc is no port")


def test_external_database_with_enterprises_gets_no_demo_city(project, make_servers):
    theirs = make_servers()
    theirs.start()
    with psycopg2.connect(theirs.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE enterprises_enterprise AS SELECT 1 AS id")
    connection.close()
    given = {"DATABASE_URL": theirs.database_url, "REDIS_URL": theirs.redis_url}
    launcher = project.start(**given)
    assert "数据库中已有企业数据，不载入演示城市。" in launcher.said
    assert project.calls() == [*FIRST[:2], *FIRST[3:], "demo_accounts"]
    assert not (project.root / ".local" / "embedded" / "pg" / "postmaster.pid").exists()
    launcher.send_signal(signal.SIGTERM)
    assert project.status(launcher) == 0
    assert theirs._own[0].answers()
