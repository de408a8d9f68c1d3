"""Tests of the second reader: its pieces against public vectors, and the whole against a place that
make_place.py wrote, as it is and with one fault at a time. Run: python3 -m unittest discover -s Tests/Reader
"""

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import boxes
import ledger
import open_record
import sealing
from keyring import token
from sealing import Refused, decode, encode, padme, plain_size

VECTORS = HERE.parents[2] / "shared" / "vectors"


def vectors(name):
    if not (VECTORS / name).exists():
        raise unittest.SkipTest(f"no {name} beside the project")
    return json.loads((VECTORS / name).read_text())


class Pieces(unittest.TestCase):
    def test_cobblestone(self):
        groups = vectors("wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json")["testGroups"]
        cases = [case for group in groups for case in group["tests"]]
        self.assertGreater(len(cases), 30)
        for case in cases:
            with self.subTest(case["tcId"], comment=case["comment"]):
                message = zlib.decompress(bytes.fromhex(case["ct"]))
                key, bound = bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"])
                if case["result"] == "valid":
                    plain = sealing.open_stream(message, key, bound)
                    self.assertEqual(len(plain), case["msgLength"])
                    self.assertEqual(hashlib.sha512(plain).hexdigest(), case["msgSha512"])
                else:
                    self.assertRaises(Refused, sealing.open_stream, message, key, bound)

    def test_xwing(self):
        cases = [case for case in vectors("hpke/hpke-pq-test-vectors.json") if case["kem_id"] == 0x647A]
        self.assertTrue(cases)
        for case in cases:
            self.assertEqual(sealing.xwing_pair(bytes.fromhex(case["skRm"]))[1].hex(), case["pkRm"])

    def test_padme(self):
        for n, rounded in (
            (0, 0),
            (1, 1),
            (2, 2),
            (3, 3),
            (9, 10),
            (100, 104),
            (1000, 1024),
            (65_537, 67_584),
        ):
            self.assertEqual(padme(n), rounded)
            self.assertEqual(padme(rounded), rounded)

    def test_stream_lengths(self):
        for plain, sealed in ((0, 72), (1, 73), (16383, 16455), (16384, 16472), (16385, 16473)):
            self.assertEqual(plain_size(sealed), plain)
        for impossible in (0, 55, 56, 71, 16456, 16471):
            self.assertIsNone(plain_size(impossible))

    def test_canonical_json(self):
        for good in (b"{}", b'{"a":0,"b":[1,{"c_1":""}],"c":"x y~"}', b'{"a":9007199254740991}'):
            self.assertEqual(encode(decode(good, "it")), good)
        for bad in (b'', b'[]', b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'{"a":-1}', b'{"a":01}', b'{"a":1.0}',
                    b'{"a":1e3}', b'{"a":true}', b'{"a":null}', b'{"A":1}', b'{"a":"\\n"}', b'{"a":"\\u0041"}',
                    '{"a":"ü"}'.encode(), b'{"a":9007199254740992}', b'{"a":1}\n', b'{"a":' + b'[' * 16 + b']' * 16 + b'}',
                    b'{"a":' + b'[' * 9999):  # fmt: skip
            with self.subTest(bad[:40]):
                self.assertRaises(Refused, decode, bad, "it")

    def test_token_values(self):
        key = bytes(32)
        self.assertEqual(token(key, "number", "Ｃ０１\u00a0".encode()), token(key, "number", b" C01\n"))
        self.assertNotEqual(token(key, "number", b"c01"), token(key, "number", b"C01"))
        self.assertNotEqual(token(key, "number", b"C01"), token(key, "id", b"C01"))
        self.assertNotEqual(token(key, "number", b"\x1fC01"), token(key, "number", b"C01"))
        self.assertNotEqual(token(key, "number", b"\xff "), token(key, "number", b"\xff"))

    def test_tree(self):
        # RFC 6962 roots of the leaves "", 00, 10, 20 21, as certificate-transparency's own tests have them.
        tree = ledger.Tree()
        self.assertEqual(
            tree.root().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        for leaf, root in (("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
                           ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
                           ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
                           ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")):  # fmt: skip
            tree.append(bytes.fromhex(leaf))
            self.assertEqual(tree.root().hex(), root)

    def test_protobuf(self):
        fields = {
            1: ("n", "int"),
            2: ("s", "sint"),
            3: ("b", "bytes"),
            4: ("all", [{1: ("n", "int")}]),
            5: ("b", "bool"),
        }
        self.assertEqual(boxes.protobuf(b"\x08\x96\x01\x10\x03\x22\x02\x08\x01\x22\x00", fields),
                         {"n": 150, "s": -2, "b": 0, "all": [{"n": 1}, {"n": 0}]})  # fmt: skip
        for bad in (
            b"\x08",
            b"\x08\x80",
            b"\x0a\x00",
            b"\x1a\x05a",
            b"\x30\x01",
            b"\x08" + b"\xff" * 10 + b"\x01",
            b"\x00\x00",
        ):
            self.assertRaises(Refused, boxes.protobuf, bad, fields)

    def test_paths(self):
        for good in (b"a", b"a/b", b"...", b"a/.b", b"\xff"):
            boxes.check_path(good)
        for bad in (b"", b"/", b"/a", b"a/", b"a//b", b".", b"a/..", b"./a", b"a\0", b"a" * 4097):
            self.assertRaises(Refused, boxes.check_path, bad)

    def test_zstd(self):
        frame = boxes.zstandard.compress(b"x" * 1000)
        self.assertEqual(boxes.unzstd(frame, 1000), b"x" * 1000)
        silent = boxes.zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 1000)
        for bad, limit in (
            (frame, 999),
            (frame + b"\0", 1000),
            (frame[:-1], 1000),
            (silent, 1000),
            (b"", 9),
            (b"zstd!", 9),
        ):
            self.assertRaises(Refused, boxes.unzstd, bad, limit)


class WholePlace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.made = Path(cls.folder.name) / "made"
        subprocess.run([sys.executable, HERE / "make_place.py", cls.made], check=True)
        cls.facts = json.loads((cls.made / "records.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        """A copy that the test may damage."""
        self.out = Path(tempfile.mkdtemp(dir=self.folder.name))
        shutil.copytree(self.made / "place", self.out / "place")

    def run_reader(self, *arguments, identity="custodian"):
        """The exit code, and what went to standard output and standard error."""
        command = [sys.executable, HERE / "open_record.py", self.out / "place"]
        unlock = ["--passphrase-file", self.made / "passphrase.txt"] if identity == "passphrase" else \
            ["--identity", self.made / f"{identity}.identity"]  # fmt: skip
        ran = subprocess.run([*command, *unlock, *arguments], capture_output=True)
        return ran.returncode, ran.stdout, ran.stderr.decode()

    def refused(self, fragment, *arguments, code=1, **more):
        result, out, err = self.run_reader(*(arguments or ["--list"]), **more)
        self.assertEqual(result, code, err)
        self.assertIn(fragment, err)
        return out

    def damage(self, name, at=0.5):
        file = self.out / "place" / name
        data = bytearray(file.read_bytes())
        data[int(len(data) * at) if isinstance(at, float) else at] ^= 1
        file.write_bytes(data)

    def box_of(self, path):
        """The box that holds a record: the only one after whose damage the record is refused."""
        archive = self.archive()
        for (*_, found), versions in archive.versions().items():
            if found.decode() == path:
                return versions[-1][0][1].box
        raise AssertionError(path)

    def archive(self):
        options = open_record.parse_options(
            [str(self.out / "place"), "--identity", str(self.made / "custodian.identity"), "--list"]
        )
        with contextlib.redirect_stderr(io.StringIO()):
            return open_record.Archive(options.place, open_record.unlocking(options))

    def test_every_record(self):
        newest = [fact for fact in self.facts["records"] if fact["newest"]]
        self.assertGreater(len(newest), 6)
        for fact in newest:
            with self.subTest(fact["path"]):
                code, out, err = self.run_reader(
                    "--class", fact["class"], "--subject", fact["subject"], "--path", fact["path"]
                )
                self.assertEqual(
                    (code, len(out), hashlib.sha256(out).hexdigest()), (0, fact["size"], fact["sha256"]), err
                )

    def test_by_record_id_into_a_file(self):
        fact = next(
            fact for fact in self.facts["records"] if fact["newest"] and fact["path"] == "2019/loan.txt"
        )
        file = self.out / "loan.txt"
        self.assertEqual(self.run_reader("--record", fact["id"], "--out", file)[0], 0)
        self.assertEqual(hashlib.sha256(file.read_bytes()).hexdigest(), fact["sha256"])
        self.refused("exists", "--record", fact["id"], "--out", file)

    def test_list_and_who_sees_what(self):
        for identity, classes in (("custodian", None), ("passphrase", None), ("clerk", {"communications"})):
            code, out, err = self.run_reader("--list", identity=identity)
            self.assertEqual(code, 0, err)
            expected = {
                (f["id"], f["size"])
                for f in self.facts["records"]
                if f["newest"] and (not classes or f["class"] in classes)
            }
            self.assertEqual(
                {(line.split()[0], int(line.split()[1])) for line in out.decode().splitlines()}, expected
            )

    def test_labels(self):
        facts = {(fact["id"], fact["entry"]): fact for fact in self.facts["records"]}
        for versions in self.archive().versions().values():
            for version in versions:
                record, bundle, _ = version[-1]
                fact = facts.pop((record["id"].hex(), bundle.entry))
                for name in (
                    "title",
                    "media_type",
                    "mtime",
                    "mode",
                    "tags",
                    "sealed_at",
                    "retention",
                    "source",
                ):
                    self.assertEqual(record[name], fact[name])
                self.assertEqual(len(version), fact["parts"])
        self.assertFalse(facts)

    def test_fold(self):
        state = self.archive().state
        self.assertEqual(
            [{"entry": n, "rule": rule} for n, _, rule in state.uncounted], self.facts["uncounted"]
        )
        self.assertEqual((state.tree.size, state.tree.root().hex()), (self.facts["size"], self.facts["root"]))
        self.assertEqual(
            (state.vault.hex(), state.present["generation"]), (self.facts["vault"], self.facts["generation"])
        )

    def test_vault_id(self):
        self.assertEqual(self.run_reader("--list", "--vault-id", self.facts["vault"])[0], 0)
        self.refused("another one", "--list", "--vault-id", "00" * 16)

    def marker(self, place):
        marker = {"format": "strongroom place", "place": place, "vault": self.facts["vault"], "version": 1}
        (self.out / "place/STRONGROOM").write_bytes(encode(marker) + b"\n")

    def test_a_destination_stands_at_its_snapshot(self):
        self.marker(self.facts["destination"]["place"])
        code, out, err = self.run_reader("--list")
        size = self.facts["destination"]["size"]
        before = {(f["id"], f["size"]) for f in self.facts["records"] if f["newest"] and f["entry"] < size}
        found = {(line.split()[0], int(line.split()[1])) for line in out.decode().splitlines()}
        self.assertEqual((code, found), (0, before), err)
        self.assertTrue(any(f["entry"] > size for f in self.facts["records"]))

    def test_a_restored_copy_stands_at_the_end(self):
        self.marker("77" * 16)
        code, out, _ = self.run_reader("--list")
        self.assertEqual((code, len(out.splitlines())), (0, sum(fact["newest"] for fact in self.facts["records"])))

    def test_wrong_key(self):
        seed = {"format": "strongroom identity", "seed": "11" * 32, "version": 1}
        (self.made / "stranger.identity").write_bytes(encode(seed) + b"\n")
        self.refused("not granted", identity="stranger")

    def test_damaged_first_copies_are_read_from_the_second(self):
        for folder in ("ledger", "keyring"):
            for file in (self.out / "place" / folder).iterdir():
                self.damage(f"{folder}/{file.name}")
        self.refused("damaged", code=2)

    def test_missing_first_copies_are_read_from_the_second(self):
        for folder in ("ledger", "keyring"):
            shutil.rmtree(self.out / "place" / folder)
        self.assertEqual(self.run_reader("--list")[0], 0)

    def test_a_commit_damaged_twice_stops_the_reader(self):
        for place in range(1, 60):
            with self.subTest(place):
                shutil.copytree(self.made / "place", self.out / "place", dirs_exist_ok=True)
                name = "ledger/00000000000000000005"
                length = (self.out / "place" / name).stat().st_size
                for copy in ("", "second/"):
                    self.damage(copy + name, length * place // 60)
                self.refused("refused: ledger/00000000000000000005")

    def test_a_commit_left_out_is_noticed(self):
        for copy in ("", "second/"):
            (self.out / "place" / copy / "ledger/00000000000000000002").unlink()
            (self.out / "place" / copy / "ledger/00000000000000000003").rename(
                self.out / "place" / copy / "ledger/00000000000000000002")  # fmt: skip
        self.refused("refused: ledger/00000000000000000002")

    def test_a_page_lost_twice_is_reported(self):
        state = self.archive().state
        page = state.pending[0][2]["hash"].hex()
        for copy in ("", "second/"):
            (self.out / "place" / copy / "keyring" / page).unlink()
        self.refused(page, code=2)

    def test_a_damaged_box(self):
        box = self.box_of("2019/scan.pdf")
        name = f"boxes/{box['hash'].hex()[:2]}/{box['hash'].hex()}"
        record = ("--class", "contracts", "--subject", "C000001", "--path", "2019/scan.pdf")
        for at, why in (
            (40, "isn't what it is called"),
            (7, "another header"),
            (box["offset"] + 9, "its index isn't"),
        ):
            with self.subTest(why):
                shutil.copytree(self.made / "place", self.out / "place", dirs_exist_ok=True)
                self.damage(name, at)
                self.assertEqual(self.refused(why, *record), b"")
        (self.out / "place" / name).unlink()
        self.refused("is missing", *record)

    def test_two_boxes_changed_for_each_other(self):
        one, other = self.box_of("2019/scan.pdf"), self.box_of("calls/2020-02-29.wav")
        files = [self.out / "place/boxes" / box["hash"].hex()[:2] / box["hash"].hex() for box in (one, other)]
        data = [file.read_bytes() for file in files]
        files[0].write_bytes(data[1])
        files[1].write_bytes(data[0])
        self.refused(one["hash"].hex(), code=2)

    def test_a_content_that_is_not_its_digest(self):
        archive = self.archive()
        version = next(v[-1] for (*_, path), v in archive.versions().items() if path == b"2019/scan.pdf")
        version[0][0]["sha256"] = bytes(32)
        self.assertRaises(Refused, archive.content, version)

    def test_parts_must_be_complete(self):
        archive = self.archive()
        parts = next(v[-1] for (*_, path), v in archive.versions().items() if path == b"calls/long.wav")
        self.assertEqual(len(open_record.check_parts(parts[::-1])), 2)
        for wrong in (parts[:1], parts[1:], [parts[0], parts[0], parts[1]]):
            self.assertRaises(Refused, open_record.check_parts, wrong)

    def test_an_index_that_is_not_the_layout(self):
        box, section = {"year": 2036, "offset": padme(32 + 72 + 72)}, archive_section()
        boxes.parse_index(index(), box, section)
        for change in (dict(body=33), dict(table=105), dict(year=2035), dict(count=2), dict(records=0), dict(epoch=0),
                       dict(reserved=1), dict(filler=b"\1")):  # fmt: skip
            with self.subTest(change):
                self.assertRaises(Refused, boxes.parse_index, index(**change), box, section)
        self.assertRaises(Refused, boxes.parse_index, index(), box | {"offset": 177}, section)


def archive_section():
    return boxes.Section(bytes(16), boxes.Section.CLASS, "contracts", {1: bytes(32)}, [], [])


def index(body=32, table=104, year=2036, count=1, records=1, epoch=1, reserved=0, filler=b""):
    """An index of one bundle, body and table both empty streams of 72 bytes."""
    head = year.to_bytes(2, "big") + bytes(2) + count.to_bytes(4, "big") + bytes(120)
    row = bytes(32) + epoch.to_bytes(4, "big") + records.to_bytes(4, "big")
    for number in (body, 72, table, 72):
        row += number.to_bytes(8, "big")
    return head + row + bytes(32) + bytes(16) + reserved.to_bytes(8, "big") + filler


if __name__ == "__main__":
    unittest.main()
