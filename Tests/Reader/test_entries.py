"""Entries as Docs/Format.md 4.2 to 4.4 have them: what a member may be, and that any other stops a reader."""

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

import forge_place
import make_place
import strongroom_reader as reader
from strongroom_reader import Refused

SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
MOST = 2**53 - 1
ID, DIGEST = "ab" * 16, "cd" * 32
BOX = {"hash": DIGEST, "index": DIGEST, "offset": 32, "size": 1000, "year": 2036}
ROWS = {"added": 0, "after": 0, "before": 0, "dropped": 0, "merged": 0}
SEALED = {"epoch": 1, "message": "00"}

# Of an event what is taken, and what is refused instead of it: a member and its value, None for none at all.
ENTRIES = {
    "accessed": ({"records": 3}, [("records", -1), ("records", MOST + 1), ("records", "3"), ("records", None), ("classes", []),
                                  ("how", "read")]),
    "found": ({"about": 3, "due": 0}, [("about", None), ("about", "3"), ("due", None), ("due", -1), ("due", MOST + 1),
                                       ("owner", "61"), ("kind", "accession")]),
    "attested": ({"about": 3, "kind": "erasure", "report": DIGEST},
                 [("about", None), ("about", -1), ("kind", None), ("kind", "read"), ("kind", "Erasure"), ("report", None),
                  ("report", ""), ("report", ID), ("report", DIGEST.upper()), ("entry", 3)]),
    "forgotten": ({"place": ID}, [("place", None), ("place", ""), ("place", DIGEST), ("place", [ID]), ("reason", "61")]),
    "ended": ({"entry": 3}, [("entry", None), ("about", 3)]),
    "moved": ({"boxes": [BOX], "generation": 2, "reason": "rewritten", "replaced": [DIGEST], "year": 2036},
              [("boxes", None), ("boxes", [BOX] * 51), ("boxes", [BOX | {"year": 0}]), ("boxes", [BOX | {"more": 1}]), ("boxes", [DIGEST]),
               ("generation", 0), ("generation", None), ("generation", 2**32), ("reason", None), ("reason", "moved"),
               ("reason", "corrected"), ("reason", "Lost"), ("reason", "Rewritten"), ("reason", "Disposed"), ("replaced", None),
               ("replaced", []), ("replaced", [DIGEST] * 251), ("replaced", [ID]),
               ("replaced", DIGEST), ("year", None), ("year", 0), ("year", 10_000), ("records", [])]),
    "verified": ({"boxes": [[0, 3], [5, 5]], "damaged": [], "generations": [1], "keyrings": [2], "level": "open", "missing": [DIGEST],
                  "moves": [3, 9], "place": ID, "size": 10, "strays": 0},
                 [("moves", None), ("moves", [9, 3]), ("moves", [3, 3]), ("moves", [-1]), ("moves", ["3"]), ("moves", 3),
                  ("keyrings", None), ("keyrings", [3, 2]), ("boxes", [[0, 3], [4, 5]]), ("level", "deep")]),
    "keyring": ({"file": DIGEST, "generation": 2, "previous": DIGEST, "reason": "retired", "refused": [], "rows": ROWS, "size": 1000,
                 "through": 5}, [("reason", None), ("reason", "retire"), ("reason", "opening"), ("epochs", [])]),
}
POLICY = {"access": 0, "ahead": 10, "classes": [{"id": ID, "keep": 0, "years": 0}], "cryptoperiod": 365, "destinations": 0,
          "drill": 0, "eyes": [], "holdback": 0, "limit": 10, "rehearse": 0, "snapshot": 0, "verify": 0}


def taken(event, **members):
    reader.check_entry({"by": ID, "event": event, "time": 1} | members, "it")


