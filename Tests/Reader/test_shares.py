"""Tests of recovery shares and closed identity files in Docs/reader/strongroom_reader.py: against published vectors where
they are, against the package shamir-mnemonic, and by hand.
"""

import hashlib
import json
import re
import secrets
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import strongroom_reader as reader
from strongroom_reader import Refused

PUBLISHED = HERE.parents[2] / "shared/vectors/slip39/vectors.json"


def secret_of(lines, passphrase=b""):
    return reader.secret_of_shares(reader.shares_in("\n".join(lines), "shares"), passphrase)


class Shares(unittest.TestCase):
    @unittest.skipUnless(PUBLISHED.exists(), "the published vectors of SLIP-39 aren't in ../shared/vectors")
    def test_published(self):
        vectors = json.loads(PUBLISHED.read_text())
        self.assertEqual(len(vectors), 45)
        for what, lines, secret, _ in vectors:
            with self.subTest(what):
                if secret:
                    self.assertEqual(secret_of(lines, b"TREZOR").hex(), secret)
                else:
                    self.assertRaises(Refused, secret_of, lines, b"TREZOR")

    def test_those_of_the_reference_implementation(self):
        from shamir_mnemonic import generate_mnemonics

        secret = secrets.token_bytes(32)
        for extendable in (True, False):
            groups = generate_mnemonics(2, [(2, 3), (1, 1), (3, 5)], secret, b"", extendable, 0)
            self.assertEqual(secret_of(groups[0][1:] + groups[1]), secret)
            self.assertEqual(secret_of(groups[0] + groups[2] + groups[1]), secret)
            self.assertRaises(Refused, secret_of, groups[0][:1] + groups[1])
            self.assertRaises(Refused, secret_of, groups[0] + groups[0][:1] + groups[1])

    def test_sheets_and_files(self):
        from shamir_mnemonic import generate_mnemonics

        seed = bytes(range(32))
        (one, two, _), = generate_mnemonics(1, [(2, 3)], seed, b"", True, 0)
        with tempfile.TemporaryDirectory() as folder:
            sheet, line = Path(folder, "sheet.txt"), Path(folder, "line.txt")
            words = "".join(f"{i + 1}. {word}" + ("\n" if i % 3 == 2 else "   ") for i, word in enumerate(one.split()))
            sheet.write_text(f"SHARE 1 OF 3\n\n{words}\n- keep it 恢复\n")
            line.write_text(two.upper() + "\r\n")
            self.assertEqual(reader.identity_from_shares([sheet, line]).id, reader.Identity(seed).id)
            self.assertRaises(Refused, reader.identity_from_shares, [sheet])
            self.assertRaises(Refused, reader.identity_from_shares, [sheet, sheet])
            line.write_text(two.replace(two.split()[8], "strongroom"))
            with self.assertRaisesRegex(Refused, "not in the list of words: .*9"):
                reader.identity_from_shares([sheet, line])


def example():
    """Chapter 6.2 of Format.md, as it is printed there."""
    text = (HERE.parents[1] / "Docs/Format.md").read_text().split("## 6.2 ")[1].split("```")[1]
    return {name.strip(): value for name, value in re.findall(r"(?m)^(share \d|\w+) +(.+)$", text)}


class WorkedExample(unittest.TestCase):
    def test_shares(self):
        shares = [v for k, v in example().items() if k.startswith("share ")]
        self.assertEqual(len(shares), 3)
        for left_out in shares:
            self.assertEqual(secret_of([s for s in shares if s != left_out]), bytes(range(32)))

    def test_a_closed_file(self):
        said = example()
        where = reader.context(reader.IDENTITY_FILE, bytes(16), subject=reader.Identity(bytes(range(32))).id)
        self.assertEqual(where.hex(), said["context"])
        value = json.loads(said["file"])
        self.assertEqual(reader.stretched(b"three kettles under snow", value["scrypt"]).hex(), said["K"])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "me.identity")
            file.write_text(said["file"] + "\n")
            identity = reader.identity_from_file(file, lambda: b"three kettles under snow\n")
            self.assertEqual(identity.id, reader.Identity(bytes(range(32))).id)


class ClosedFiles(unittest.TestCase):
    def closed(self, seed, passphrase, **changes):
        """As Format.md, 1.3, has it, by a way of its own."""
        identity, salt = reader.Identity(seed), bytes(range(32))
        key = hashlib.scrypt(passphrase, salt=salt, n=2**15, r=8, p=1, dklen=32, maxmem=512 * 2**20)
        where = b"STRONGRM\0\1\0\x09" + bytes(4) + bytes(48) + identity.id + bytes(4)
        stream_salt = bytes(range(100, 124))
        keys = reader.expand(key, reader.STREAM_LABEL + stream_salt + where, 76)
        sealed = stream_salt + keys[44:] + reader.AESGCM(keys[:32]).encrypt(keys[32:44], seed, None)
        value = {"format": "strongroom closed identity", "identity": identity.id.hex(),
                 "scrypt": {"n": 2**15, "p": 1, "r": 8, "salt": salt.hex()}, "sealed": sealed.hex(), "version": 1}
        return (reader.canonical(value | changes) + "\n").encode()

    def test_it_opens_with_its_passphrase_alone(self):
        seed = bytes(range(32))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "me.identity")
            file.write_bytes(self.closed(seed, b"three kettles"))
            self.assertEqual(reader.identity_from_file(file, lambda: b"three kettles\n").id, reader.Identity(seed).id)
            self.assertRaises(Refused, reader.identity_from_file, file, lambda: b"two kettles\n")
            for changes in ({"identity": "00" * 16}, {"version": 2}, {"sealed": "00" * 104}, {"more": 1},
                            {"scrypt": {"n": 2**30, "p": 1, "r": 8, "salt": "00" * 32}}):
                file.write_bytes(self.closed(seed, b"three kettles", **changes))
                self.assertRaises(Refused, reader.identity_from_file, file, lambda: b"three kettles\n")


if __name__ == "__main__":
    unittest.main()
