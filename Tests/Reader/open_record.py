#!/usr/bin/env python3
"""Opens a record of a Strongroom place: a second reader of the format, written from Docs/Format.md alone.

    open_record.py PLACE (--identity FILE | --passphrase-file FILE) [--vault-id ID] [--list]
                   [--class NAME --subject S --path P [--source S] | --record ID] [--out FILE]

The modules beside this one follow the chapters of Format.md; this one is chapter 5 and the command. What the
format says a reader must refuse raises `Refused`; where only a part of the place is touched, it is reported on
standard error, and the exit code is 2. Needs Python 3.11, cryptography 48 or newer, and zstandard.
"""

import argparse
import datetime
import os
import shutil
import tempfile
from pathlib import Path

from boxes import open_index, open_table, read_content
from keyring import Keys
from ledger import fold, read_ledger
from sealing import *

# 5. Places

MARKER = members({"format": one_of("strongroom place"), "place": ID, "vault": ID, "version": one_of(1)})


class Place:
    def __init__(self, folder):
        self.folder = folder
        self.checked = set()  # boxes whose whole digest was compared
        try:
            data = (folder / "STRONGROOM").read_bytes()
        except OSError:
            raise Refused(f"{folder} has no marker") from None
        need(len(data) <= 4 * KIB and data.endswith(b"\n"), "the marker isn't one line")
        self.marker = MARKER(decode(data[:-1], "the marker"))

    def copies(self, name, limit):
        """What stands under a name, first copy and second, those that exist."""
        found = []
        for file in (self.folder / name, self.folder / "second" / name):
            if file.is_file():
                need(file.stat().st_size <= limit, f"{file} is too long")
                found.append(file.read_bytes())
        return found

    def ledger(self, name):
        return self.copies(f"ledger/{name}", 8 * MIB + 4 * KIB)

    def keyring(self, digest):
        """The first copy whose digest is its name."""
        for data in self.copies(f"keyring/{digest.hex()}", 64 * MIB):
            if sha256(data) == digest:
                return data
            report(f"a copy of keyring/{digest.hex()} is damaged")
        raise Refused(f"keyring/{digest.hex()} is missing or damaged")

    def box(self, digest, offset, length):
        name = digest.hex()
        try:
            with open(self.folder / "boxes" / name[:2] / name, "rb") as file:
                file.seek(offset)
                data = file.read(length)
        except OSError:
            raise Refused(f"box {name} is missing") from None
        need(len(data) == length, f"box {name} is cut")
        return data

    def check_box(self, box, vault):
        """Compares size, digest and header of a whole box, once."""
        name = box["hash"].hex()
        if box["hash"] in self.checked:
            return
        head = struct.pack(">8sH6s16s", b"STRONGBX", 1, bytes(6), vault)
        need(self.box(box["hash"], 0, 32) == head, f"box {name} has another header")
        with open(self.folder / "boxes" / name[:2] / name, "rb") as file:
            need(
                hashlib.file_digest(file, "sha256").digest() == box["hash"],
                f"box {name} isn't what it is called",
            )
            need(file.tell() == box["size"], f"box {name} has another size")
        self.checked.add(box["hash"])