class Members(unittest.TestCase):
    def test_what_is_taken(self):
        for event, (members, _) in ENTRIES.items():
            taken(event, **members)
            taken(event, **members, request=7, sealed=SEALED)
        taken("accessed", records=0)
        taken("accessed", records=MOST)
        moved = ENTRIES["moved"][0]
        taken("moved", **moved | {"boxes": []})
        for reason in ("disposed", "lost"):
            taken("moved", **moved | {"reason": reason})
        # Whether it names one twice is for the rules.
        taken("moved", **moved | {"boxes": [BOX] * 50, "replaced": [DIGEST] * 250, "year": 9999})
        taken("moved", **moved | {"boxes": [BOX | {"offset": 1000}], "year": 1})
        self.assertRaisesRegex(Refused, "beyond its end", lambda: taken("moved", **moved | {"boxes": [BOX | {"offset": 1001}]}))
        taken("verified", **ENTRIES["verified"][0] | {"moves": []})
        taken("verified", **ENTRIES["verified"][0] | {"moves": [0, MOST]})
        for reason in ("destroyed", "dropped", "founded", "granted", "merged", "retired", "revoked", "rotated"):
            taken("keyring", **ENTRIES["keyring"][0] | {"reason": reason})
        taken("found", about=MOST, due=MOST)
        for kind in ("accession", "compliance", "erasure", "receipt", "transfer"):
            taken("attested", about=0, kind=kind, report=DIGEST)
        for act in ENTRIES:
            taken("requested", act=act, drops=0, expires=1, particulars=DIGEST)

    def test_what_is_refused(self):
        for event, (members, bad) in ENTRIES.items():
            for name, value in bad:
                changed = {k: v for k, v in (members | {name: value}).items() if v is not None}
                with self.subTest(event, member=name, value=value):
                    self.assertRaisesRegex(Refused, f"isn't a {event} entry", lambda: taken(event, **changed))  # noqa: B023
        for event in ("access", "finding", "forgot", "Found", ""):
            self.assertRaisesRegex(Refused, "unknown event", taken, event)

    def test_a_policy(self):
        for good in ({}, {"access": 1}, {"rehearse": 3650}, {"eyes": ["drop"]}, {"eyes": ["recovered"]},
                     {"eyes": ["drop", "recovered"]}):
            taken("policy", policy=POLICY | good)
        for bad in ({"access": 2}, {"access": "1"}, {"rehearse": 3651}, {"rehearse": -1}, {"read": 1}, {"eyes": ["recovered", "drop"]},
                    {"eyes": ["drop", "drop"]}, {"eyes": ["moved"]}, {"eyes": ["destroy"]}, {"eyes": ["dispose"]}, {"eyes": "drop"}):
            self.assertRaises(Refused, taken, "policy", policy=POLICY | bad)
        for name in POLICY:
            self.assertRaises(Refused, taken, "policy", policy={k: v for k, v in POLICY.items() if k != name})

    def test_what_a_request_says(self):
        """Particulars by hand (4.7)."""
        entry = {"by": ID, "event": "ended", "time": 1, "request": 3} | ENTRIES["ended"][0]
        self.assertEqual(reader.particulars(entry), reader.sha256(b'{"entry":3,"event":"ended"}').hex())

    def test_what_is_sealed(self):
        left = {"class": ID, "subjects": [ID, DIGEST[:32]], "until": 0, "why": "hold"}
        finding = {"owner": "61", "text": "", "withheld": [left]}
        access = {"classes": [], "how": "export", "purpose": "61", "subjects": [ID]}
        self.assertTrue(reader.FINDING(finding) and reader.ACCESS(access))
        for bad in ({"withheld": [left, left]}, {"withheld": [left | {"why": "due"}]}, {"owner": "ff"}, {"text": "A"}, {"kind": "x"},
                    {"withheld": [left | {"subjects": [ID, ID]}]}):
            self.assertFalse(reader.FINDING(finding | bad), bad)
        for bad in ({"how": "look"}, {"purpose": "ff"}, {"subjects": [DIGEST[:32], ID]}, {"classes": [ID, ID]}, {"records": 1}):
            self.assertFalse(reader.ACCESS(access | bad), bad)


