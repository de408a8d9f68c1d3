"""Keys that nobody holds, and what else of keys and grants a reader refuses, in places that make_place.py forges."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Docs/reader"))

import make_place
import strongroom_reader as reader

SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Nobody(make_place.Identity):
    """The neutral point for a key: its signature is right for every message, and takes no secret."""

    def __init__(self, seed):
        super().__init__(seed)
        self.ed25519, self.signing = b"\1" + bytes(31), self
        self.id = reader.identity_id(self.xwing, self.ed25519)

    def sign(self, message):
        return bytes.fromhex("58" + "66" * 31) + (1).to_bytes(32, "little")


class ForgedKeys(unittest.TestCase):
    """What only its makers could write: each is refused, and would open if the rule weren't there."""

    def setUp(self):
        self.out = Path(self.enterContext(tempfile.TemporaryDirectory(dir=SCRATCH)))
        (self.out / "place/boxes").mkdir(parents=True)
        self.scene = make_place.Scene(self.out)
        self.keyring = self.scene.keyring

    def verified(self):
        """The exit code and standard error of a founded place."""
        seed = {"format": "strongroom identity", "seed": make_place.fixed("custodian", 32).hex(), "version": 1}
        (self.out / "me").write_bytes(make_place.encode(seed))
        err = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            code = reader.main(["verify", str(self.out / "place"), "--identity", str(self.out / "me")])
        return code, err.getvalue()

    def refused(self, why):
        code, err = self.verified()
        self.assertNotEqual(code, 0)
        self.assertIn(why, err)

    def grant(self, somebody, **change):
        scene = self.scene
        keys = {"ed25519": somebody.ed25519.hex(), "xwing": somebody.xwing.hex()} | change
        line = scene.writer.entry(scene.custodian, "granted", kind="file", roles=["operator"], **keys)
        scene.writer.commit(scene.custodian, line)

    def test_the_place_as_it_is(self):
        self.scene.found_vault()
        self.grant(self.scene.clerk)
        self.assertEqual(self.verified()[0], 0, self.verified()[1])

    def test_a_founder_whom_nobody_is(self):
        self.scene.custodian = Nobody(bytes(32))
        self.scene.grants[0] = (self.scene.custodian, self.scene.everything, None)
        self.scene.found_vault()
        commit = (self.out / "place/ledger" / f"{0:020d}").read_bytes()
        with unittest.mock.patch.dict(reader.EVENTS["founded"][0], custodians=reader.listed(lambda v: True)):
            reader.Commit(commit, reader.Tree(), None, {})  # the signature is right
        self.refused("isn't a founded entry")

    def test_a_grant_to_nobody(self):
        self.scene.found_vault()
        self.grant(Nobody(bytes(32)))
        self.refused("isn't a granted entry")

    def test_a_grant_to_a_point_of_small_order(self):
        self.scene.found_vault()
        self.grant(self.scene.clerk, xwing=self.scene.clerk.xwing[:1184].hex() + "00" * 32)
        self.refused("isn't a granted entry")

    def test_a_journal_of_small_order(self):
        made = self.keyring.journal
        self.keyring.journal = lambda: {n: key[:1184] + bytes(32) for n, key in made().items()}
        self.scene.writer.entry, entry = lambda by, event, hidden=None, **rest: entry(by, event, **rest), self.scene.writer.entry
        self.scene.found_vault()
        self.refused("isn't a generation as the format has it")

    def test_grants_of_another_length(self):
        made, self.scene.found = self.keyring.grant, []
        self.keyring.grant = lambda writer, who, *rest: made(writer, who, *rest) | (
            {"message": made(writer, who, *rest)["message"] + "00"} if who is self.scene.second else {})
        self.scene.found_vault()
        self.refused("has a grant that isn't padded")

    def test_a_reader_without_a_grant(self):
        made = self.keyring.section
        self.keyring.section = lambda id, grants: made(id, grants + [(self.scene.clerk, [id], None)])
        self.scene.found_vault()
        self.refused("names a reader who has no grant")


if __name__ == "__main__":
    unittest.main()
