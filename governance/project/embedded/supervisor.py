"""`manage.py up`: everything as children of one process that stop when it stops."""

import contextlib
import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from governance.project import env
from governance.project.embedded import programs, runtime
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import Home, open_home
from governance.project.embedded.ledger import record_step
from governance.project.embedded.locks import FileLock
from governance.project.embedded.ports import LOOPBACK, listen_from
from governance.project.embedded.processes import Child, Command, spawn, stop
from governance.project.embedded.servers import (
    Servers,
    describe_holder,
    find_need,
    start_servers,
    stop_servers,
)
from governance.project.embedded.setup_steps import Step, find_missing, is_in_use, is_migrated, record_migrated
from governance.project.embedded.stopping import StopRequest

LOGINS_WERE_SHOWN = (
    "The logins of the demo were printed at its first start. "
    "`manage.py changepassword analyst@demo.example` sets a new password."
)
FOREIGN_DATABASE = (
    "This database holds people of its own, so the demo marketplace is not loaded into it. "
    "For a demo set AEDILE_HOME to a new directory."
)
LONG_RUNNERS = ("up", "demo")
POLL_SECONDS = 0.1
HOLDER_SECONDS = 90
WEB_SECONDS = 120
STOP_SECONDS = 10
STEADY_SECONDS = 60  # a child that ran this long has earned a fresh count of failures
MAX_FAILURES = 5
LONGEST_PAUSE = 30


@dataclass(frozen=True)
class Plan:
    """What one `manage.py up` or `demo` is to do."""

    command: str
    port: int
    steps: Callable[[Home], tuple[Step, ...]] = lambda _home: ()


@dataclass
class Program:
    """A restartable child and its failures in a row."""

    command: Command
    child: Child | None
    failures: int = 0
    next_start: float = 0.0


