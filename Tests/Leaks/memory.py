"""Looks into a process: its memory while it is stopped, and a core image of it at its very end."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path


# Runs a command as nobody who may go into any folder, since the program may lie in one that is root's alone.
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_override",
          "--ambient-caps=+dac_override")


def able():
    """Whether this user may look into a process that doesn't let itself be looked into."""
    return os.geteuid() == 0


def at_exit_able():
    return able() and shutil.which("gdb") is not None


def writable(pid):
    """The process's writable memory, one region after the other."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, modes = line.split()[:2]
            if not modes.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            with contextlib.suppress(OSError):
                memory.seek(start)
                left, parts = end - start, []
                while left:
                    part = memory.read(min(left, 16 << 20))
                    if not part:
                        break
                    parts.append(part)
                    left -= len(part)
                yield b"".join(parts)


def holding(pid, secrets):
    """The names of those secrets that the process's memory holds."""
    return {name for region in writable(pid) for name, secret in secrets.items() if secret in region}


def open_files(pid):
    """(name, bytes) of every regular file that the process holds open for writing, also of those without a name."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            flags = int(re.search(r"flags:\s*(\d+)", Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text())[1], 8)
            if flags & os.O_ACCMODE != os.O_RDONLY and entry.is_file():
                yield os.readlink(entry), entry.read_bytes()


def children(pid):
    """The processes that it started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rsplit(")", 1)[1].split()[1] == str(pid):
                found.append(int(stat.parent.name))
    return found


@contextlib.contextmanager
def stopped(process, reached):
    """The process, stopped once `reached` is true; ended afterwards."""
    try:
        end = time.monotonic() + 120
        while not reached():
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"never got there: {process.poll()}")
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGSTOP)
        while Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            time.sleep(0.01)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def core_at_exit(command, core, **more):
    """Runs a command under gdb and writes a core image where it is about to end; returns what was printed."""
    gdb = ["gdb", "-batch", "-nx", "-iex", "set auto-solib-add off", "-iex", "set debuginfod enabled off",
           "-iex", "set auto-load no", "-ex", "set use-coredump-filter off", "-ex", "set dump-excluded-mappings on",
           "-ex", "catch syscall exit_group", "-ex", "run", "-ex", f"gcore {core}", "-ex", "kill", "--args"]
    ran = subprocess.run([*gdb, *command], stdin=subprocess.DEVNULL, capture_output=True, timeout=600, **more)
    assert Path(core).exists(), ran
    return ran
