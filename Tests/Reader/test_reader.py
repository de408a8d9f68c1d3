"""Tests of Docs/reader/strongroom_reader.py: its pieces, and the whole against a place that
make_place.py wrote, as it is and with one fault at a time. Run: python3 -m unittest discover -s Tests/Reader
"""

import contextlib
import hashlib
import io
import json
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unicodedata
import unittest
import unittest.mock
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import make_place
import strongroom_reader as reader
from strongroom_reader import Refused

def named(name, id=0):
    """A class of this name."""
    return type("Section", (), {"name": name, "id": bytes([id]) * 16})


SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Pieces(unittest.TestCase):
    def test_the_worked_example(self):
        """Chapter 6 of Format.md, as it is printed there."""
        text = (HERE.parents[1] / "Docs/Format.md").read_text().split("# 6. ")[1].split("```")[1]
        said = dict(line.rsplit(None, 1) for line in text.strip().splitlines())
        seed, subject, epoch = bytes(range(32)), b"\x11" * 32, b"\x22" * 32
        identity = reader.Identity(seed)
        bundle = reader.hkdf(subject + epoch, b"strongroom/v1 bundle", 32)
        where = reader.context(reader.BODY, b"\xa0" * 16, b"\xb0" * 16, b"\xc0" * 16, b"\xd0" * 16, 3)
        line = bytes.fromhex(said["entry line"])
        tree = reader.Tree()
        tree.add(line)
        found = {
            "x-wing seed": reader.expand(seed, b"strongroom/v1 x-wing", 32),
            "ed25519 seed": reader.expand(seed, b"strongroom/v1 ed25519", 32),
            "ed25519 public": identity.ed25519,
            "x-wing sha256": reader.sha256(identity.xwing.public),
            "identity id": identity.id,
            "bundle key": bundle,
            "index key": reader.hkdf(epoch, b"strongroom/v1 index", 32),
            "content key": reader.hkdf(subject, b"strongroom/v1 content", 32),
            "key check": reader.hkdf(subject, b"strongroom/v1 check", 8),
            "token": reader.hmac.digest(epoch, b"number\0C000001", "sha256")[:16],
            "body context": where,
            "body salt": bytes(range(24)),
            "body plaintext": reader.unseal(bundle, where, bytes.fromhex(said["body message"]), "it"),
            "body message": bytes.fromhex(said["body message"]),
            "entry line": line,
            "entry leaf": tree.root(),
        }
        self.assertEqual({name: value.hex() for name, value in found.items()}, said)
        self.assertEqual(reader.decode_json(line, "it")["event"], "clock")

    def test_padme_and_lengths(self):
        for n, rounded in ((0, 0), (1, 1), (2, 2), (3, 3), (9, 10), (100, 104), (1000, 1024), (65_537, 67_584)):
            self.assertEqual(reader.padme(n), rounded)
            self.assertEqual(reader.padme(rounded), rounded)
        for plain, sealed in ((0, 72), (1, 73), (16383, 16455), (16384, 16472), (16385, 16473)):
            self.assertEqual(reader.plain_length(sealed), plain)
            self.assertEqual(reader.sealed_length(plain), sealed)
        for impossible in (0, 55, 56, 71, 16456, 16471):
            self.assertIsNone(reader.plain_length(impossible))

    def test_canonical_json(self):
        for good in (b"{}", b'{"a":0,"b":[1,{"c_1":""}],"c":"x y~"}', b'{"a":9007199254740991}'):
            self.assertEqual(reader.canonical(reader.decode_json(good, "it")).encode(), good)
        for bad in (b"", b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'{"a":-1}', b'{"a":01}', b'{"a":1.0}',
                    b'{"a":1e3}', b'{"a":true}', b'{"a":null}', b'{"A":1}', b'{"a":"\\n"}', b'{"a":"\\u0041"}',
                    '{"a":"ü"}'.encode(), b'{"a":9007199254740992}', b'{"a":1}\n', b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
                    b'{"a":' + b"[" * 9999, b'{"a":' + b"[" * 9999 + b"]" * 9999 + b"}"):
            with self.subTest(bad[:40]):
                self.assertRaises(Refused, reader.decode_json, bad, "it")

    def test_token_values(self):
        self.assertEqual(reader.token_value("Ｃ０１\u00a0".encode()), reader.token_value(b" C01\n"))
        self.assertNotEqual(reader.token_value(b"c01"), reader.token_value(b"C01"))
        self.assertNotEqual(reader.token_value(b"\x1fC01"), reader.token_value(b"C01"))
        self.assertEqual(reader.token_value(b"\xff "), b"\xff ")

    def test_tree(self):
        # RFC 6962 roots of the leaves "", 00, 10, 20 21, as certificate-transparency's own tests have them.
        tree = reader.Tree()
        self.assertEqual(tree.root(), hashlib.sha256().digest())
        for leaf, root in (("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
                           ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
                           ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
                           ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")):
            tree.add(bytes.fromhex(leaf))
            self.assertEqual(tree.root().hex(), root)

    def test_passphrases(self):
        taken = bytes.fromhex("5363686cc3bc7373656c2066c3bc722054c3bc7220eab081")
        words = "Schlüssel für Tür 각"
        for text in (words, unicodedata.normalize("NFD", words), "\ufeff" + words, words.replace(" ", "\xa0"),
                     words.replace(" ", "\u3000"), words + "\r\nand more", words + "\n"):  # fmt: skip
            self.assertEqual(reader.prepared_passphrase(text.encode()), taken)
        self.assertEqual(reader.prepared_passphrase(" ﬁ\t".encode()), " ﬁ\t".encode())
        self.assertRaises(Refused, reader.prepared_passphrase, b"Schl\xfcssel")

    def test_protobuf(self):
        read = lambda data: reader.Message.read(data, reader.Record(), reader.RECORD_FIELDS)  # noqa: E731
        record = read(b"\x12\x01a\x38\x96\x01\x40\x03\x6a\x01x\x6a\x01y\x7a\x02\x28\x01")
        self.assertEqual((record.size, record.mtime, record.path, record.tags), (150, -2, b"a", ["x", "y"]))
        self.assertTrue(record.part.last)
        self.assertIsNone(record.date)
        self.assertEqual([read(b"\x88\x01" + day).date for day in (b"\x00", b"\x01", b"\xa2\x9e\x02")], [0, -1, 18321])
        for bad in (b"\x38", b"\x38\x80", b"\x3a\x00", b"\x12\x05a", b"\x90\x01\x01", b"\x38" + b"\xff" * 10 + b"\x01",
                    b"\x00\x00", b"\x1a\x01\xff", b"\x48\x80\x80\x80\x80\x10"):
            self.assertRaises(Refused, read, bad)

    def test_paths_and_names(self):
        def check(path):
            record = reader.Record()
            record.id, record.sha256, record.path = bytes(16), bytes(32), path
            reader.check_record(record, 0)

        for good in (b"a", b"a/b", b"...", b"a/.b", b"\xff"):
            check(good)
        for bad in (b"", b"/", b"/a", b"a/", b"a//b", b".", b"a/..", b"./a", b"a\0", b"a" * 4097):
            self.assertRaises(Refused, check, bad)
        for name, safe in ((b"", b"%"), (b".", b"%2E"), (b"..", b"%2E%2E"), (b"a/b", b"a%2Fb"), (b"\0", b"%00"), (b"a%2Fb", b"a%252Fb"), (b"...", b"...")):
            self.assertEqual(reader.one_name(name), safe)

    def test_names_that_meet(self):
        section = type("Section", (), {"name": "c"})
        def record(path, source):
            made = reader.Record()
            made.subject, made.path, made.source = b"1", path, source
            return made
        records = [record(b"a", "s"), record(b"a", "t"), record(b"a/b", "s"), record(b"x", "s"), record(b"x", "t"),
                   record(b"x~t", "s")]
        self.assertEqual(reader.file_names(section, records),
                         [b"c/1/a", b"c/1/a~t", b"c/1/a~s/b", b"c/1/x", b"c/1/x~t", b"c/1/x~t~s"])
        # Whoever came first into the vault keeps the name, whatever the others are called.
        for r, begun in zip(records, (9, 8, 1, 7, 6, 5)):
            r.begun = begun
        self.assertEqual(reader.file_names(section, records),
                         [b"c/1/a~s", b"c/1/a~t", b"c/1/a/b", b"c/1/x~s", b"c/1/x", b"c/1/x~t"])

    def test_names_that_are_too_long(self):
        """The same names as in Tests/VaultTests/SourceTests.swift."""
        section = type("Section", (), {"name": "c"})
        def record(path, source, subject=b"1"):
            made = reader.Record()
            made.subject, made.path, made.source = subject, path, source
            return made
        def names(*records):
            return [name.split(b"/", 2)[2] for name in reader.file_names(section, records)]
        def twice(path):
            return names(record(path, "s"), record(path, "t"))
        self.assertEqual(twice(b"a" * 250 + b".pdf"), [b"a" * 250 + b".pdf", b"a" * 250 + b".pd~t"])
        self.assertEqual(twice("客".encode() * 85), ["客".encode() * 85, "客".encode() * 84 + b"~t"])
        self.assertEqual(twice(b"\x80" * 255), [b"\x80" * 255, b"\x80" * 253 + b"~t"])
        self.assertEqual(names(record(b"b" * 250, "s"), record(b"b" * 250, "é" * 100))[1],
                         b"b" * 128 + b"~" + "é".encode() * 63)
        self.assertEqual(reader.file_names(section, [record(b"x", "s", b"k" * 300)]),
                         [b"c/" + b"k" * 189 + b"%~" + reader.sha256(b"k" * 300).hex().encode() + b"/x"])

    def test_one_way_to_write_a_message(self):
        """The same as in Tests/BoxesTests/HostileTableTests.swift."""
        frame = b"\x08\x03\x10\x03"
        def read(data):
            return reader.Message.read(data, reader.FrameName(), reader.FRAME_FIELDS)
        self.assertEqual((read(frame).plain, read(frame).stored), (3, 3))
        for bad in (b"\x10\x03\x08\x03", frame + b"\x10\x03", frame + b"\x18\x00", b"\x08\x83\x00\x10\x03",
                    b"\x88\x00\x03\x10\x03", b"\x08\x83\x80\x80\x80\x10\x10\x03", frame + b"\x20\x01"):
            with self.assertRaises(Refused, msg=bad.hex()):
                read(bad)
        tail = reader.Message.read(b"\x28\x01", reader.Part(), reader.PART_FIELDS)
        self.assertTrue(tail.last)
        self.assertRaises(Refused, reader.Message.read, b"\x28\x02", reader.Part(), reader.PART_FIELDS)
        record = reader.Message.read(b"\x6a\x00\x6a\x00\x88\x01\x00", reader.Record(), reader.RECORD_FIELDS)
        self.assertEqual((record.tags, record.date), (["", ""], 0))
        table = b"\x12\x04" + frame + b"\x0a\x00"
        self.assertRaises(Refused, reader.Message.read, table, reader.Table(), reader.TABLE_FIELDS)

    def test_zstd(self):
        frame = reader.zstandard.compress(b"x" * 1000)
        self.assertEqual(reader.unpack(frame, 1000, "it"), b"x" * 1000)
        silent = reader.zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 1000)
        skippable = b"\x50\x2a\x4d\x18\x01\0\0\0x"
        for bad, limit in ((frame, 999), (frame + b"\0", 1000), (frame + frame, 1000), (frame[:-1], 1000), (silent, 1000),
                           (b"", 9), (b"zstd!", 9), (skippable, 9), (skippable + frame, 1000)):
            self.assertRaises(Refused, reader.unpack, bad, limit, "it")
        # The same as in Tests/BoxesTests/ZstdTests.swift: a window of 2 GiB, and of more, and checksums.
        def stating(window, checksum):
            return bytes.fromhex(f"28b52ffd84{window << 3:02x}03000000190000616263{checksum}")
        self.assertEqual(reader.unpack(stating(21, "990977ad"), 9, "it"), b"abc")
        for bad in (stating(22, "990977ad"), stating(0, "990977ac"), stating(0, "")):
            self.assertRaises(Refused, reader.unpack, bad, 9, "it")

    def test_what_a_terminal_could_act_on_is_escaped(self):
        self.assertEqual(reader.shown(b"a\x1b[31m\xff\r\n"), "a\\x1b[31m\\xff\\r\\n")
        self.assertEqual(reader.shown("合同 \u202e\u200b\x9b\\"), "合同 \\u202e\\u200b\\x9b\\\\")

    def test_an_index_that_is_not_the_layout(self):
        section = type("Section", (), {"id": bytes(16)})
        named = {"hash": "00" * 32, "index": "", "offset": reader.padme(32 + 72 + 72), "size": 0, "year": 2036}
        box = reader.Box(named, 0, 5)
        read = lambda box, **change: reader.read_bundles(index(**change), box, section, lambda *_: None)  # noqa: E731
        self.assertEqual(len(read(box)), 1)
        self.assertEqual(len(read(box, first=7)), 0)
        for change in (dict(body=33), dict(table=105), dict(year=2035), dict(count=2), dict(records=65537), dict(epoch=0),
                       dict(reserved=1), dict(filler=b"\1"), dict(head=1)):
            with self.subTest(change):
                self.assertRaises(Refused, read, box, **change)
        self.assertRaises(Refused, read, reader.Box(named | {"offset": 177}, 0, 5))

    def test_rows_of_a_box_that_was_moved(self):
        section = type("Section", (), {"id": bytes(16)})
        named = {"hash": "00" * 32, "index": "", "offset": reader.padme(32 + 72 + 72), "size": 0, "year": 2036}
        box, ignored = reader.Box(named, 0, 9), []
        box.move = reader.Move({"by": "", "event": "moved", "reason": "rewritten"}, 9, 0, False)
        for first in (0, 3, 4, 9, 10, 2**64 - 1):
            read = reader.read_bundles(index(first=first), box, section, lambda *said: ignored.append(said), {3, 9, 10})
            self.assertEqual([bundle.first for bundle in read], [3] if first == 3 else [])
        self.assertEqual(len(ignored), 5)
        box = reader.Box(named, 0, 9)
        self.assertEqual(reader.read_bundles(index(), box, section, None)[0].first, 9)

    def test_a_bundle_is_known_by_id_and_first_entry(self):
        section = type("Section", (), {"id": bytes(16)})
        named = {"hash": "00" * 32, "index": "", "offset": reader.padme(32 + 4 * 72), "size": 0, "year": 2036}
        box = reader.Box(named, 0, 5)
        for firsts, found in {(0, 7): 1, (8, 7): 0, (0, 0): None, (7, 7): None}.items():
            rows = [index(body=body, table=table, first=first)[128:]
                    for body, table, first in zip((32, 104), (176, 248), firsts)]
            plain, ignored = index(count=2)[:128] + b"".join(rows), []
            read = lambda: reader.read_bundles(plain, box, section, lambda *row: ignored.append(row))  # noqa: B023, E731
            with self.subTest(firsts):
                if found is None:
                    self.assertRaises(Refused, read)
                else:
                    self.assertEqual((len(read()), len(ignored)), (found, 2 - found))


def index(body=32, table=104, year=2036, count=1, records=1, epoch=1, reserved=0, filler=b"", head=0, first=0):
    """An index of one bundle, body and table both empty streams of 72 bytes."""
    start = year.to_bytes(2, "big") + bytes(2) + count.to_bytes(4, "big") + head.to_bytes(120, "big")
    row = bytes(32) + epoch.to_bytes(4, "big") + records.to_bytes(4, "big")
    for number in (body, 72, table, 72):
        row += number.to_bytes(8, "big")
    return start + row + bytes(32) + first.to_bytes(8, "big") + bytes(8) + reserved.to_bytes(8, "big") + filler


class Made(unittest.TestCase):
    """A place that make_place.py wrote, and a copy of it for each test to spoil."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=SCRATCH)
        cls.made = Path(cls.folder.name) / "made"
        subprocess.run([sys.executable, "-B", HERE / "make_place.py", cls.made, *cls.options], check=True)
        cls.facts = json.loads((cls.made / "records.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.out = Path(tempfile.mkdtemp(dir=self.folder.name))
        self.place = self.out / "place"
        shutil.copytree(self.made / "place", self.place)

    def tearDown(self):
        shutil.rmtree(self.out)

    def run_reader(self, command, *arguments, identity="custodian"):
        """The exit code, and what went to standard output and standard error."""
        unlock = {"passphrase": ["--passphrase-file", self.made / "passphrase.txt"], None: []}.get(
            identity, ["--identity", self.made / f"{identity}.identity"])
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = reader.main([str(a) for a in (command, self.place, *arguments, *unlock)])
        return code, out.getvalue(), err.getvalue()

    def listed(self, *arguments, **more):
        code, out, err = self.run_reader("list", "--json", *arguments, **more)
        return code, [json.loads(line) for line in out.splitlines()], err

    def exported(self, *arguments, **more):
        target = Path(tempfile.mkdtemp(dir=self.out))
        code, _, err = self.run_reader("export", target, *arguments, **more)
        files = {}
        for file in target.rglob("*"):
            if file.is_dir():
                self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o700)
                continue
            about = file.stat()
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            files[str(file.relative_to(target))] = (about.st_size, digest, about.st_mtime_ns, stat.S_IMODE(about.st_mode))
        shutil.rmtree(target)
        return code, files, err

    def expected(self, wanted=lambda fact: fact["newest"]):
        return {f"{f['class']}/{f['subject']}/{f['path']}": (f["size"], f["sha256"], f["mtime"], f["mode"])
                for f in self.facts["records"] if wanted(f)}

    def both(self, name):
        return [self.place / name, self.place / "second" / name]

    def last_commit(self):
        return f"ledger/{self.facts['size'] - 1:020d}"

    def ledger(self):
        findings = reader.Findings()
        place = reader.Place(str(self.place), findings)
        return place, reader.Ledger(place)


class WholePlace(Made):
    def test_every_record(self):
        for identity, classes in (("custodian", None), ("passphrase", None), ("clerk", {"communications"})):
            with self.subTest(identity):
                expected = self.expected(lambda f: f["newest"] and (not classes or f["class"] in classes))
                code, files, err = self.exported(identity=identity)
                self.assertEqual((code, files), (0, expected), err)
                code, rows, _ = self.listed(identity=identity)
                listed = {f"{r['class']}/{r['customer']}/{r['path']}": (r["size"], r["sha256"], r["mtime_ns"], r["mode"])
                          for r in rows}
                self.assertEqual((code, listed), (0, expected))
                self.assertEqual(self.run_reader("verify", identity=identity)[0], 0)

    def test_labels_and_versions(self):
        rows = {(r["id"], r["version"]): r for r in self.listed("--versions")[1]}
        self.assertEqual(len(rows), len(self.facts["records"]))
        for fact in self.facts["records"]:
            row = rows[fact["id"], 0 if fact["newest"] else 1]
            for name in ("title", "media_type", "mode", "tags", "sealed_at", "retention", "source", "parts", "date"):
                self.assertEqual(row[name], fact[name])

    def test_one_customer_and_one_class(self):
        code, rows, _ = self.listed("--customer", " Ｃ000001", "--class", "contracts")
        self.assertEqual((code, {r["customer"] for r in rows}, {r["class"] for r in rows}), (0, {"C000001"}, {"contracts"}))
        self.assertEqual(self.listed("--customer", "nobody")[1], [])
        self.assertIn("no class", self.listed("--class", "other")[2])

    def test_fold_and_standing(self):
        _, ledger = self.ledger()
        self.assertEqual([{"entry": n, "rule": rule} for n, _, rule in ledger.uncounted], self.facts["uncounted"])
        self.assertEqual((ledger.tree.size, ledger.tree.root().hex()), (self.facts["size"], self.facts["root"]))
        self.assertEqual((ledger.vault, ledger.generation["generation"]), (self.facts["vault"], self.facts["generation"]))

    def test_without_a_key(self):
        code, out, err = self.run_reader("verify", identity=None)
        self.assertEqual(code, 0, err)
        self.assertIn(self.facts["root"], out)
        self.assertEqual(self.run_reader("list", identity=None)[0], 1)

    def test_vault_id_and_keys(self):
        code, _, err = self.run_reader("verify", "--vault-id", self.facts["vault"])
        self.assertEqual((code, "no id was given" in err), (0, False))
        # Whoever gives none is told that it could be any vault.
        code, _, err = self.run_reader("verify")
        self.assertEqual((code, "no id was given" in err), (0, True))
        self.assertEqual(self.run_reader("verify", "--vault-id", "00" * 16)[0], 1)
        stranger = {"format": "strongroom identity", "seed": "11" * 32, "version": 1}
        (self.made / "stranger.identity").write_text(reader.canonical(stranger) + "\n")
        code, _, err = self.run_reader("list", identity="stranger")
        self.assertEqual(code, 1)
        self.assertIn("has no grant", err)
        (self.out / "wrong").write_text("another passphrase\n")
        self.assertEqual(self.run_reader("list", "--passphrase-file", self.out / "wrong", identity=None)[0], 1)

    def marker(self, place):
        marker = {"format": "strongroom place", "place": place, "vault": self.facts["vault"], "version": 1}
        (self.place / "STRONGROOM").write_text(reader.canonical(marker) + "\n")

    def test_a_destination_stands_at_its_snapshot(self):
        self.marker(self.facts["destination"]["place"])
        size = self.facts["destination"]["size"]
        code, files, err = self.exported()
        self.assertEqual((code, files), (0, self.expected(lambda f: f["newest"] and f["entry"] < size)), err)
        self.assertIn("broke off", err)
        self.assertTrue(any(f["entry"] > size for f in self.facts["records"]))

    def test_a_restored_copy_stands_at_the_end(self):
        self.marker("77" * 16)
        self.assertEqual(self.exported()[:2], (0, self.expected()))

    def test_nothing_is_replaced_and_no_link_is_followed(self):
        target = self.out / "target"
        (target / "contracts/C000001").mkdir(parents=True)
        (target / "contracts/C000001/empty").write_text("mine")
        (self.out / "elsewhere").mkdir()
        (target / "communications").symlink_to(self.out / "elsewhere")
        code, _, err = self.run_reader("export", target)
        self.assertEqual(code, 2)
        self.assertIn("contracts/C000001/empty: there is a file", err)
        self.assertEqual((target / "contracts/C000001/empty").read_text(), "mine")
        self.assertEqual(list((self.out / "elsewhere").iterdir()), [])
        self.assertTrue((target / "contracts/C000001/2019/loan.txt").exists())
        self.assertFalse([f for f in target.rglob("*") if f.name.startswith(".strongroom")])

    def test_memory_stays_small(self):
        """A record of 64 MiB in two parts is exported in far less than it is long."""
        code = (f"import sys; sys.path.insert(0, {str(HERE.parents[1] / 'Docs/reader')!r}); import strongroom_reader as r;"
                "code = r.main(sys.argv[1:]); print(code, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])")
        command = ["export", self.place, self.out / "out", "--identity", self.made / "custodian.identity"]
        ran = subprocess.run([sys.executable, "-B", "-c", code, *command], capture_output=True, text=True, check=True)
        result, kib = map(int, ran.stdout.split())
        self.assertEqual(result, 0)
        self.assertLess(kib, 48 * 1024)


class LostKeys(Made):
    """No entry says of a single bundle that it was erased: a key that isn't there is lost, and a finding."""

    options = ("--small", "--lost")

    def test_what_no_key_opens_is_named(self):
        lost = [f for f in self.facts["records"] if f["lost"]]
        self.assertEqual([f["subject"] for f in lost], ["C000004"])
        code, files, err = self.exported()
        self.assertEqual((code, files), (2, self.expected()))
        self.assertEqual(err.count("no entry accounts for"), 1)
        code, out, err = self.run_reader("verify")
        self.assertEqual((code, err.count("no entry accounts for")), (2, 1))
        self.assertIn("findings: 1", out)

    def test_who_does_not_open_the_class_finds_nothing_wrong(self):
        self.assertEqual(self.exported(identity="clerk")[0], 0)


class Damage(Made):
    """Whatever happens to an object: identical data, or a refusal that names it."""

    options = ("--small",)

    def objects(self):
        return sorted(str(f.relative_to(self.place)) for f in self.place.rglob("*") if f.is_file())

    def check(self, name, files):
        """After damage to `files`, which are called `name`. Where an object is refused, older versions may be there
        instead; what is there was sealed just so."""
        try:
            self.check_damaged(name)
        finally:
            for file in files:
                shutil.copyfile(self.made / "place" / file.relative_to(self.place), file)

    def check_damaged(self, name):
        everything, sealed = self.expected(), set(self.expected(lambda f: not f["newest"]).items())
        code, found, err = self.exported()
        # What the directory can't confirm goes by ids.
        by_id = {f"/%id-{f['subject_id']}/": f"/{f['subject']}/" for f in self.facts["records"]}
        for path, fact in found.items():
            path = re.sub("/%id-[0-9a-f]{32}/", lambda part: by_id[part[0]] if code else part[0], path)
            self.assertTrue(fact == everything.get(path) or code and (path, fact) in sealed, path)
        if found != everything or code:
            self.assertNotEqual(code, 0)
            self.assertIn(name, err)
        code, _, err = self.run_reader("verify")
        self.assertNotEqual(code, 0)
        self.assertIn(name, err)

    def damaged(self, name, change, both=False):
        files = self.both(name) if both else [self.place / name]
        for file in files:
            data = change(file.read_bytes())
            file.unlink()
            if data is not None:
                file.write_bytes(data)
        with self.subTest(name=name, both=both):
            self.check(name, files)

    def test_bytes_of_each_object(self):
        seed = 20260
        for name in self.objects():
            chance = random.Random(f"{seed} {name}")
            size = (self.place / name).stat().st_size
            twice = name.startswith(("ledger/", "keyring/"))
            for at in sorted({0, size - 1, *(chance.randrange(size) for _ in range(3))}):
                flip = lambda data: data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]  # noqa: B023, E731
                if not self.named(name):
                    continue
                self.damaged(name, flip)
                if twice:
                    self.damaged(name, flip, both=True)

    def named(self, name):
        """Whether the present state needs the object; superseded generations are kept but not read."""
        if not name.removeprefix("second/").startswith("keyring/"):
            return True
        place, ledger = self.ledger()
        standing = reader.Standing(place, ledger)
        generation = reader.read_generation(place, ledger, standing.generation)
        needed = {standing.generation["file"], *(p["hash"] for p in generation["pages"]),
                  *(p["hash"] for e in standing.keys for p in e["pages"])}
        return name.rsplit("/")[-1] in needed

    def test_what_only_a_signature_or_a_digest_tells(self):
        """Bytes that nothing else would miss: a commit's signature, and what a generation holds for somebody else."""
        for name in ("ledger/00000000000000000003", self.last_commit()):
            for at in (-20, -60):
                swap = lambda d: d[:at] + (b"A" if d[at] != 65 else b"B") + d[at + 1 :]  # noqa: B023, E731
                self.damaged(name, lambda d: swap(d)[: len(d)], both=True)
        name = next(n for n in filter(self.named, self.objects()) if (self.place / n).read_bytes().startswith(b'{"grants"'))
        at = (self.place / name).read_bytes().index(self.facts["identities"]["clerk"].encode()) + 200
        self.damaged(name, lambda d: d[:at] + (b"0" if d[at] != 48 else b"1") + d[at + 1 :], both=True)

    def test_truncated_emptied_extended_removed(self):
        changes = (lambda d: d[: len(d) // 2], lambda d: b"", lambda d: d[:-1], lambda d: d + b"\0", lambda d: None)
        for name in filter(self.named, self.objects()):
            for change in changes:
                if change(b"x") is None and name == self.last_commit():
                    continue  # that is a shorter ledger, and no damage that this place could show
                self.damaged(name, change)
                if name.startswith(("ledger/", "keyring/")) and change(b"x") is not None:
                    self.damaged(name, change, both=True)

    def test_two_objects_changed_for_each_other(self):
        for folder in ("ledger", "boxes"):
            files = sorted(f for f in (self.place / folder).rglob("*") if f.is_file())
            for one, other in zip(files, files[1:]):
                a, b = one.read_bytes(), other.read_bytes()
                one.write_bytes(b), other.write_bytes(a)
                with self.subTest(one=one.name, other=other.name):
                    self.check(str(one.relative_to(self.place)), [one, other])

    def test_first_copies_gone(self):
        for folder in ("ledger", "keyring"):
            shutil.rmtree(self.place / folder)
        code, files, err = self.exported()
        self.assertEqual((code, files), (2, self.expected()))
        self.assertIn("ledger/00000000000000000000: missing", err)

    def test_an_older_ledger_in_both_copies_is_consistent(self):
        """Without memory of its own a reader can't see a rollback; it says which root it saw."""
        for file in self.both(self.last_commit()):
            file.unlink()
        code, out, _ = self.run_reader("verify", identity=None)
        self.assertEqual(code, 0)
        self.assertNotIn(self.facts["root"], out)

    def test_a_record_that_is_not_its_digest(self):
        """Only somebody with the keys could seal such a record; its digest is compared all the same."""
        group = [reader.Record()]
        group[0].size, group[0].sha256 = 3, hashlib.sha256(b"one").digest()
        findings = io.StringIO()
        with contextlib.redirect_stderr(findings):
            sink = reader.Check(reader.Findings(), type("S", (), {"name": "c"}), [with_bundle(group[0])])
            opened = object.__new__(reader.OpenBundle)
            opened.frames = lambda: [(0, b"two")]
            opened.read([group], lambda _: sink)
        self.assertIn("its digest differs", findings.getvalue())


def with_bundle(record):
    record.bundle = type("Bundle", (), {"what": "a bundle"})
    return record


if __name__ == "__main__":
    unittest.main()
