#!/usr/bin/env python3
"""Writes places with one thing in them that only somebody who holds keys could have put there, for both readers.

    forge_place.py OUT KIND

writes OUT/place, OUT/custodian.identity, OUT/clerk.identity (opens the directory and the class `communications`) and
OUT/records.json, which names the vault and the entries that don't count, each with the rule that it breaks. Each place has
two classes with the records of two customers; the keys of each customer stand on pages of their own.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from forge_disposals import DisposalForger
from forge_rules import FIRST, SECOND
from make_place import DIRECTORY, Scene, box_header, context, encode, fixed, message, parted_boxes, reader, record, seal, sha256, subject_key

class Forger(DisposalForger):
    def play(self, kind):
        self.broken = []
        self.found_vault()
        self.contracts = self.keyring.ids["contracts"]
        self.grant_clerk(self.add_subjects([FIRST]) + self.add_subjects([SECOND]))
        getattr(self, kind)()
        self.write_rest()

    def sealed(self, letters=None, **forged):
        """Seals a letter of each customer into contracts, which may be forged, and a mail of the first."""
        letters = letters or [(FIRST, [record("letter", b"of the first")]), (SECOND, [record("letter", b"of the second")])]
        named = self.seal(("contracts", 2036, letters), **forged)
        return named + self.seal(("communications", 2032, [(FIRST, [record("mail", b"a mail")])]))

    def page_of(self, customer):
        """Where the page with a customer's key for contracts stands."""
        pages = self.keyring.pages[self.contracts]
        return next(i for i, page in enumerate(pages) if page[0] == fixed("subject " + customer))

    def renamed(self, **changed):
        """The page of the second customer, named by its section in other words than are true."""
        names = ("first", "digest", "key", "count", "size", "last")
        at = self.page_of(SECOND)
        page = dict(zip(names, self.keyring.pages[self.contracts][at]))
        for name, change in changed.items():
            page[name] = change(page[name])
        self.keyring.pages[self.contracts][at] = tuple(page.values())
        self.sealed()
        self.rotate_contracts(0)

    def row(self, section, *rows):
        """A page with these rows, as they are, which no bundle asks for: a `keys` entry names it, a generation takes it."""
        plain = b"".join(rows)
        key = fixed("page key of a forger", 32)
        data = seal(plain, key, context(reader.PAGE, self.writer.vault, section=section))
        self.writer.put(f"keyring/{sha256(data).hex()}", data, twice=True)
        self.keyring.pages[section].append((rows[0][:16], sha256(data), key, len(rows), len(data), rows[-1][:16]))
        bound = context(reader.PAGE_KEY, self.writer.vault, section=section, number=self.keyring.number)
        sealed = seal(key, self.keyring.section_keys[section], bound)
        self.keys({"count": len(rows), "hash": sha256(data).hex(), "key": sealed.hex(), "size": len(data)})
        self.sealed()
        self.rotate_contracts(len(rows))

    def keys(self, page):
        entry = self.writer.entry(self.custodian, "keys", generation=self.keyring.number, pages=[page])
        self.writer.commit(self.custodian, entry)

    # boxes

    def honest(self):
        self.sealed()

    def header_magic(self):
        self.sealed(header=lambda vault: b"X" + box_header(vault)[1:])

    def header_version(self):
        self.sealed(header=lambda vault: box_header(vault)[:9] + b"\2" + box_header(vault)[10:])

    def header_reserved(self):
        self.sealed(header=lambda vault: box_header(vault)[:15] + b"\1" + box_header(vault)[16:])

    def header_vault(self):
        self.sealed(header=lambda vault: box_header(bytes(16)))

    def frames_first(self):
        self.sealed(table_of=lambda records, frames: message(frames + records))

    def field_twice(self):
        self.sealed(table_of=lambda records, frames: message([(1, value + b"\x60\xf4\x0f") for _, value in records] + frames))

    def default_written(self):
        self.sealed(table_of=lambda records, frames: message([(1, value + b"\x70\x00") for _, value in records] + frames))

    def whole(self):
        """A record in parts that together aren't what their last one says."""
        self.sealed()
        boxes = parted_boxes()
        boxes[-1][2][0][1][0]["part"]["whole"] = sha256(b"another")
        self.parts(boxes)

    def set(self):
        """A part of another record that calls itself one of the same set."""
        self.sealed()
        boxes = parted_boxes()
        part = dict(boxes[-1][2][0][1][0]["part"])
        part["offset"] = part["total"] - len(b"wrong")
        boxes.append(("communications", 2032, [("C000003", [record("calls/other.wav", b"wrong", part=part)])]))
        self.parts(boxes)

    def parts(self, boxes):
        self.add_subjects(["C000003"])
        self.seal(*boxes)

    def tie(self):
        """Two records of one path in one table."""
        twice = [record("letter", text, id=fixed(f"record {text}")) for text in (b"one", b"the other")]
        self.sealed([(FIRST, twice)])

    def twins(self):
        """Two customers whose records call them the same."""
        self.sealed([(name, [record("letter", name.encode()) | {"given": "same"}]) for name in (FIRST, SECOND)])

    # the keyring

    def names(self):
        self.sealed()
        self.keyring.classes[self.contracts] = "communications"
        self.rotate_contracts(0)

    def named_directory(self):
        self.sealed()
        self.keyring.classes[self.contracts] = "directory"
        self.rotate_contracts(0)

    def zero_key(self):
        self.row(self.contracts, fixed("subject C000009") + bytes(32))

    def id_twice(self):
        row = fixed("subject C000009") + subject_key("C000009", "contracts")
        self.row(self.contracts, row, row)

    def directory_row(self):
        self.row(DIRECTORY, fixed("token") + fixed("subject C000009") + b"\1" * 16)

    def page_key(self):
        self.renamed(key=lambda key: bytes(reversed(key)))

    def page_count(self):
        self.renamed(count=lambda count: count + 1)

    def page_size(self):
        self.renamed(size=lambda size: size + 48)

    def page_first(self):
        self.renamed(first=lambda first: first[:15] + bytes([first[15] ^ 1]))

    def page_last(self):
        self.renamed(last=lambda last: last[:7] + bytes([last[7] + 1 & 255]))

    def page_range(self):
        self.renamed(last=lambda last: bytes(16))

    def entry_size(self):
        self.sealed()
        self.rotate_contracts(0, size=1000)

    def stranger(self):
        self.sealed()
        self.grants.append((self.someone(), [DIRECTORY, self.keyring.ids["communications"]], None))
        self.rotate_contracts(0)

    def someone(self):
        return type(self.custodian)(fixed("stranger", 32))

    def nowhere(self):
        """A page of a `keys` entry whose key no section's key opens."""
        self.sealed()
        page = self.keyring.page(self.writer, self.contracts, {fixed("subject C000009"): fixed("its key", 32)})
        bound = context(reader.PAGE_KEY, self.writer.vault, section=self.contracts, number=self.keyring.number)
        sealed = seal(page[2], fixed("no section's key", 32), bound)
        self.keys({"count": 1, "hash": page[1].hex(), "key": sealed.hex(), "size": page[4]})

    def impossible(self):
        """A page of a `keys` entry of a size that no page has."""
        self.sealed()
        page = self.keyring.addition(self.writer, self.contracts, {fixed("subject C000009"): fixed("its key", 32)})
        self.broken.append({"entry": len(self.writer.lines), "rule": "counts"})
        self.keys(page | {"size": page["size"] + 1})

    def hidden(self):
        """Behind a page that can't be used, one that names its customer again."""
        self.renamed(key=lambda key: bytes(reversed(key)))
        rows = {fixed("subject " + SECOND): subject_key(SECOND, "contracts")}
        self.keys(self.keyring.addition(self.writer, self.contracts, rows))

    # the place

    def not_copied(self):
        """A destination whose snapshot says that it lacks a box."""
        lost = self.sealed()[0]["hash"]
        (self.out / f"place/boxes/{lost[:2]}/{lost}").unlink()
        self.snapshot([lost])
        self.become_destination()

    def become_destination(self):
        marker = {"format": "strongroom place", "place": self.destination["place"], "vault": self.writer.vault.hex(), "version": 1}
        (self.out / "place/STRONGROOM").write_bytes(encode(marker) + b"\n")

    def instead(self, make):
        self.sealed()
        for folder in ("ledger", "keyring"):
            name = sorted((self.out / "place/second" / folder).iterdir())[-1]
            name.unlink()
            make(name)

    def pipe(self):
        self.instead(os.mkfifo)

    def folder(self):
        self.instead(os.mkdir)

    def link(self):
        self.instead(lambda name: os.symlink("/dev/zero", name))

    def write_rest(self):
        self.destination = getattr(self, "destination", None)
        super().write_rest()
        file = self.out / "records.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"uncounted": self.broken}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    out, kind = sys.argv[1:]
    shutil.rmtree(out, ignore_errors=True)
    Path(out).mkdir(parents=True)
    Forger(Path(out)).play(kind)
