"""A world of its own for the real program: home, temporary folder, state and cache, and all that it printed."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Docs/reader"))
sys.dont_write_bytecode = True

PROGRAM = os.environ.get("STRONGROOM") or str(ROOT / ".build-test/release/strongroom")
SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def lacking(why):
    """Ends a test that can't be run here: it is skipped, and fails on CI. What is missing is said, since unittest doesn't."""
    if os.environ.get("CI") == "true":
        raise AssertionError(why)
    print(f"skipped: {why}", file=sys.stderr)
    raise unittest.SkipTest(why)


@dataclass
class Ran:
    name: str
    code: int
    out: bytes
    err: bytes


class World:
    def __init__(self, umask=0o022):
        self.folder = Path(tempfile.mkdtemp(prefix="leaks-", dir=SCRATCH))
        self.umask, self.ran = umask, []
        for name in ("home", "tmp", "state", "cache"):
            (self.folder / name).mkdir(mode=0o700)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.at("home")), "TMPDIR": str(self.at("tmp")),
            "STRONGROOM_STATE": str(self.at("state")), "STRONGROOM_CACHE": str(self.at("cache")),
            "STRONGROOM_VAULT": str(self.at("vault")), "STRONGROOM_IDENTITY": str(self.at("custodian.identity")),
            "LANG": "C.UTF-8"}

    def at(self, name):
        return self.folder / name

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, arguments):
        return [PROGRAM, *(os.fsencode(a) if not isinstance(a, bytes) else a for a in arguments)]

    def start(self, *arguments, **more):
        environment = self.environment | more.pop("env", {})
        return subprocess.Popen([*more.pop("through", ()), *self.command(arguments)], cwd=self.folder, env=environment, umask=self.umask,
                                stdin=subprocess.DEVNULL, start_new_session=True, **more)

    def run(self, *arguments, code=0, name=None, **env):
        """Runs a command without a terminal; `code` is what it must end with, None for anything but 0, "any" for any."""
        process = self.start(*arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=600)
        ran = Ran(name or " ".join(os.fsdecode(a) for a in arguments[:2]), process.returncode, out, err)
        self.ran.append(ran)
        assert ran.code >= 0 and (code == "any" or ran.code == code or code is None and ran.code), (arguments, ran)
        return ran

    def files(self, *names):
        """(name from the world's folder, bytes) of every file below these folders, or of the file itself."""
        for name in names:
            top = self.at(name)
            for file in [top] if top.is_file() else sorted(top.rglob("*")):
                if stat.S_ISREG(file.lstat().st_mode):
                    yield str(file.relative_to(self.folder)), file.read_bytes()
