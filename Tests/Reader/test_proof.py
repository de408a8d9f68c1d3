"""Evidence (Docs/Format.md 4.6), honest and forged (forge_proof.py), met by Docs/reader/strongroom_reader.py.
Tests/VaultTests/ForgedEvidenceTests.swift has the same files for the other reader.
"""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import forge_proof
import strongroom_reader as reader

FORGED = forge_proof.Forgery()


class Evidence(unittest.TestCase):
    def refusal(self, data, vault=FORGED.ledger.vault):
        try:
            reader.check_evidence(data, vault)
        except reader.Refused as error:
            return str(error)
        return None

    def test_each_kind(self):
        for name, (data, vault, holds) in FORGED.kinds.items():
            with self.subTest(name):
                refusal = self.refusal(data, vault)
                self.assertEqual(refusal is None, holds, refusal)
        self.assertGreater(len(FORGED.kinds), 90)

    def test_what_is_shown(self):
        shown = reader.check_evidence(FORGED.kinds["archivist"][0], FORGED.ledger.vault)
        self.assertEqual((shown["entry"], shown["event"], shown["document"]), (3, "sealed", ""))
        ids = [one.id.hex() for one in (forge_proof.FOUNDER, forge_proof.CUSTODIAN, forge_proof.ARCHIVIST)]
        self.assertEqual([one["identity"] for one in shown["chain"]], ids)
        self.assertEqual([one["entry"] for one in shown["chain"]], [0, 1, 2])
        self.assertEqual([one["roles"] for one in shown["chain"]], [["custodian"], ["custodian"], ["archivist"]])

    def test_every_byte_and_every_end(self):
        for name, step in (("document", 13), ("founder", 3)):
            data = FORGED.kinds[name][0]
            self.assertIsNone(self.refusal(data))
            for position in range(0, len(data), step):
                changed = bytearray(data)
                changed[position] ^= 1 << position % 8
                self.assertIsNotNone(self.refusal(bytes(changed)), f"{name}, byte {position}")
                self.assertIsNotNone(self.refusal(data[:position]), f"{name}, cut at {position}")

    def run_reader(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = reader.main(["proof", *map(str, arguments)])
        return code, out.getvalue(), err.getvalue()

    def test_the_command(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "out")
            forge_proof.write(out)
            proof, vault = out / "document.tlog-proof", FORGED.ledger.vault
            code, said, _ = self.run_reader(proof, "--vault-id", vault.upper())
            self.assertEqual(code, 0)
            self.assertIn("entry: 4\n", said)
            self.assertIn("not shown: whether this entry", said)
            code, said, _ = self.run_reader(proof, "--vault-id", vault, "--document", out / "document", "--json")
            self.assertEqual((code, json.loads(said)["compared"]), (0, 1))
            for arguments, words in (
                    ((proof, "--vault-id", "00" * 16), "for another vault"), ((proof, "--vault-id", "00"), "32 digits"),
                    ((proof, "--vault-id", vault, "--document", proof), "isn't the one"),
                    ((out / "archivist.tlog-proof", "--vault-id", vault, "--document", out / "document"), "isn't the one"),
                    ((out / "nothing", "--vault-id", vault), "nothing"), ((out / "above_8_mib.tlog-proof", "--vault-id", vault), "larger"),
                    ((proof, "--vault-id", vault, "--document", out / "nothing"), "nothing")):
                code, said, err = self.run_reader(*arguments)
                self.assertEqual((code, said), (1, ""))
                self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
