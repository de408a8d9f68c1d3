"""The worked example of Docs/Format.md, step by step and as a place to read."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import make_example
import strongroom_reader as reader

SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class WholeExample(unittest.TestCase):
    """The vault of Format.md, 6.1."""

    def setUp(self):
        self.example = json.loads((HERE.parents[1] / "Docs/reader/worked-example.json").read_text())

    def test_every_step(self):
        steps = make_example.Steps(self.example).values
        self.assertEqual({name: value.hex() for name, value in steps.items()}, self.example["steps"])
        text = (HERE.parents[1] / "Docs/Format.md").read_text().split("## 6.1 ")[1].split("```")[1]
        self.assertEqual(make_example.lines(steps), text.strip().splitlines())

    def test_it_is_read(self):
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            for name, data in self.example["place"].items():
                for copy in (name, f"second/{name}") if name.startswith(("ledger/", "keyring/")) else (name,):
                    file = Path(folder, "place", copy)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(bytes.fromhex(data))
            for way, option in (("identity", "--identity"), ("passphrase", "--passphrase-file")):
                Path(folder, way).write_bytes(bytes.fromhex(self.example[way]))
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
                    code = reader.main(["export", f"{folder}/place", f"{folder}/out {way}", option, f"{folder}/{way}",
                                        "--vault-id", self.example["steps"]["vault id"]])
                self.assertEqual((code, err.getvalue()), (0, "2 records, 840 bytes\n"))
                found = Path(folder, f"out {way}/contracts/C000001")
                self.assertEqual((found / "2026/contract.txt").read_bytes().hex(), self.example["steps"]["record content"])
                self.assertEqual((found / "empty").read_bytes(), b"")


if __name__ == "__main__":
    unittest.main()
