"""Runs a command and says what it took."""

import os
import shlex
import subprocess
import tempfile
import time
from dataclasses import dataclass, field


@dataclass
class Command:
    """What is typed, relative to the benchmark's folder, or to a folder in it."""

    words: list
    folder: str = "."
    accepts: tuple = (0,)
    environment: dict = field(default_factory=dict)

    @property
    def text(self):
        """As one types it; a shell's line is shown without the shell."""
        line = self.words[2] if self.words[:2] == ["sh", "-c"] else shlex.join(self.words)
        return line if self.folder == "." else f"cd {self.folder} && {line}"


def shell(line):
    return Command(["sh", "-c", line])


class Failed(Exception):
    """A command that couldn't be started or ended with an error."""


def run(command):
    """Seconds of wall time and of both cores' time (user + system), the peak resident set, and what was printed
    and said (standard output and error).

    The usage covers the whole tree of processes; the peak is that of the largest one.
    """
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.words, cwd=command.folder, stdin=subprocess.DEVNULL, stdout=printed, stderr=said,
                env=os.environ | command.environment)  # fmt: skip
        except OSError as error:
            raise Failed(f"{command.words[0]} can't be started: {error.strerror}") from None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.accepts:
            raise Failed(f"{command.text}: ended with {process.returncode}: {last_words(said)}")
        printed.seek(0)
        return {
            "seconds": round(seconds, 4),
            "cpu": round(usage.ru_utime + usage.ru_stime, 4),
            "memory": usage.ru_maxrss * 1024,
            "printed": printed.read(1 << 20).decode(errors="replace"),
            "said": last_bytes(said),
        }


def last_bytes(file):
    file.seek(max(0, file.seek(0, os.SEEK_END) - (64 << 10)))
    return file.read().decode(errors="replace")


def last_words(file):
    lines = last_bytes(file).strip().splitlines()
    return "; ".join(line.strip()[:200] for line in lines[-2:]) or "without a word"


def warm(*folders):
    """Reads all files, so that they lie in memory."""
    for folder in folders:
        read = f"find {shlex.quote(folder)} -type f -print0 | xargs -0 -r -P2 -n500 cat >/dev/null"
        subprocess.run(["sh", "-c", read], stderr=subprocess.DEVNULL)


def settle():
    """Nobody pays for what the one before left to be written."""
    os.sync()


def contents(folder):
    """How many files there are, and how many bytes in them."""
    files = bytes = 0
    for place, _, names in os.walk(folder):
        files += len(names)
        bytes += sum(os.lstat(os.path.join(place, name)).st_size for name in names)
    return files, bytes


def empty_files(folder):
    """Gives back the space of restored files, and keeps their inodes: ext4 walks past those that were deleted a
    short time ago, which makes creating the next ones several times slower, for every program."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.islink(path):
                os.truncate(path, 0)


def remove(path):
    subprocess.run(["rm", "-rf", "--", path], stderr=subprocess.DEVNULL)
