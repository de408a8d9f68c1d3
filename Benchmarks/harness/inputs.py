"""The archives that are sealed. They are kept between runs where the folder is chosen."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

from measure import Failed, remove
from tools import say


@dataclass(frozen=True)
class Archive:
    """An archive of the generator in Benchmarks/archive."""

    name: str
    title: str
    options: str

    @property
    def folder(self):
        return f"inputs/{self.name}"

    def facts(self):
        """What the generator said: files, bytes, duplicate bytes; nothing where it didn't end, or made another one."""
        try:
            with open(f"{self.folder}.json") as file:
                facts = json.load(file)
        except FileNotFoundError:
            return None
        return facts if facts.pop("options") == self.options else None


def mixed(name, title, mib, files, customers, seed, more=""):
    options = f"--size-mib {mib} --files {files} --customers {customers} --seed {seed} {more}"
    return Archive(name, title, options.strip())


def small(name, title, files, customers, seed):
    return Archive(name, title, f"--profile small --files {files} --customers {customers} --seed {seed}")


def people(name, title, customers, seed):
    return Archive(name, title, f"--profile people --customers {customers} --seed {seed}")


def archives(quick):
    """All archives by name, in the order in which they are needed."""
    return {archive.name: archive for archive in (QUICK if quick else FULL)}


FULL = [
    mixed("mixed", "2 GiB mixed", 2048, 8000, 400, 1),
    small("small", "100,000 files of 1 to 8 KB", 100_000, 2000, 2),
    Archive("one", "one file of 4 GiB", "--profile one --size-mib 4096 --seed 3"),
    mixed("unlike", "1 GiB mixed without duplicates", 1024, 4000, 200, 4, "--dup 0"),
    mixed("bytes-1", "0.25 GiB", 256, 1000, 50, 5),
    mixed("bytes-2", "1 GiB", 1024, 4000, 200, 6),
    mixed("bytes-3", "4 GiB", 4096, 16_000, 800, 7),
    small("records-1", "10,000 records", 10_000, 1000, 8),
    small("records-2", "100,000 records", 100_000, 10_000, 9),
    small("records-3", "1,000,000 records", 1_000_000, 100_000, 10),
    people("people", "1,000,000 customers", 1_000_000, 11),
]

QUICK = [
    mixed("mixed", "32 MiB mixed", 32, 300, 40, 1),
    small("small", "2,000 files of 1 to 8 KB", 2000, 100, 2),
    Archive("one", "one file of 64 MiB", "--profile one --size-mib 64 --seed 3"),
    mixed("unlike", "32 MiB mixed without duplicates", 32, 300, 40, 4, "--dup 0"),
    mixed("bytes-1", "8 MiB", 8, 100, 10, 5),
    mixed("bytes-2", "32 MiB", 32, 300, 40, 6),
    mixed("bytes-3", "64 MiB", 64, 600, 80, 7),
    small("records-1", "200 records", 200, 20, 8),
    small("records-2", "1,000 records", 1000, 100, 9),
    small("records-3", "4,000 records", 4000, 400, 10),
    people("people", "4,000 customers", 4000, 11),
]


class Inputs:
    """Makes archives when they are first asked for."""

    def __init__(self, root, archives):
        self.corpus = [sys.executable, os.path.join(root, "Benchmarks", "archive", "corpus.py")]
        self.archives = archives
        self.changes = 0
        os.makedirs("inputs", exist_ok=True)

    def get(self, name):
        """An archive that is there as it was generated."""
        archive = self.archives[name]
        if not archive.facts():
            say(f"making {archive.title}")
            remove(archive.folder)
            remove(f"{archive.folder}.undo")
            said = json.loads(self.generator(archive.folder, *shlex.split(archive.options)))
            with open(f"{archive.folder}.json", "w") as file:
                json.dump(said | {"options": archive.options}, file)
        self.undo(archive)
        return archive

    def change(self, archive):
        """Changes about 1 % of an archive, on top of what changed before."""
        self.changes += 1
        undo = f"{archive.folder}.undo/{self.changes:03d}"
        os.makedirs(os.path.dirname(undo), exist_ok=True)
        self.generator(archive.folder, "--mutate", "1", "--seed", str(100 + self.changes), "--undo-dir", undo)

    def undo(self, archive):
        """Puts an archive back, also after a run that broke off."""
        kept = f"{archive.folder}.undo"
        for name in sorted(os.listdir(kept) if os.path.isdir(kept) else [], reverse=True):
            self.generator(archive.folder, "--undo", "--undo-dir", f"{kept}/{name}")

    def generator(self, *words):
        result = subprocess.run([*self.corpus, *words], capture_output=True, text=True)
        if result.returncode:
            raise Failed(f"the generator failed: {result.stderr.strip().splitlines()[-1:]}")
        return result.stdout

    def make_all(self):
        for name in self.archives:
            self.get(name)


def enough_space(folder, needed):
    """Whether the folder has room for inputs, vaults and what is restored."""
    return shutil.disk_usage(folder).free >= needed
