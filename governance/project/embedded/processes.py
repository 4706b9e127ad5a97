"""Start, recognise and stop child processes that never outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from governance.project.embedded.accounts import Account

PR_SET_PDEATHSIG = 1
IS_LINUX = sys.platform == "linux"
POLL_SECONDS = 0.05
QUIT_SECONDS = 5.0
_LIBC = ctypes.CDLL(None, use_errno=True) if IS_LINUX else None


@dataclass(frozen=True)
class Command:
    """What to run. `stop_signal` asks for an orderly end; `death_signal` is sent when the parent dies first."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    log: Path | None = None
    account: Account | None = None
    stdin: bytes | None = None
    inherited: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Child:
    """A command that was started."""

    command: Command
    process: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """The command's name."""
        return self.command.name

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait up to `seconds`; return whether the process has ended."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if self.is_running:
            self.process.send_signal(number)

    def last_lines(self) -> str:
        """Return the end of the child's log."""
        return read_tail(self.command.log) if self.command.log else ""


def identity_options(account: Account | None) -> dict[str, object]:
    """Return the subprocess options that make a child run under `account`."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return a hook that ties a child to the life of this process, or None where the system cannot.

    The hook runs between fork and exec, after the change of account (which would clear the setting).
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return tie


def spawn(command: Command) -> Child:
    """Start `command` in a session of its own, so that Ctrl-C reaches only the supervisor.

    Call it from the main thread: on Linux the child gets `death_signal` when the calling *thread* ends.
    """
    output = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if command.log else None
    try:
        process = subprocess.Popen(  # noqa: S603  (argv is composed here, no shell)
            command.argv,
            env=dict(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            pass_fds=command.inherited,
            preexec_fn=_die_with_parent(command.death_signal),
            **identity_options(command.account),  # type: ignore[call-overload]  # user, group, extra_groups or nothing
        )
    finally:
        if output is not None:
            os.close(output)
    if command.stdin is not None and process.stdin is not None:
        process.stdin.write(command.stdin)
        process.stdin.close()
    return Child(command, process)


def run(command: Command, seconds: float) -> tuple[int, str]:
    """Run `command` to its end; return its exit code and output. Raises TimeoutExpired after `seconds`."""
    done = subprocess.run(  # noqa: S603  (argv is composed here, no shell)
        command.argv,
        env=dict(command.env),
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        check=False,
        pass_fds=command.inherited,
        preexec_fn=_die_with_parent(command.death_signal),
        **identity_options(command.account),  # type: ignore[call-overload]  # user, group, extra_groups or nothing
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


def stop(child: Child, seconds: float) -> None:
    """End `child`: its stop signal, then after `seconds` SIGQUIT, then SIGKILL."""
    child.send(child.command.stop_signal)
    if child.wait(seconds):
        return
    child.send(signal.SIGQUIT)
    if child.wait(QUIT_SECONDS):
        return
    child.send(signal.SIGKILL)
    child.wait(5)


@contextlib.contextmanager
def stopping_on_failure(child: Child) -> Iterator[None]:
    """Stop `child` in an orderly way when the block fails or is interrupted."""
    try:
        yield
    except BaseException:
        stop(child, 30)
        raise


def read_tail(path: Path, lines: int = 15) -> str:
    """Return the last `lines` of a text file, or nothing when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def read_mark(pid: int) -> str | None:
    """Return a text that tells this process from a later one with the same pid; None when it does not run."""
    if IS_LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            return None
        return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    return _ask_ps(pid, "lstart=") or None


def _ask_ps(pid: int, columns: str) -> str:
    command = Command("ps", ("ps", "-o", columns, "-p", str(pid)), os.environ, Path("/"))
    return run(command, seconds=5)[1]


def read_arguments(pid: int) -> str:
    """Return the command line of a process, words parted by spaces; nothing when it does not run."""
    if not IS_LINUX:
        return _ask_ps(pid, "command=")
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def works_in(pid: int, programs: tuple[str, ...], directory: Path) -> bool:
    """Tell whether process `pid` is one of `programs` and works on `directory`.

    Used before a process is ended that an earlier run left: a recycled pid must never hit a stranger. Where
    the working directory cannot be read (root without ptrace rights), the directory must be on its command line.
    """
    arguments = read_arguments(pid)
    if read_mark(pid) is None or not any(program in arguments.partition(" ")[0] for program in programs):
        return False
    if str(directory) in arguments:
        return True
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == directory.resolve()
    except OSError:
        return False


def end_process(pid: int, first: signal.Signals, seconds: float) -> None:
    """End a process that is not our child: `first`, then after `seconds` SIGQUIT, then SIGKILL."""
    mark = read_mark(pid)
    for number, patience in ((first, seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if mark is None or read_mark(pid) != mark:
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and read_mark(pid) == mark:
            time.sleep(POLL_SECONDS)