class Archive:
    """A place, its ledger as far as the place stands, and what an identity opens of it."""

    def __init__(self, folder, unlock, vault_id=None):
        self.place = Place(folder)
        state, entries = read_ledger(self.place.ledger)
        self.vault = state.vault
        need(vault_id in (None, self.vault), f"this is vault {self.vault.hex()}, another one")
        if self.place.marker["vault"] != self.vault:
            report("the marker names another vault than the ledger")
        live, size = [], None
        snapshot = self.newest_snapshot(state)
        if snapshot:  # a destination: it stands at its last snapshot
            number, entry = snapshot
            root = state.tree
            state = fold(entries[: number + 1])
            state.tree, size = root, entry["size"]
            live = [
                box
                for box in state.boxes.values()
                if box["entry"] < size and box["hash"] not in entry["missing"]
            ]
            live = [box for box in live if box["gone"] is None or box["gone"] >= size]
        else:
            live = [box for box in state.boxes.values() if box["gone"] is None]
        state.vault, self.state, self.entries = self.vault, state, entries
        for number, event, rule in state.uncounted:
            print(f"entry {number} ({event}) doesn't count: {rule}", file=sys.stderr)
        self.keys = Keys(self.place, state, unlock)
        self.bundles = self.find_bundles(live)

    def newest_snapshot(self, state):
        own = [item for item in state.snapshots if item[1]["place"] == self.place.marker["place"]]
        return own[-1] if own and self.place.marker["place"] != state.home else None

    def find_bundles(self, live):
        bundles, known = [], set()
        for box in live:
            try:
                rows = open_index(self.place, box, self.keys.classes(), self.vault)
            except Refused as refusal:
                report(f"box {box['hash'].hex()}: {refusal}")
                continue
            fresh = []
            for bundle in rows or []:
                if bundle.entry != 0 or (bundle.section.id, bundle.id) in known:
                    report(
                        f"box {box['hash'].hex()}: bundle {bundle.id.hex()} is ignored, it isn't this box's own"
                    )
                    continue
                bundle.entry = box["entry"]
                fresh.append(bundle)
            known |= {(bundle.section.id, bundle.id) for bundle in fresh}
            bundles += fresh
        return bundles

    def subject_key(self, bundle):
        """The key that a bundle needs; None where it is erased."""
        key = self.keys.rows(bundle.section).get(bundle.subject)
        return (
            key if key and hmac.compare_digest(hkdf(key, b"strongroom/v1 check", 8), bundle.check) else None
        )

    def versions(self, wanted=lambda bundle: True):
        """Every version of every record: (class, subject id, source, path) -> versions, oldest first. A version is
        a list of (record, bundle, table): one, or its parts."""
        found = {}
        for bundle in filter(wanted, self.bundles):
            key = self.subject_key(bundle)
            if key is None:
                continue
            try:
                self.place.check_box(bundle.box, self.vault)
                table = open_table(self.place, bundle, key, self.vault)
            except Refused as refusal:
                report(f"box {bundle.box['hash'].hex()}, bundle {bundle.id.hex()}: {refusal}")
                continue
            for record in table["records"]:
                name = (bundle.section.id, bundle.subject, record["source"], record["path"])
                part = record["part"]
                version = part["set"] if part else (bundle.id, len(found.get(name, ())))
                found.setdefault(name, {}).setdefault(version, []).append((record, bundle, table))
        return {
            name: sorted(sets.values(), key=lambda v: max(b.entry for _, b, _ in v))
            for name, sets in found.items()
        }

    def content(self, version):
        """A version's content, all of it known to be right, in a temporary file."""
        version = check_parts(version)
        whole, spool = hashlib.sha256(), tempfile.SpooledTemporaryFile(MIB)
        for record, bundle, table in version:
            key, size = self.subject_key(bundle), record["size"]
            data = read_content(self.place, bundle, key, self.vault, table, record["offset"], size)
            need(
                len(data) == size and sha256(data) == record["sha256"], "the record isn't what its label says"
            )
            whole.update(data)
            spool.write(data)
        last = version[-1][0]["part"]
        need(not last or whole.digest() == last["whole"], "the whole record isn't what its last part says")
        spool.seek(0)
        return spool


def check_parts(version):
    """The parts in order, complete; a record without parts as it is."""
    if not version[0][0]["part"]:
        return version
    version = sorted(version, key=lambda item: item[0]["part"]["number"])
    position, total = 0, version[0][0]["part"]["total"]
    for number, (record, _, _) in enumerate(version):
        part = record["part"]
        need(part and part["number"] == number and part["offset"] == position, "a part is missing or doubled")
        need(part["total"] == total and part["last"] == (number == len(version) - 1), "the parts don't fit")
        position += record["size"]
    need(position == total, "the parts don't end at the record's size")
    return version