def say(text: str, end: str = "\n") -> None:
    """Tell the person at the console; a closed console is no reason to fail."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{text}{end}")
        sys.stdout.flush()


def run_plan(plan: Plan) -> int:
    """Run everything until a signal or a failure ends it; return the exit code."""
    stopping = StopRequest()
    try:
        with stopping.listening():
            home = open_home(os.environ)
            with FileLock(home.lock_file) as lock:
                _take_home(home, lock, plan, stopping)
                Supervisor(home, plan, stopping).run()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def _take_home(home: Home, lock: FileLock, plan: Plan, stopping: StopRequest) -> None:
    if not lock.take():
        holder = lock.read().partition(" ")[2]
        if holder in LONG_RUNNERS:
            raise EmbeddedError(describe_holder(home, lock))
        say(f"Waiting for `manage.py {holder}`, which uses this data home, to end …")
        with stopping.interrupting():
            if not lock.take_within(HOLDER_SECONDS):
                raise EmbeddedError(describe_holder(home, lock))
    lock.write(f"{os.getpid()} {plan.command}")


class Supervisor:
    """Starts the servers and Aedile's programs in order, watches them, and stops them in reverse."""

    def __init__(self, home: Home, plan: Plan, stopping: StopRequest) -> None:
        """Take the home, whose lock the caller holds."""
        self._home = home
        self._plan = plan
        self._stopping = stopping
        self._programs: list[Program] = []
        self._task: Child | None = None
        self._note: runtime.Runtime | None = None

    def run(self) -> None:
        """Run until asked to stop. Raises EmbeddedError when something does not start or keeps failing."""
        listener = listen_from(self._plan.port)
        with listener:
            with self._stopping.interrupting():
                servers = start_servers(self._home, find_need(os.environ))
            try:
                self._serve(servers, listener)
            finally:
                self._shut_down(servers)

    def _serve(self, servers: Servers, listener: socket.socket) -> None:
        environment = {**os.environ, **servers.environment(self._home)}
        self._home.media.mkdir(mode=0o700, exist_ok=True)
        self._note = runtime.note(self._plan.command, servers.database_url, servers.redis_url, servers.children)
        self._write_note(servers)
        self._migrate(servers, environment)
        if self._stopping.is_made:
            return
        web = self._add(programs.web_command(self._home, environment, listener))
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        if not self._wait_for_web(servers, web, listener.getsockname()[1]):
            return
        for command in (programs.worker_command, programs.beat_command):
            self._add(command(self._home, environment))
        self._note = replace(self._note, web_url=url)
        self._write_note(servers)
        self._set_up(servers, environment, url)
        if not self._stopping.is_made:
            say(f"Data and logs: {self._home.root}. Ctrl-C stops everything.")
        while not self._stopping.is_made:
            self._watch(servers)
            time.sleep(POLL_SECONDS)

    def _add(self, command: Command) -> Program:
        program = Program(command, spawn(command))
        self._programs.append(program)
        return program

    def _migrate(self, servers: Servers, environment: dict[str, str]) -> None:
        if is_migrated(programs.CODE, self._database_url(servers)):
            return
        say("Bringing the database up to date …")
        log = self._home.log("migrate")
        code = self._complete(
            servers,
            programs.manage_command("migrate", ("migrate", "--no-input", "-v", "1"), environment, log),
        )
        if code:
            raise EmbeddedError(
                f"The migrations failed (exit code {code}); the database stays as it was before the failing one. "
                f"The log {log} ends with:\n{self._task.last_lines() if self._task else ''}"
            )
        if code == 0:
            record_migrated(programs.CODE, self._database_url(servers))

    def _database_url(self, servers: Servers) -> str:
        return servers.database_url or env.text("DATABASE_URL")

    def _set_up(self, servers: Servers, environment: dict[str, str], url: str) -> None:
        """Take the one-time steps; say the address once, right before what is shown below it."""
        steps = self._plan.steps(self._home)
        is_foreign = bool(steps) and is_in_use(self._database_url(servers))
        missing = [] if is_foreign else find_missing(steps, self._database_url(servers))
        first_shown = next((step for step in missing if step.is_shown), None)
        if first_shown is None:
            self._say_address(url)
        if is_foreign:
            say(FOREIGN_DATABASE)
        elif steps and first_shown is None:
            say(LOGINS_WERE_SHOWN)
        for step in missing:
            if step is first_shown:
                self._say_address(url)
            if not self._run_step(servers, environment, step):
                return

    def _say_address(self, url: str) -> None:
        if not url.endswith(f":{self._plan.port}"):
            say(f"Port {self._plan.port} is taken.")
        say(f"Aedile answers at {url}")

    def _run_step(self, servers: Servers, environment: dict[str, str], step: Step) -> bool:
        """Take a step and remember it; False when asked to stop meanwhile. Raises EmbeddedError when it fails."""
        log = None if step.is_shown else self._home.log(step.name)
        if log:
            say(f"{step.title} …", end=" ")
        began = time.monotonic()
        code = self._complete(servers, programs.manage_command(step.name, step.arguments, environment, log))
        if code != 0 and log:
            say("")
        if code is None:
            return False
        if code:
            end = f"Its log {log} ends with:\n{self._task.last_lines() if self._task else ''}\n" if log else ""
            raise EmbeddedError(
                f"`manage.py {' '.join(step.arguments)}` failed with exit code {code}. {end}"
                f"The next `manage.py {self._plan.command}` goes on with this step."
            )
        record_step(self._database_url(servers), step.name, step.version)
        if log:
            say(f"{time.monotonic() - began:.1f} s")
        return True

    def _complete(self, servers: Servers, command: Command) -> int | None:
        """Run a command to its end while everything else is watched; None when asked to stop meanwhile."""
        self._task = child = spawn(command)
        while child.is_running:
            if self._stopping.is_made:
                return None
            self._watch(servers)
            child.wait(POLL_SECONDS)
        return None if self._stopping.is_made else child.process.returncode

    def _wait_for_web(self, servers: Servers, web: Program, port: int) -> bool:
        deadline = time.monotonic() + WEB_SECONDS
        while not self._stopping.is_made:
            if _answers(port):
                return True
            if web.child is None or not web.child.is_running or time.monotonic() > deadline:
                end = web.child.last_lines() if web.child else ""
                raise EmbeddedError(f"The web server does not answer. Its log {web.command.log} ends with:\n{end}")
            self._watch_servers(servers)
            time.sleep(POLL_SECONDS / 2)
        return False

    def _watch(self, servers: Servers) -> None:
        """Look after every child once: a lost server ends the run, a lost program is started again."""
        self._watch_servers(servers)
        changed = False
        for program in self._programs:
            if program.child is not None and not program.child.is_running:
                self._note_failure(program, program.child)
            if program.child is None and time.monotonic() >= program.next_start:
                program.child = spawn(program.command)
                changed = True
        if changed:
            self._write_note(servers)

    def _watch_servers(self, servers: Servers) -> None:
        for child in servers.children:
            if not child.is_running and not self._stopping.is_made:
                raise EmbeddedError(
                    f"{child.name} ended by itself (exit code {child.process.returncode}), so everything stops. "
                    f"Its log {child.command.log} ends with:\n{child.last_lines()}"
                )

    def _note_failure(self, program: Program, child: Child) -> None:
        code = child.process.returncode
        lived = time.monotonic() - child.started_at
        program.failures = 1 if lived >= STEADY_SECONDS else program.failures + 1
        if program.failures > MAX_FAILURES:
            raise EmbeddedError(
                f"{child.name} ended {program.failures} times in a row (last exit code {code}), so everything stops. "
                f"Its log {child.command.log} ends with:\n{child.last_lines()}"
            )
        pause = min(2 ** (program.failures - 1), LONGEST_PAUSE)
        program.child, program.next_start = None, time.monotonic() + pause
        say(f"{child.name} ended (exit code {code}); starting it again in {pause} s. Its log: {child.command.log}")

    def _write_note(self, servers: Servers) -> None:
        if self._note is not None:
            running = [program.child for program in self._programs if program.child is not None]
            self._note = runtime.with_children(self._note, [*servers.children, *running])
            runtime.write_runtime(self._home.runtime_file, self._note)

    def _shut_down(self, servers: Servers) -> None:
        """Stop Aedile's programs, at once when asked twice, then the servers, always in order."""
        say("Stopping …")
        children = [program.child for program in self._programs if program.child is not None]
        children += [self._task] if self._task else []
        for child in children:
            child.send(child.command.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.is_running for child in children):
            if self._stopping.is_urgent or time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS / 2)
        for child in children:
            stop(child, 0)
        stop_servers(servers.children)
        self._home.runtime_file.unlink(missing_ok=True)
        say("Stopped.")


def _answers(port: int) -> bool:
    """Tell whether the console says that it is healthy."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
