"""Drills' reports and their proofs, honest and forged, met by check_evidence.py: it and what it stands on aren't ours, so that
what the format calls C2SP is read by somebody else's C2SP.
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

import check_evidence
import forge_proof
import make_place as made
from forge_proof import ARCHIVIST, CUSTODIAN, FOUNDER, STRANGER, Ledger
from strongroom_reader import sha256

OPERATOR = made.Identity(made.fixed("evidence operator", 32))


def report_of(ledger, who, /, **other):
    """As the program writes it, with the members that an entry repeats."""
    report = {"by": who.id.hex(), "destination": made.fixed("place").hex(), "format": "strongroom drill report", "outcome": "passed",
              "plan": {"digest": sha256(b"plan").hex(), "level": "functional"}, "rpo": 1, "rto": 2,
              "snapshot": {"entry": 1}, "vault": ledger.vault, "version": 1}
    return json.dumps(report | other, indent=2).encode()


def drilled(ledger, by, report):
    return ledger.entry(by, "drilled", destination=made.fixed("place").hex(), level="functional", outcome="passed",
                        plan=sha256(b"plan").hex(), report=sha256(report).hex(), rpo=1, rto=2, snapshot=1)


class Drills(unittest.TestCase):
    def setUp(self):
        self.ledger = ledger = Ledger()
        ledger.commit(FOUNDER, ledger.granted(FOUNDER, CUSTODIAN, "custodian"))
        ledger.commit(CUSTODIAN, ledger.granted(CUSTODIAN, OPERATOR, "operator"))
        ledger.commit(CUSTODIAN, ledger.granted(CUSTODIAN, ARCHIVIST, "archivist"))

    def drill(self, by, *links, signer=None, ledger=None, report=None, **note):
        ledger = ledger or self.ledger
        report = report or report_of(ledger, by)
        return report, ledger.evidence(ledger.commit(signer or by, drilled(ledger, by, report), **note), *links)

    def refusal(self, report, proof, vault=None):
        try:
            check_evidence.check(report, proof, vault or self.ledger.vault)
        except check_evidence.Refused as error:
            return str(error)
        return None

    def test_what_holds(self):
        for name, drill in {"founder": self.drill(FOUNDER), "custodian": self.drill(CUSTODIAN, 1),
                            "operator": self.drill(OPERATOR, 1, 2)}.items():
            with self.subTest(name):
                self.assertIsNone(self.refusal(*drill))

    def test_who_may(self):
        granted = self.ledger.commit(STRANGER, self.ledger.granted(STRANGER, STRANGER, "custodian"))
        inname = self.ledger.commit(STRANGER, self.ledger.granted(FOUNDER, STRANGER, "custodian"))
        raised = self.ledger.commit(ARCHIVIST, self.ledger.granted(ARCHIVIST, STRANGER, "custodian"))
        report = report_of(self.ledger, STRANGER)
        early = self.ledger.commit(STRANGER, drilled(self.ledger, STRANGER, report))
        late = self.ledger.commit(FOUNDER, self.ledger.granted(FOUNDER, STRANGER, "operator"))
        for name, (drill, words) in {
                "a stranger": (self.drill(STRANGER), "nothing shows who"),
                "who granted oneself": (self.drill(STRANGER, granted), "nothing shows who"),
                "granted in another's name": (self.drill(STRANGER, inname), "metamorphic-log"),
                "granted by who may not": (self.drill(STRANGER, 1, 3, raised), "has no role for 'granted'"),
                "an archivist": (self.drill(ARCHIVIST, 1, 3), "has no role for 'drilled'"),
                "in another's name": (self.drill(CUSTODIAN, 1, signer=OPERATOR), "metamorphic-log"),
                "a link is missing": (self.drill(OPERATOR, 2), "nothing shows who"),
                "a link too many": (self.drill(CUSTODIAN, 1, 2), "nothing shows who"),
                "links in another order": (self.drill(OPERATOR, 2, 1), "nothing shows who"),
                "granted afterwards": ((report, self.ledger.evidence(early, late)), "out of order")}.items():
            with self.subTest(name):
                self.assertIn(words, str(self.refusal(*drill)))

    def test_notes(self):
        other = Ledger("another nonce")
        for name, note in {"text": {"vault": other.vault, "name": f"strongroom/{self.ledger.vault}"},
                           "name": {"name": f"strongroom/{other.vault}"}, "both": {"vault": other.vault}}.items():
            with self.subTest(name):
                self.assertIn("of another log", str(self.refusal(*self.drill(FOUNDER, **note))))
        report, proof = self.drill(FOUNDER)
        self.assertIn("another vault's", str(self.refusal(report, proof, other.vault)))
        self.assertIn("32 hexadecimal", str(self.refusal(report, proof, "00")))
        signature = proof.rstrip(b"\n").split(b"\n")[-1] + b"\n"
        for name, changed in {"signed twice": proof + signature, "a line behind": proof + b"\n", "a root": proof.replace(
                b"\nindex ", b"\nindex 0", 1), "carriage returns": proof.replace(b"\n", b"\r\n")}.items():
            with self.subTest(name):
                self.assertIn("isn't a C2SP tlog-proof", str(self.refusal(report, changed)))

    def test_what_is_no_drill_or_forged(self):
        """Whether these hold as evidence or not: none of them is that of a drill's report."""
        for name, (proof, vault, _) in forge_proof.Forgery().kinds.items():
            with self.subTest(name):
                self.assertIsNotNone(self.refusal(forge_proof.DOCUMENT, proof, vault))

    def test_reports(self):
        for name, other in {"outcome": {"outcome": "failed"}, "vault": {"vault": "00" * 16}, "by": {"by": "00" * 16}, "rto": {"rto": 1},
                            "rpo": {"rpo": None}, "snapshot": {"snapshot": None}, "destination": {"destination": "00" * 16},
                            "format": {"format": "strongroom"}, "plan": {"plan": {"digest": "", "level": "functional"}},
                            "level": {"plan": {"digest": sha256(b"plan").hex(), "level": "full"}}}.items():
            with self.subTest(name):
                report = report_of(self.ledger, FOUNDER, **other)
                self.assertIn(f"'{name}'", str(self.refusal(*self.drill(FOUNDER, report=report))))
        for report in (b"[]", b"{}", b"\xff", b"[" * 100000):
            self.assertIn("isn't a drill's", str(self.refusal(*self.drill(FOUNDER, report=report))))

    def test_every_byte_and_every_end(self):
        report, proof = self.drill(OPERATOR, 1, 2)
        for position in range(0, len(proof), 29):
            changed = bytearray(proof)
            changed[position] ^= 1 << position % 8
            self.assertIsNotNone(self.refusal(report, bytes(changed)), f"proof, byte {position}")
            self.assertIsNotNone(self.refusal(report, proof[:position]), f"proof, cut at {position}")
        for position in range(len(report)):
            changed = bytearray(report)
            changed[position] ^= 1 << position % 8
            self.assertIn("isn't the one", str(self.refusal(bytes(changed), proof)))

    def test_the_command(self):
        report, proof = self.drill(CUSTODIAN, 1)
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, "drill.json"), Path(folder, "drill.tlog-proof")]
            for path, data in zip(paths, (report, proof)):
                path.write_bytes(data)
            for arguments, code, words in (([*paths, self.ledger.vault.upper()], 0, "ok\n"), ([*paths, "00" * 16], 1, "another vault's"),
                                           ([paths[1], *paths[1:], self.ledger.vault], 1, "isn't the one"),
                                           ([Path(folder, "nothing"), paths[1], self.ledger.vault], 1, "nothing")):
                said = io.StringIO()
                with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                    self.assertEqual(check_evidence.main([str(one) for one in arguments]), code)
                self.assertIn(words, said.getvalue())


if __name__ == "__main__":
    unittest.main()
