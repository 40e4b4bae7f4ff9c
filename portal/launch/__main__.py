"""``python -m portal.launch COMMAND``: the work behind every target of the Makefile."""

import os
import sys

from portal.launch.keys import ensure_keys
from portal.launch.layout import ROOT, Layout
from portal.launch.lint import lint
from portal.launch.processes import (
    Interrupted,
    catch_signals,
    ignore_signals,
    run_in_terminal,
    stop_leftovers,
)
from portal.launch.run import run, stop_running
from portal.launch.servers import BENCH, EMBEDDED, PROFILES, TEST, Servers
from portal.launch.steps import environment, load_city, manage
from portal.launch.terminal import LaunchError, choose, say, speak_utf8
from portal.launch.testing import test


def services(layout, profile=EMBEDDED):
    """Start a profile's servers, print their addresses and leave them running."""
    servers = Servers(layout, profile)
    try:
        if profile == EMBEDDED:
            ensure_keys(layout, servers.holds_data())
        servers.start()
        servers.keep()
    finally:
        servers.release()
    print(f"DATABASE_URL={servers.database_url}\nREDIS_URL={servers.redis_url}", flush=True)
    return 0


def stop(layout):
    """Stop the running portal and every server that was started in this checkout."""
    stopped = ["portal"] if stop_running(layout) else []
    stop_leftovers(layout.profile(EMBEDDED) / "children.json")
    for profile in filter(lambda name: (layout.local / name).exists(), PROFILES):
        # Addresses from the environment are not ours to stop; our own servers may run beside.
        stopped += Servers(layout, profile, environment={}).stop()
    names = ", ".join(stopped)
    if stopped:
        say(f"已停止：{names}。", f"Stopped: {names}.")
    else:
        say("没有正在运行的服务。", "Nothing was running.")
    return 0


def with_servers(layout, work):
    """Run ``work(servers, variables)`` on migrated embedded servers, then let go of them."""
    servers = Servers(layout)
    try:
        ensure_keys(layout, servers.holds_data())
        servers.start()
        variables = environment(layout, servers)
        text = {"chinese": "更新数据库结构", "english": "Migrating the database"}
        manage(layout, variables, "migrate", **text)
        return work(servers, variables)
    finally:
        ignore_signals()
        servers.release()


def nightly(layout):
    """Run the nightly jobs once, their progress shown."""

    def work(servers, variables):
        text = {"chinese": "执行夜间任务", "english": "Running the nightly jobs"}
        manage(layout, variables, "nightly", show=True, **text)
        return 0

    return with_servers(layout, work)


def demo_data(layout):
    """Load the reference codes and the demo city, whatever was loaded before."""

    def work(servers, variables):
        load_city(layout, servers, variables, again=True)
        return 0

    return with_servers(layout, work)


def bench(layout, arguments):
    """Run the benchmarks on servers as careful with the disk as the real ones; print tables."""
    servers = Servers(layout, BENCH)
    try:
        servers.start()
        variables = environment(layout, servers, "portal.settings.test")
        return run_in_terminal([sys.executable, "-m", "bench.run", *arguments], variables, ROOT)
    finally:
        servers.release()


COMMANDS = {
    "run": lambda layout, arguments: run(layout),
    "services": lambda layout, arguments: services(layout),
    "test-services": lambda layout, arguments: services(layout, TEST),
    "stop": lambda layout, arguments: stop(layout),
    "nightly": lambda layout, arguments: nightly(layout),
    "demo-data": lambda layout, arguments: demo_data(layout),
    "test": test,
    "bench": bench,
    "lint": lambda layout, arguments: lint(),
}


def main(arguments):
    """Run one command; return the exit status. Failures people can mend are one line."""
    speak_utf8()
    if not arguments or arguments[0] not in COMMANDS:
        print("python -m portal.launch " + " | ".join(COMMANDS), file=sys.stderr)
        return 2
    catch_signals()
    try:
        layout = Layout.prepare(os.environ.get("PORTAL_LOCAL"))
        return COMMANDS[arguments[0]](layout, arguments[1:])
    except LaunchError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        print(
            choose(
                f"系统拒绝了操作：{error.strerror}{place}。请检查权限和磁盘空间后重试。",
                f"The system refused: {error.strerror}{place}. Check permissions and disk space, "
                "then try again.",
            ),
            file=sys.stderr,
            flush=True,
        )
        return 1
    except Interrupted:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
