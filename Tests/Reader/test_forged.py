"""Places with one thing in them that only somebody with keys could have put there (forge_place.py), read by
Docs/reader/strongroom_reader.py.
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

import strongroom_reader as reader
from forge_place import Forger


class Forged(unittest.TestCase):
    """What only somebody with keys could have put into a place. Tests/VaultTests/ForgedPlaceTests.swift has the same kinds,
    for both readers."""

    mail, first = "communications/C000001/mail", "contracts/C000001/letter"
    letters = {first, "contracts/C000002/letter"}
    kinds = {
        "honest": (0, {mail, *letters}, ""),
        "header_magic": (2, {mail}, "isn't that of a box of this vault"),
        "header_version": (2, {mail}, "isn't that of a box of this vault"),
        "header_reserved": (2, {mail}, "isn't that of a box of this vault"),
        "header_vault": (2, {mail}, "isn't that of a box of this vault"),
        "frames_first": (2, {mail}, "out of order or twice"),
        "field_twice": (2, {mail}, "out of order or twice"),
        "default_written": (2, {mail}, "says nothing"),
        "tie": (0, {mail, first}, ""),
        "twins": (2, {mail, "contracts/%id-278fc178f0705bfcec73dd01777c7a10/letter",
                      "contracts/%id-ebd393c70552845a7d9139090c424185/letter"}, "name another customer"),
        "names": (1, None, "of the same name"),
        "named_directory": (1, None, "of the same name"),
        "entry_size": (1, None, "isn't a generation as the format has it"),
        "zero_key": (2, {mail, *letters}, "a key of zeros"),
        "id_twice": (2, {mail, *letters}, "out of order"),
        "directory_row": (2, {mail, *letters}, "isn't one of the directory"),
        "page_key": (2, {mail, first}, "wrong key or context"),
        "page_count": (2, {mail, first}, "its size isn't that of its rows"),
        "page_size": (2, {mail, first}, "its size isn't that of its rows"),
        "page_first": (2, {mail, first}, "its ids aren't those of the section"),
        "page_last": (2, {mail, first}, "its ids aren't those of the section"),
        "page_range": (2, {mail, first}, "no entry accounts for"),
        "hidden": (2, {mail, first}, "may be in a page of the keyring that is refused"),
        "stranger": (2, {mail, *letters}, "was not active when it was entered"),
        "nowhere": (2, {mail, *letters}, "belongs to no section"),
        "impossible": (0, {mail, *letters}, "doesn't count: counts"),
        "erased_bundles": (0, {"contracts/C000002/letter"}, "2 were erased"),
        "erased_then_ended": (2, {"contracts/C000002/letter"}, "no entry accounts for"),
        "erased_one_of_two": (2, set(), "1 were erased"),
        "erased_others": (2, {"contracts/C000002/letter"}, "no entry accounts for"),
        "erased_unread": (2, {"contracts/C000002/letter"}, "so it accounts for nothing"),
        "erased_too_many": (2, {"contracts/C000002/letter"}, "so it accounts for nothing"),
        "erased_behind": (0, {mail, first}, "1 were erased"),
        "brought_back": (2, {"contracts/%id-ebd393c70552845a7d9139090c424185/letter", "contracts/C000002/letter"},
                         "this key was erased, and it is there"),
        "epoch_alone": (2, {mail}, "no key of its epoch"),
        "accounts": (0, {mail, *letters}, "erased doesn't count: account"),
        "held_before": (0, {mail, *letters}, "keyring doesn't count: generation"),
        "superseded": (0, {mail, *letters}, "ended doesn't count: reference"),
        "drops": (0, {mail, *letters}, "erased doesn't count: four eyes"),
        "used": (0, {mail, *letters}, "policy doesn't count: four eyes"),
        "expired": (0, {mail, *letters}, "ended doesn't count: four eyes"),
        "revoking": (0, {mail, *letters}, "ended doesn't count: reference"),
        "recovering": (0, {mail, *letters}, "recovered doesn't count: four eyes"),
        "bounds": (0, {mail, *letters}, "requested doesn't count: counts"),
        "holds": (0, {mail, *letters}, "held doesn't count: role"),
        "holds_unread": (2, {mail, *letters}, "so it holds everything"),
        "changes": (0, {mail, *letters}, "granted doesn't count: identity"),
        "accesses": (0, {mail, *letters}, "so it says all was opened"),
        "findings": (0, {mail, *letters}, "found doesn't count: reference"),
        "many_findings": (0, {mail, *letters}, "found doesn't count: counts"),
        "attests": (0, {mail, *letters}, "attested doesn't count: reference"),
        "forgets": (0, {mail, *letters}, "forgotten doesn't count: place"),
        "moved_boxes": (0, {mail, *letters}, ""),
        "moved_away": (0, {mail}, ""),
        "moved_back": (0, {mail, *letters}, ""),
        "moved_twice": (0, {mail, *letters}, "moved doesn't count: box"),
        "moved_behind": (0, {mail, *letters}, ""),
        "moved_back_behind": (0, {mail, *letters}, "broke off"),
        "moved_back_before": (0, {mail, *letters}, ""),
        "sealed_row": (2, {mail, first}, "names another first entry"),
        "row_of_none": (2, {mail, first}, "names another first entry"),
        "row_of_another": (2, {mail, first}, "names another first entry"),
        "row_to_come": (2, {mail, first}, "names another first entry"),
        "row_of_itself": (2, {mail, first}, "names another first entry"),
        "row_of_a_move": (2, {mail, first}, "names another first entry"),
        "row_uncounted": (2, {mail, first}, "names another first entry"),
        "row_ignored_first": (2, {mail, *letters}, "names another first entry"),
        "bundle_twice": (2, {mail, *letters}, "has a bundle of this id and first entry"),
        "bundle_compared": (2, {mail, *letters}, "has a bundle of this id and first entry"),
        "bundle_compared_both": (2, {mail, *letters}, "has a bundle of this id and first entry"),
        "bundle_compared_behind": (2, {mail, *letters}, "has a bundle of this id and first entry"),
        "bundle_twice_moved": (0, {mail, *letters}, ""),
        "same_id": (0, {mail, *letters}, ""),
        "older_moved": (0, {mail, *letters}, ""),
        "tie_of_boxes": (0, {mail, *letters}, ""),
        "tie_moved": (0, {mail, *letters}, ""),
        "epochs": (0, {mail, *letters}, "keyring doesn't count: counts"),
        "epoch_retired": (0, {mail, *letters}, ""),
        "epoch_destroyed": (2, {mail}, "no key of its epoch"),
        "moves": (0, {mail, *letters}, "moved doesn't count: box"),
        "many_moved": (0, {mail, *letters}, ""),
        "hold_backs": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposed": (0, {mail, *letters, "contracts/C000002/old", "contracts/C000001/notes/page", "contracts/C000001/notes~test"}, ""),
        "disposed_back": (0, {mail, *letters, "contracts/C000002/old", "contracts/C000001/gone", "contracts/C000001/notes",
                              "contracts/C000001/notes~test/page"}, ""),
        "disposed_behind": (0, {mail, *letters, "contracts/C000001/old"}, ""),
        "disposed_compared": (2, {mail, *letters}, "has a bundle of this id and first entry"),
        "disposals": (0, {mail, *letters}, "moved doesn't count: box"),
        "disposal_removed": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposal_hold_backs": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposal_looks": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposal_ended": (0, {mail, *letters}, ""),
        "disposal_alone": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposal_chains": (0, {mail, *letters}, "moved doesn't count: box"),
        "disposal_put_back": (0, {mail, *letters}, "removed doesn't count: removed"),
        "disposal_times": (0, {mail, *letters}, "removed doesn't count: removed"),
        "losses": (0, {mail, *letters}, "moved doesn't count: box"),
        "directory_retired": (1, None, "epochs that aren't as the format has them"),
        "journal_retired": (1, None, "epochs that aren't as the format has them"),
        "move_snapshots": (0, {mail, *letters}, "snapshot doesn't count: snapshot"),
        "not_copied": (2, {mail}, "missing here, as its snapshot says"),
        "pipe": (2, {mail, *letters}, "not a regular file"),
        "folder": (2, {mail, *letters}, "not a regular file"),
        "link": (2, {mail, *letters}, "second/ledger/"),
    }

    # Where the first customer's letter is another one than else.
    others = {"tie", "bundle_compared", "bundle_compared_both", "bundle_compared_behind", "bundle_twice_moved", "same_id",
              "older_moved", "tie_of_boxes", "tie_moved", "disposed_compared"}

    # What somebody finds who opens communications, and no journal.
    of_a_clerk = {
        "erased_bundles": (0, "1 are erased or lost"),
        "erased_then_ended": (2, "no entry accounts for"),
        "erased_one_of_two": (0, "1 are erased or lost"),
        "erased_unread": (0, "1 are erased or lost"),
        "brought_back": (0, "1 are erased or lost"),
        "holds_unread": (0, ""),
    }

    def run_reader(self, command, *arguments, who="custodian"):
        err = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            identity = ["--identity", str(self.out / f"{who}.identity")]
            code = reader.main([command, str(self.out / "place"), *map(str, arguments), *identity])
        return code, err.getvalue()

    def test_each_kind(self):
        for kind, (code, files, words) in self.kinds.items():
            with self.subTest(kind), tempfile.TemporaryDirectory() as scratch:
                self.out = Path(scratch) / "out"
                self.out.mkdir()
                Forger(self.out).play(kind)
                verified, err = self.run_reader("verify")
                self.assertEqual(verified, code, err)
                self.assertIn(words, err)
                target = Path(scratch) / "export"
                self.run_reader("export", target)
                found = {str(f.relative_to(target)) for f in target.rglob("*") if f.is_file()}
                self.assertEqual(found, files or set())
                with contextlib.redirect_stderr(io.StringIO()):
                    ledger = reader.Ledger(reader.Place(str(self.out / "place"), reader.Findings()))
                uncounted = [{"entry": entry, "rule": rule} for entry, _, rule in ledger.uncounted]
                self.assertEqual(uncounted, json.loads((self.out / "records.json").read_text())["uncounted"])
                if kind in self.of_a_clerk:
                    code, words = self.of_a_clerk[kind]
                    verified, err = self.run_reader("verify", who="clerk")
                    self.assertEqual(verified, code, err)
                    self.assertIn(words, err)
                if files and self.first in files:
                    text = b"the other" if kind in self.others else b"of the first"
                    self.assertEqual((target / self.first).read_bytes(), text)


if __name__ == "__main__":
    unittest.main()
