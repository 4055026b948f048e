"""Private servers and processes for the suite: started in a temporary folder, ended by the process id.

Nothing here knows pytest or Django. Each server dies with the process that started it, even when that one is
killed: `setpriv --pdeathsig` asks the kernel for it.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def wait_until[T](predicate: Callable[[], T], seconds: float, *, what: str = "", pause: float = 0.05) -> T:
    """Return the predicate's first true value; fail with `what` when `seconds` have passed."""
    end = time.monotonic() + seconds
    while True:
        if value := predicate():
            return value
        if time.monotonic() > end:
            raise AssertionError(f"Waited {seconds} s in vain for {what or predicate}.")
        time.sleep(pause)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A program in a session of its own, with its output in a file."""

    def __init__(
        self, command: Sequence[str], log: Path, *, user: str = "", env: Mapping[str, str] | None = None
    ) -> None:
        self.command, self.log, self.user, self.env = command, log, user, env
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                [*_ends_with_us(self.user), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.env is None else dict(self.env),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self.popen is not None, "not started"
        return self.popen.pid

    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def children(self) -> list[int]:
        """Return the ids of the direct children, whichever thread started them."""
        found = []
        for listed in Path(f"/proc/{self.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # a thread that ended meanwhile
                found += [int(pid) for pid in listed.read_text().split()]
        return found

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 15) -> None:
        """End it: ask first, then kill the whole session."""
        if self.popen is None:
            return
        if self.is_running():
            self.popen.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)
        with contextlib.suppress(ProcessLookupError):  # what it left behind in its session
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self.popen = None

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Postgres:
    """A PostgreSQL that only a Unix socket reaches; fast because a crash may lose everything, unless `durable`."""

    SMALL = "max_connections=60 listen_addresses="
    FAST = f"fsync=off synchronous_commit=off full_page_writes=off {SMALL}"

    def __init__(self, *, durable: bool = False) -> None:
        # Not below $TMPDIR: a socket's path may have 107 letters, and another user must reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root.
        self.user = _unprivileged_user() if os.geteuid() == 0 else ""
        self.data = self.folder / "data"
        chosen = self.SMALL if durable else self.FAST
        settings = [word for pair in chosen.split() for word in ("-c", pair)]
        command = [postgres_program("postgres"), "-D", str(self.data), "-k", str(self.folder), *settings]
        self.process = Process(command, self.folder / "log", user=self.user)

    def start(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
        initdb = [postgres_program("initdb"), "-D", str(self.data), "-U", "portal", "-A", "trust"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [*_ends_with_us(self.user), *initdb], cwd="/", capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        self.process.start()
        ready = [postgres_program("pg_isready"), "-q", "-h", str(self.folder), "-d", "postgres"]
        try:
            wait_until(
                lambda: subprocess.run(ready, check=False).returncode == 0, 30, what="PostgreSQL to answer"
            )
        except AssertionError as late:
            raise RuntimeError(f"{late}\n{self.process.output()}") from late

    def stop(self) -> None:
        self.process.stop(signal.SIGQUIT)  # at once: nobody needs the data
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the address as PORTAL_DATABASE_URL takes it."""
        return f"postgres://portal@/{self.folder}/{database}"


class Redis:
    """A Redis that keeps nothing on disk; `stop` and `start` again is "the broker was away"."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        program = shutil.which("redis-server") or "/usr/bin/redis-server"
        command = [
            program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.process = Process([*command, "--dir", str(folder)], folder / f"redis-{self.port}.log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process.start()
        wait_until(self._answers, 15, what="Redis to answer")

    def stop(self) -> None:
        self.process.stop()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(7).startswith(b"+PONG")
        return False


def postgres_program(name: str) -> str:
    """Return the path of a PostgreSQL program; Debian keeps the server's outside PATH, one folder a version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise RuntimeError(f"PostgreSQL's program {name} was not found: run bin/setup --tests.")
    return found


def _unprivileged_user() -> str:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError(
        "Running as root, and there is neither a user postgres nor nobody to run PostgreSQL as."
    )


def _ends_with_us(user: str) -> list[str]:
    """Return the words before a command that make it run as `user` and end when this process ends."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if user:
            raise RuntimeError(
                "setpriv (package util-linux) is needed to run PostgreSQL as another user than root."
            )
        return []
    who = []
    if user:
        entry = pwd.getpwnam(user)
        who = ["--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"]
    return [setpriv, *who, "--pdeathsig", "TERM"]
