"""The reader's cryptography against vectors: our own, which lie with the tests in Swift, and published ones where they are
there. Without those their tests are skipped, and fail on CI where Scripts/test-vectors should have got them."""

import hashlib
import json
import os
import sys
import unittest
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Docs/reader"))

import strongroom_reader as reader
from strongroom_reader import Refused


def own(name):
    return json.loads((ROOT / "Tests" / name).read_text())


def published(name, packaged=True):
    """What is in a file that others publish; those that no package has may be missing on CI, too."""
    for place in (ROOT / ".build-venv/vectors", ROOT.parent / "shared/vectors"):
        if (place / name).exists():
            return json.loads((place / name).read_text())
    if packaged and os.environ.get("CI") == "true":
        raise AssertionError(f"{name} isn't in .build-venv/vectors (Scripts/test-vectors gets it)")
    # unittest counts what is skipped, and doesn't say what that was.
    print(f"skipped: published vectors, {name} isn't there; our own were checked", file=sys.stderr)
    raise unittest.SkipTest(name)


class Streams(unittest.TestCase):
    def check(self, name, key, context, message, valid, released, digest):
        """Whole, and chunk by chunk: what comes before the fault, and nothing behind it."""
        with self.subTest(name):
            got, refused = b"", False
            try:
                opener = reader.Opener(key, context, lambda at, size: message[at : at + size], len(message), "it")
                for chunk in opener.chunks():
                    got += chunk
            except Refused:
                refused = True
            self.assertEqual(refused, not valid)
            self.assertLessEqual(len(got), released)
            if len(got) == released > 0:
                self.assertEqual(hashlib.sha512(got).hexdigest(), digest)
            if valid:
                self.assertEqual(len(got), released)
                self.assertEqual(reader.unseal(key, context, message, "it"), got)
            else:
                self.assertRaises(Refused, reader.unseal, key, context, message, "it")

    def wycheproof(self, file):
        cases = [case for group in file["testGroups"] for case in group["tests"]]
        for case in cases:
            self.check(f"{case['tcId']} {case['comment']}", bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"]),
                       zlib.decompress(bytes.fromhex(case["ct"])), case["result"] == "valid", case.get("msgLength", 0),
                       case.get("msgSha512", ""))
        return len(cases)

    def test_ours(self):
        self.assertEqual(self.wycheproof(own("SealingTests/Vectors/streams.json")), 190)

    def test_published(self):
        name = "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json"
        self.assertEqual(self.wycheproof(published(name, packaged=False)), 35)


class Keys(unittest.TestCase):
    def test_derivations(self):
        primitives = own("SealingTests/Vectors/primitives.json")
        cases = [case for case in primitives["hkdf"] if case["result"] == "valid" and not case["salt"]]
        self.assertGreater(len(cases), 15)
        for case in cases:
            found = reader.hkdf(bytes.fromhex(case["ikm"]), bytes.fromhex(case["info"]), case["size"])
            self.assertEqual(found.hex(), case["okm"], case["comment"])
        for case in primitives["expand"]:
            found = reader.expand(bytes.fromhex(case["prk"]), bytes.fromhex(case["info"]), case["size"])
            self.assertEqual(hashlib.sha512(found).hexdigest(), case["okmSha512"], case["comment"])

    def test_envelopes(self):
        hpke = own("SealingTests/Vectors/primitives.json")["hpke"]
        people = [reader.XWing(bytes.fromhex(person["seed"])) for person in hpke["recipients"]]
        self.assertEqual([person.public.hex() for person in people], [person["xwing"] for person in hpke["recipients"]])
        self.assertEqual(len(hpke["tests"]), 62)
        for case in hpke["tests"]:
            with self.subTest(case["comment"]):
                given = people[case["recipient"]], bytes.fromhex(case["message"]), bytes.fromhex(case["info"])
                if case["result"] == "valid":
                    self.assertEqual(given[0].open(*given[1:], "it").hex(), case["plain"])
                else:
                    self.assertRaises(Refused, given[0].open, *given[1:], "it")

    def test_published_xwing(self):
        cases = [case for case in published("hpke/hpke-pq-test-vectors.json") if case["kem_id"] == 0x647A]
        self.assertEqual(len(cases), 2)
        for case in cases:
            self.assertEqual(reader.XWing(bytes.fromhex(case["skRm"])).public.hex(), case["pkRm"])
            self.assertTrue(reader.is_xwing(case["pkRm"]))
            self.assertFalse(reader.is_xwing("ffff" + case["pkRm"][4:]))


class Points(unittest.TestCase):
    vectors = own("SealingTests/Vectors/points.json")

    def test_keys(self):
        lattice = own("SealingTests/Vectors/primitives.json")["hpke"]["recipients"][0]["xwing"][:2368]
        self.assertEqual((len(self.vectors["ed25519"]), len(self.vectors["x25519"])), (64, 41))
        for case in self.vectors["ed25519"]:
            self.assertEqual(reader.is_ed25519(case["key"]), case["result"] == "valid", case["comment"])
        for case in self.vectors["x25519"]:
            self.assertEqual(reader.is_xwing(lattice + case["key"]), case["result"] == "valid", case["comment"])

    def test_the_equation(self):
        message = bytes.fromhex(self.vectors["message"])
        for case in self.vectors["signatures"]:
            self.assertTrue(reader.is_ed25519(case["key"]))
            right = reader.is_signature(bytes.fromhex(case["key"]), bytes.fromhex(case["signature"]), message)
            self.assertEqual(right, case["result"] == "valid", case["comment"])


class Trees(unittest.TestCase):
    def test_roots(self):
        vectors = own("LedgerTests/Vectors/vectors.json")
        tree = reader.Tree()
        for size, root in enumerate(vectors["roots"]):
            if size:
                self.assertEqual(tree.root().hex(), vectors["digests"][root])
            tree.add(f'{{"event":"test","number":{size}}}'.encode())


if __name__ == "__main__":
    unittest.main()