def total_size(version):
    part = version[0][0]["part"]
    return part["total"] if part else version[0][0]["size"]


# The command


def unlocking(options):
    """Finds the grant of the identity that the options name: (identity, message)."""

    def unlock(grants):
        if options.identity:
            candidates = [(read_identity(options.identity), None)]
        else:
            passphrase = options.passphrase_file.read_bytes().removesuffix(b"\n")
            protected = [grant for grant in grants if "scrypt" in grant]
            candidates = [
                (Identity(passphrase_seed(passphrase, grant["scrypt"])), grant["identity"])
                for grant in protected
            ]
        for identity, expected in candidates:
            for grant in grants:
                if grant["identity"] == identity.id and expected in (None, identity.id):
                    return identity, grant["message"]
        raise Refused("wrong key, or not granted")

    return unlock


def list_records(archive):
    names = {section.id: section.name for section in archive.keys.classes()}
    for (section, _, source, path), versions in sorted(archive.versions().items()):
        record, bundle, _ = versions[-1][0]
        when = datetime.datetime.fromtimestamp(record["mtime"] // 10**9, datetime.UTC).strftime(
            "%Y-%m-%d %H:%M:%S"
        )
        subject = record["subject"].decode("utf-8", "backslashreplace")
        print(record["id"].hex(), f"{total_size(versions[-1]):>12} {when}", bundle.entry, len(versions),
              f"{names[section]}/{subject}/{path.decode('utf-8', 'backslashreplace')}", source)  # fmt: skip


def chosen(archive, options):
    """The newest version of the record that the options name."""
    if options.record:
        match = [v[-1] for v in archive.versions().values() if v[-1][0][0]["id"] == options.record]
    else:
        subject = archive.keys.subject(
            options.kind, b"" if options.kind == "common" else os.fsencode(options.subject)
        )
        need(subject, f"no such subject: {options.subject}")
        wanted = lambda bundle: bundle.section.name == options.class_name and bundle.subject == subject
        match = [versions[-1] for (_, _, source, path), versions in archive.versions(wanted).items()
                 if path == os.fsencode(options.path) and options.source in (None, source)]  # fmt: skip
    need(match, "no such record")
    need(len(match) == 1, "several sources have this record; choose one with --source")
    return match[0]


def parse_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("place", type=Path)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--identity", type=Path, metavar="FILE")
    way.add_argument("--passphrase-file", type=Path, metavar="FILE")
    parser.add_argument("--vault-id", type=ID, metavar="ID", help="refuse any other vault")
    parser.add_argument("--list", action="store_true", help="list the newest version of every record")
    parser.add_argument("--class", dest="class_name", metavar="NAME")
    parser.add_argument(
        "--kind", choices=("number", "id", "common"), default="number", help="what --subject is"
    )
    parser.add_argument("--subject", default="")
    parser.add_argument("--path")
    parser.add_argument("--source")
    parser.add_argument("--record", type=ID, metavar="ID")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="otherwise the record goes to standard output"
    )
    options = parser.parse_args(arguments)
    if not options.list and not options.record and not (options.class_name and options.path):
        parser.error("say which record: --record, or --class with --subject and --path; or --list")
    return options


def main(arguments=None):
    options = parse_options(arguments)
    try:
        archive = Archive(options.place, unlocking(options), options.vault_id)
        trust = (
            "as asked for"
            if options.vault_id
            else "consistent with itself; compare the id with your own copy"
        )
        print(f"vault {archive.vault.hex()}, {archive.state.tree.size} entries: {trust}", file=sys.stderr)
        if options.list:
            list_records(archive)
        else:
            content = archive.content(chosen(archive, options))
            with open(options.out, "xb") if options.out else os.fdopen(os.dup(1), "wb") as out:
                shutil.copyfileobj(content, out)
    except (Refused, OSError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 2 if reported else 0


if __name__ == "__main__":
    sys.exit(main())