class Stopped(unittest.TestCase):
    def setUp(self):
        self.out = Path(self.enterContext(tempfile.TemporaryDirectory(dir=SCRATCH)))
        (self.out / "place/boxes").mkdir(parents=True)
        self.scene = make_place.Scene(self.out)
        self.scene.found_vault()

    def read(self):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            ledger = reader.Ledger(reader.Place(str(self.out / "place"), reader.Findings()))
        return ledger, err.getvalue()

    def test_by_an_entry_that_is_refused(self):
        writer, me = self.scene.writer, self.scene.custodian
        writer.commit(me, writer.entry(me, "found", about=0, due=0))
        size = len(writer.lines)
        for event, members in (("policy", {"policy": self.scene.policy | {"access": 2}}), ("forgotten", {"place": ""}),
                               ("attested", {"about": 0, "kind": "burial", "report": DIGEST}), ("mislaid", {})):
            # One that is as it should be stands before it in its commit.
            writer.commit(me, writer.entry(me, "clock"), writer.entry(me, event, **members))
            ledger, err = self.read()
            self.assertEqual((ledger.tree.size, set(ledger.found)), (size, {2}))
            name = f"ledger/{size:020d}"
            self.assertIn(f"{name}: the ledger can't be read from here on: {name}: entry {size + 1} is", err)
            self.assertIn("unknown event mislaid" if event == "mislaid" else f"isn't a {event} entry", err)
            del writer.lines[size:]
            for copy in ("place", "place/second"):
                (self.out / copy / f"ledger/{size:020d}").unlink()


class Listed(unittest.TestCase):
    """What people have to see to, as far as the place stands."""

    def played(self, play):
        forger = forge_place.Forger(self.out)
        forger.kind = lambda: play(forger)
        forger.play("kind")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = reader.main(["verify", str(self.out / "place"), "--json", "--identity", str(self.out / "custodian.identity")])
        self.assertEqual(code, 0, err.getvalue())
        return json.loads(out.getvalue()), err.getvalue()

    def setUp(self):
        self.out = Path(self.enterContext(tempfile.TemporaryDirectory(dir=SCRATCH)))

    def scene(self, forger, before):
        """Two findings, two certificates and a forgotten place, all but some of it before a snapshot."""
        me, place = forger.custodian, make_place.fixed("another place").hex()
        forger.sealed()
        forger.spare("C000007", "C000008")
        self.erased, other = forger.erase("C000007"), forger.erase("C000008")
        attest = lambda about, name: forger.one(me, "attested", about=about, kind="erasure", report=make_place.fixed(name, 32).hex())
        forger.one(me, "copying", generation=forger.keyring.number, place=place)
        attest(self.erased, "old")
        attest(self.erased, "new")
        attest(other, "of another")
        forger.one(me, "attested", about=self.erased, kind="receipt", report=make_place.fixed("receipt", 32).hex())
        forger.agreed("ended", entry=other)
        self.finding = forger.finding(forger.clerk, 1, due=5)
        forger.ended(me, forger.finding(forger.clerk))
        forger.one(me, "forgotten", place=place)
        if before:
            before()
        attest(self.erased, "newest")
        forger.ended(me, self.finding)
        forger.finding(me, 2)
        forger.one(me, "copying", generation=forger.keyring.number, place=place)

    def test_at_the_end(self):
        result, err = self.played(lambda forger: self.scene(forger, None))
        self.assertEqual((result["open_findings"], result["forgotten_places"]), (1, 0))
        self.assertIn("a finding about entry 2 isn't ended\n", err)
        self.assertNotIn("about entry 1 isn't", err)
        self.assertEqual(err.count("it says: made for tests"), 1)
        self.assertNotIn("is forgotten", err)
        self.assertIn(f"entry {self.erased}: the newest certificate of this erasure is {make_place.fixed('newest', 32).hex()}", err)
        self.assertEqual(err.count("newest certificate"), 1)

    def test_where_a_destination_stands(self):
        def play(forger):
            self.scene(forger, forger.snapshot)
            forger.become_destination()
        result, err = self.played(play)
        self.assertEqual((result["kind"], result["open_findings"], result["forgotten_places"]), ("destination", 1, 1))
        self.assertIn(f"entry {self.finding}: a finding about entry 1 isn't ended, due at 5\n", err)
        self.assertNotIn("about entry 2 isn't", err)
        self.assertIn(f"place {make_place.fixed('another place').hex()}: it is forgotten", err)
        self.assertIn(f"is {make_place.fixed('new', 32).hex()}", err)


if __name__ == "__main__":
    unittest.main()
