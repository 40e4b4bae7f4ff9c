"""``make run``: from nothing to a served home page, until interrupted."""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.launch.keys import ensure_keys
from portal.launch.layout import ROOT
from portal.launch.processes import (
    KILL_SECONDS,
    Child,
    Interrupted,
    first_dead,
    ignore_signals,
    raise_if_asked,
    remember,
    stop_children,
    stop_leftovers,
)
from portal.launch.servers import EMBEDDED, Servers
from portal.launch.steps import environment, prepare
from portal.launch.terminal import LaunchError, gist, say
from portal.launch.valkey import is_free

HOME_SECONDS = 90
# Longer than children and servers may take to end, one after the other.
STOPPING_SECONDS = 180
LOOPBACK = "127.0.0.1"
_STEP_BACK = ("nice", "-n", "10")
# The path without the query: what people typed into a search may be somebody's name.
ACCESS_LOG = "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(D)s us"


def choose_port(value):
    """Return the port of ``PORT``; ``LaunchError`` says what is wrong with it."""
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise LaunchError(
            f"PORT={value} 不是端口号：请用 1 到 65535 之间的数字，如 make run PORT=8001。",
            f"PORT={value} is no port: use a number from 1 to 65535, as in make run PORT=8001.",
        )
    return int(value)


def check_port(host, port):
    """Raise ``LaunchError`` unless the port can be listened on."""
    if is_free(port, host):
        return
    if port < 1024 and os.geteuid() != 0:
        raise LaunchError(
            f"普通用户不能使用端口 {port}：请用 1024 以上的端口，如 make run PORT=8000。",
            f"Port {port} is reserved for root: choose one above 1023, as in make run PORT=8000.",
        )
    raise LaunchError(
        f"端口 {port} 已被占用：请换一个端口，如 make run PORT={port + 1}，或先停止占用它的程序。",
        f"Port {port} is taken: choose another, as in make run PORT={port + 1}, "
        "or stop what is using it.",
    )


@contextlib.contextmanager
def only_one(layout, address):
    """Hold the lock of the running portal; ``LaunchError`` when another one holds it."""
    path = layout.local / "run.json"
    with path.open("a+") as handle:
        if not locked(handle):
            running = read_run(path).get("address", "")
            raise LaunchError(
                f"平台已在运行：{running}。要停止请执行 make stop。",
                f"The portal is already running at {running}; make stop stops it.",
            )
        path.write_text(json.dumps({"pid": os.getpid(), "address": address}))
        try:
            yield
        finally:
            handle.truncate(0)


def read_run(path):
    """Return pid and address of the running portal, or nothing."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def child_commands(scratch, address):
    """Return ``{name: arguments}`` of web, a worker for short work, one for heavy jobs, the scheduler.

    scratch: the directory of the scheduler's file; address: ``host:port`` to listen on. Heavy jobs
    run one at a time and step back (nice) whenever somebody else wants the processor: a night of
    matching or screening must not be felt on a page, nor keep a message waiting.
    """
    python = sys.executable
    web = [
        *(python, "-m", "gunicorn", "portal.wsgi:application", "--bind", address),
        *("--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
        *("--access-logfile", "-", "--access-logformat", ACCESS_LOG, "--no-control-socket"),
    ]
    if Path("/dev/shm").is_dir():
        web += ["--worker-tmp-dir", "/dev/shm"]
    celery = [python, "-m", "celery", "-A", "portal"]
    work = [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    worker = [*work, "-Q", "default", "--concurrency", "2", "--hostname", "portal@localhost"]
    heavy = [*work, "-Q", "heavy", "--concurrency", "1", "--hostname", "heavy@localhost"]
    beat = [*celery, "beat", "--schedule", str(scratch / "beat"), "--pidfile", ""]
    return {"web": web, "worker": worker, "heavy": [*_STEP_BACK, *heavy], "beat": beat}


def start_children(layout, variables, host, port):
    """Start everything of ``child_commands``; return the children."""
    scratch = layout.profile(EMBEDDED)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    children = []
    for name, command in child_commands(scratch, address).items():
        log = layout.logs / f"{name}.log"
        children.append(Child.start(name, command, variables, log, ROOT))
        remember(children, scratch / "children.json")
    return children


def raise_if_dead(layout, children):
    """Raise ``LaunchError`` naming the child that ended by itself."""
    dead = first_dead(children)
    if dead is None:
        return
    shown = layout.shown(dead.log)
    reason = gist(dead.log.read_text(errors="replace"))
    raise LaunchError(
        f"进程 {dead.name} 意外退出（状态 {dead.process.returncode}）：{reason}。详见 {shown}",
        f"The process {dead.name} ended by itself (status {dead.process.returncode}): {reason}; "
        f"log: {shown}",
    )


def home_status(address):
    """Return the status of the home page, or ``None`` while nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, http.client.HTTPException):
        return None


