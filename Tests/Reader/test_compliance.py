"""Folders of compliance reports, honest and forged, met by check_compliance.py; one that the program wrote is checked by
Tests/ComplianceTests.
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

import check_compliance
import forge_proof
from forge_proof import AUDITOR, CUSTODIAN, FOUNDER, STRANGER, Ledger
from strongroom_reader import sha256


class Folders(unittest.TestCase):
    def setUp(self):
        self.ledger = ledger = Ledger()
        ledger.commit(FOUNDER, ledger.granted(FOUNDER, CUSTODIAN, "custodian"))
        ledger.commit(CUSTODIAN, ledger.granted(CUSTODIAN, AUDITOR, "auditor"))
        ledger.commit(AUDITOR, forge_proof.verified(ledger, AUDITOR, []))
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.proofs = {0: ledger.evidence(0), 1: ledger.evidence(1), 3: ledger.evidence(3, 1, 2)}

    def fact(self, name, entries, lacks=(), **other):
        return {"fact": name, "entries": entries, "entriesLeftOut": 0, "withoutProof": len(set(entries) - set(self.proofs)),
                "items": [], "lacks": list(lacks), "verdict": check_compliance.verdict_of(lacks, entries)} | other

    def report(self, **other):
        facts = [self.fact("coverage", [3]), self.fact("access", [0, 1, 2]), self.fact("drills", [], ["none"]), self.fact("holds", [])]
        controls = [{"control": "a", "facts": ["coverage", "holds"], "verdict": "proved"},
                    {"control": "b", "facts": ["coverage", "drills"], "verdict": "not_proved"},
                    {"control": "c", "facts": ["holds"], "verdict": "nothing"}]
        return {"format": "strongroom compliance report", "version": 1, "vault": self.ledger.vault, "size": 4, "facts": facts,
                "controls": controls, "proofs": sorted(self.proofs)} | other

    def write(self, report=None, vouched=None, **proofs):
        """`vouched` gets the document's digest and returns a proof."""
        data = json.dumps(report or self.report()).encode()
        (self.folder / "proofs").mkdir(exist_ok=True)
        for path in [*self.folder.glob("*.*"), *(self.folder / "proofs").iterdir()]:
            path.unlink()
        (self.folder / "report.json").write_bytes(data)
        for entry, proof in self.proofs.items():
            (self.folder / f"proofs/{entry}.tlog-proof").write_bytes(proofs.get(f"of{entry}", proof))
        if vouched:
            (self.folder / "report.tlog-proof").write_bytes(vouched(sha256(data).hex()))

    def attested(self, by, *links, signer=None, **other):
        def vouched(digest):
            entry = self.ledger.entry(by, "attested", **({"about": 3, "kind": "compliance", "report": digest} | other))
            return self.ledger.evidence(self.ledger.commit(signer or by, entry), *links)
        return vouched

    def refusal(self, vault=None):
        try:
            check_compliance.check(self.folder, vault or self.ledger.vault)
        except check_compliance.Refused as error:
            return str(error)
        return None

    def test_what_holds(self):
        self.write()
        self.assertEqual(check_compliance.check(self.folder, self.ledger.vault), (3, None))
        self.write(vouched=self.attested(AUDITOR, 1, 2))
        self.assertEqual(check_compliance.check(self.folder, self.ledger.vault), (3, AUDITOR.id.hex()))

    def test_proofs(self):
        forged = self.ledger.commit(STRANGER, forge_proof.verified(self.ledger, STRANGER, []))
        head, _, path = self.proofs[3].partition(b"\nindex 3\n")
        bent = head + b"\nindex 3\n" + (b"B" if path[:1] == b"A" else b"A") + path[1:]
        # A second founding entry, further back.
        again = self.ledger.commit(FOUNDER, self.ledger.lines[0])
        for name, (proof, words) in {
                "another entry": (self.proofs[1], "is of entry 1"), "a stranger's": (self.ledger.evidence(forged), "nothing shows who"),
                "without a link": (self.ledger.evidence(3, 1), "nothing shows who"),
                "founded again": (self.ledger.evidence(again), "entry 0 is the founding"),
                "changed": (bent, "metamorphic-log"), "none": (b"", "isn't a C2SP")}.items():
            with self.subTest(name):
                self.write(of3=proof)
                self.assertIn(words, str(self.refusal()))
        self.write()
        self.assertIn("another vault", str(self.refusal(Ledger("other").vault)))
        (self.folder / "proofs/1.tlog-proof").unlink()
        self.assertIn("aren't those", str(self.refusal()))
        self.write()
        (self.folder / "proofs/2.tlog-proof").write_bytes(self.proofs[1])
        self.assertIn("aren't those", str(self.refusal()))

    def test_what_does_not_follow(self):
        report = self.report()
        facts, controls = report["facts"], report["controls"]
        for name, (changed, words) in {
                "green without an entry": ({"facts": [self.fact("coverage", [], verdict="proved"), *facts[1:]]}, "doesn't follow"),
                "green with a lack": ({"facts": [*facts[:2], self.fact("drills", [3], ["none"], verdict="proved"), facts[3]]}, "doesn't follow"),
                "a proof that isn't": ({"facts": [facts[0], self.fact("access", [0, 1, 2], withoutProof=0), *facts[2:]]}, "without a proof"),
                "an entry to come": ({"facts": [self.fact("coverage", [4]), *facts[1:]]}, "didn't have"),
                "a green control": ({"controls": [controls[0], controls[1] | {"verdict": "proved"}]}, "isn't that of its facts"),
                "a control of nothing": ({"controls": [{"control": "d", "facts": [], "verdict": "nothing"}]}, "isn't that of its facts"),
                "an unknown fact": ({"controls": [{"control": "d", "facts": ["x"], "verdict": "proved"}]}, "isn't a compliance report"),
                "a lack inside": ({"facts": [facts[0] | {"items": [{"lacks": ["x"]}]}, *facts[1:]]}, "doesn't lack"),
                "twice": ({"proofs": [0, 1, 3, 3]}, "twice"), "another form": ({"version": 2}, "isn't a compliance report")}.items():
            with self.subTest(name):
                self.write(self.report(**changed))
                self.assertIn(words, str(self.refusal()))

    def test_who_vouches(self):
        for name, (vouched, words) in {
                "another document": (self.attested(AUDITOR, 1, 2, report="00" * 32), "another document"),
                "another kind": (self.attested(CUSTODIAN, 1, kind="receipt"), "another document"),
                "another ledger": (self.attested(AUDITOR, 1, 2, about=2), "another ledger"),
                "a stranger": (self.attested(STRANGER), "nothing shows who"),
                "in another's name": (self.attested(AUDITOR, 1, 2, signer=STRANGER), "metamorphic-log"),
                "no attestation": (lambda _: self.proofs[3], "and not 'attested'")}.items():
            with self.subTest(name):
                self.write(vouched=vouched)
                self.assertIn(words, str(self.refusal()))

    def test_the_command(self):
        self.write()
        for arguments, code, words in (([self.folder, self.ledger.vault.upper()], 0, "ok: 3 proofs; vouched for by nobody"),
                                       ([self.folder, "00" * 16], 1, "another vault"), ([self.folder / "none", self.ledger.vault], 1, "none")):
            said = io.StringIO()
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                self.assertEqual(check_compliance.main([str(one) for one in arguments]), code)
            self.assertIn(words, said.getvalue())


if __name__ == "__main__":
    unittest.main()
