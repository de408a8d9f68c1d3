"""Places with one thing in them that only somebody with keys could have put there (forge_place.py), read by
Docs/reader/strongroom_reader.py.
"""

import contextlib
import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import strongroom_reader as reader


class Forged(unittest.TestCase):
    """What only somebody with keys could have put into a place. Tests/VaultTests/ForgedPlaceTests.swift has the same kinds,
    for both readers."""

    mail, first = "communications/C000001/mail", "contracts/C000001/letter"
    letters = {first, "contracts/C000002/letter"}
    kinds = {
        "honest": (0, {mail, *letters}, ""),
        "header_magic": (2, {mail}, "isn't that of a box of this vault"),
        "header_version": (2, {mail}, "isn't that of a box of this vault"),
        "header_reserved": (2, {mail}, "isn't that of a box of this vault"),
        "header_vault": (2, {mail}, "isn't that of a box of this vault"),
        "frames_first": (2, {mail}, "out of order or twice"),
        "field_twice": (2, {mail}, "out of order or twice"),
        "default_written": (2, {mail}, "says nothing"),
        "tie": (0, {mail, first}, ""),
        "twins": (2, {mail, "contracts/%id-278fc178f0705bfcec73dd01777c7a10/letter",
                      "contracts/%id-ebd393c70552845a7d9139090c424185/letter"}, "name another customer"),
        "names": (1, None, "of the same name"),
        "named_directory": (1, None, "of the same name"),
        "entry_size": (1, None, "isn't a generation as the format has it"),
        "zero_key": (2, {mail, *letters}, "a key of zeros"),
        "id_twice": (2, {mail, *letters}, "out of order"),
        "directory_row": (2, {mail, *letters}, "isn't one of the directory"),
        "page_key": (2, {mail, first}, "wrong key or context"),
        "page_count": (2, {mail, first}, "its size isn't that of its rows"),
        "page_size": (2, {mail, first}, "its size isn't that of its rows"),
        "page_first": (2, {mail, first}, "its ids aren't those of the section"),
        "page_last": (2, {mail, first}, "its ids aren't those of the section"),
        "page_range": (2, {mail, first}, "no entry accounts for"),
        "hidden": (2, {mail, first}, "may be in a page of the keyring that is refused"),
        "stranger": (2, {mail, *letters}, "was not active when it was entered"),
        "nowhere": (2, {mail, *letters}, "belongs to no section"),
        "impossible": (0, {mail, *letters}, "doesn't count: counts"),
        "not_copied": (2, {mail}, "missing here, as its snapshot says"),
        "pipe": (2, {mail, *letters}, "not a regular file"),
        "folder": (2, {mail, *letters}, "not a regular file"),
        "link": (2, {mail, *letters}, "second/ledger/"),
    }

    def run_reader(self, command, *arguments):
        err = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            identity = ["--identity", str(self.out / "custodian.identity")]
            code = reader.main([command, str(self.out / "place"), *map(str, arguments), *identity])
        return code, err.getvalue()

    def test_each_kind(self):
        for kind, (code, files, words) in self.kinds.items():
            with self.subTest(kind), tempfile.TemporaryDirectory() as scratch:
                self.out = Path(scratch) / "out"
                made = subprocess.run([sys.executable, "-B", str(HERE / "forge_place.py"), str(self.out), kind])
                self.assertEqual(made.returncode, 0)
                verified, err = self.run_reader("verify")
                self.assertEqual(verified, code, err)
                self.assertIn(words, err)
                target = Path(scratch) / "export"
                self.run_reader("export", target)
                found = {str(f.relative_to(target)) for f in target.rglob("*") if f.is_file()}
                self.assertEqual(found, files or set())
                if kind == "tie":
                    self.assertEqual((target / self.first).read_bytes(), b"the other")


if __name__ == "__main__":
    unittest.main()