def wait_for_home(layout, children, address):
    """Wait until the home page is served."""
    deadline = time.monotonic() + HOME_SECONDS
    log = children[0].log
    shown = layout.shown(log)
    while (status := home_status(address)) != 200:
        raise_if_asked()
        raise_if_dead(layout, children)
        if status is not None:  # who answers with an error will not stop by being asked again
            reason = gist(log.read_text(errors="replace"))
            raise LaunchError(
                f"首页出错（{status}）：{reason}。详见 {shown}",
                f"The home page failed ({status}): {reason}; log: {shown}",
            )
        if time.monotonic() > deadline:
            raise LaunchError(
                f"首页 {HOME_SECONDS} 秒内没有打开：详见 {shown}，排除后重新执行 make run。",
                f"The home page was not served within {HOME_SECONDS} s: see {shown}, then make "
                "run again.",
            )
        time.sleep(0.1)


def show_accounts(variables, log):
    """Print the demo accounts, as the product itself lists them."""
    with log.open("w") as handle:
        done = subprocess.run(
            [sys.executable, "manage.py", "demo_accounts"],
            cwd=ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=handle,
            text=True,
        )
    print(done.stdout, end="", flush=True)


def run(layout):
    """Serve the portal until interrupted; return the exit status."""
    host = os.environ.get("BIND") or LOOPBACK
    port = choose_port(os.environ.get("PORT") or "8000")
    reachable = LOOPBACK if host == "0.0.0.0" else host
    address = f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}/"
    begun = time.monotonic()
    children, servers = [], None
    try:
        with only_one(layout, address):
            stop_leftovers(layout.profile(EMBEDDED) / "children.json")
            check_port(host, port)
            try:
                servers = Servers(layout)
                ensure_keys(layout, servers.holds_data())
                say("启动数据库和缓存 …", "Starting the servers …")
                servers.start()
                variables = environment(layout, servers)
                prepare(layout, servers, variables)
                children = start_children(layout, variables, host, port)
                wait_for_home(layout, children, address)
                seconds = time.monotonic() - begun
                print(flush=True)
                say(
                    f"平台已就绪（{seconds:.0f} 秒）：{address}",
                    f"The portal is ready ({seconds:.0f} s): {address}",
                )
                show_accounts(variables, layout.logs / "demo_accounts.log")
                say("按 Ctrl-C 停止。", "Press Ctrl-C to stop.")
                while True:
                    raise_if_asked()
                    raise_if_dead(layout, children)
                    time.sleep(0.5)
            finally:
                stop_everything(layout, children, servers)
    except Interrupted:
        return 0 if children else 130


def stop_everything(layout, children, servers):
    """Stop the children, then the servers nobody else uses; a second Ctrl-C cannot break in."""
    ignore_signals()
    if children:
        say("正在停止 …", "Stopping …")
        stop_children(children)
    (layout.profile(EMBEDDED) / "children.json").unlink(missing_ok=True)
    if servers is not None:
        servers.release()


def stop_running(layout):
    """Ask the running portal to end and wait for it; return whether there was one.

    One that does not end in time is killed.
    """
    path = layout.local / "run.json"
    if not path.exists():
        return False
    deadline = time.monotonic() + STOPPING_SECONDS
    asked = None
    with path.open("a+") as handle:
        while not locked(handle):
            late = time.monotonic() - deadline
            if late > KILL_SECONDS:
                raise LaunchError(
                    "平台没有停止：请结束 portal.launch run 进程后重试。",
                    "The portal did not stop: end the process portal.launch run, then try again.",
                )
            pid = read_run(path).get("pid")
            if pid and (late > 0 or pid != asked):
                asked = pid
                # Its children end with it (Linux), or are found by number afterwards.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late > 0 else signal.SIGTERM)
            time.sleep(0.05)
    return asked is not None


def locked(handle):
    """Take the lock of the file unless somebody has it; return whether it is ours."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
