#!/usr/bin/env python3
"""Writes a small, complete Strongroom place by Docs/Format.md alone, for readers to be tested with.

    make_place.py OUT [--small] [--lost]

writes OUT/place, OUT/custodian.identity, OUT/passphrase.txt (of the second custodian), OUT/clerk.identity (opens
the directory and the class `communications`) and OUT/records.json, which says what a reader must find. The
ledger has, in this order: the founding with generation 1; additions and the grant of the clerk with generation 2;
additions; sealed boxes; a rotation of `contracts`; a newer version of a record; a snapshot; a customer without records
erased with generation 4; a record in two parts; and two entries that don't count. Ids, keys and contents are the same
each time; salts and HPKE messages are not. `--small` leaves the record in parts out; with `--lost` the customer that is
dropped has a record, and the entry that accounts for the rows doesn't name them.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import sys
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Docs/reader"))

import strongroom_reader as reader
from strongroom_reader import DIRECTORY_ID as DIRECTORY
from strongroom_reader import JOURNAL_ID as JOURNAL
from strongroom_reader import MIB, SUITE, context, expand, key_check, padme, sha256


def encode(value):
    return reader.canonical(value).encode()


def hkdf(secret, info, size=32):
    return reader.hkdf(secret, info, size)


class Identity(reader.Identity):
    """One that signs, too."""

    def __init__(self, seed):
        super().__init__(seed)
        self.signing = Ed25519PrivateKey.from_private_bytes(expand(seed, b"strongroom/v1 ed25519", 32))
        self.xwing = self.xwing.public


START = 1767225600  # 2026-01-01 00:00:00 UTC
PASSPHRASE = "nine paper lanterns over quiet water"
SCRYPT = {"n": 1 << 15, "p": 1, "r": 8, "salt": hashlib.sha256(b"salt of the test passphrase").hexdigest()}


def fixed(label, count=16):
    """Bytes that look random and are the same each time; for tests alone."""
    return hashlib.shake_256(b"strongroom test place: " + label.encode()).digest(count)


def seal(plain, key, bound):
    salt = os.urandom(24)
    derived = expand(key, b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + bound, 76)
    cipher, nonce, out = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big"), [salt, derived[44:]]
    for number in range(len(plain) // 16384 + 1):
        chunk = plain[16384 * number : 16384 * (number + 1)]
        out.append(cipher.encrypt((nonce ^ number).to_bytes(12, "big"), chunk, None))
    return b"".join(out)


def seal_to(xwing, plain, info):
    kem, curve = MLKEM768PublicKey.from_public_bytes(xwing[:1184]), X25519PublicKey.from_public_bytes(
        xwing[1184:]
    )
    return SUITE.encrypt(plain, hpke.MLKEM768X25519PublicKey(kem, curve), info)


def message(fields):
    """Protocol Buffers: (number, value) in the order given; defaults are left out."""
    out = b""

    def varint(n):
        part = b""
        while n > 127:
            part, n = part + bytes([n & 127 | 128]), n >> 7
        return part + bytes([n])

    for number, value in fields:
        if isinstance(value, int) and value:
            out += varint(number << 3) + varint(value)
        elif isinstance(value, bytes) and value:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


class Writer:
    def __init__(self, place, founder):
        self.place, self.founder, self.lines, self.generation = place, founder, [], None
        self.time = START

    def put(self, name, data, twice=False):
        for file in [self.place / name] + ([self.place / "second" / name] if twice else []):
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "xb") as out:
                out.write(data)

    def entry(self, by, event, hidden=None, **rest):
        self.time += 60
        public = {"by": by.id.hex(), "event": event, "time": self.time, **rest}
        if hidden is not None:
            text = encode(hidden)
            plain = len(text).to_bytes(4, "big") + text
            plain += bytes(-len(plain) % 256)
            epoch, xwing = max(self.journal.items())
            bound = context(reader.JOURNAL, self.vault, section=JOURNAL, number=epoch)
            info = bound + sha256(xwing) + sha256(encode(public))
            public["sealed"] = {"epoch": epoch, "message": seal_to(xwing, plain, info).hex()}
        return encode(public)

    def commit(self, by, *lines):
        start = len(self.lines)
        self.lines += lines
        origin = f"strongroom/{self.vault.hex()}"
        text = f"{origin}\n{len(self.lines)}\n{base64.b64encode(root(self.lines)).decode()}\n"
        key_id = sha256(origin.encode() + b"\n\1" + by.ed25519)[:4]
        signature = base64.b64encode(key_id + by.signing.sign(text.encode())).decode()
        data = b"".join(line + b"\n" for line in lines) + f"\n{text}\n— {origin} {signature}\n".encode()
        self.put(f"ledger/{start:020d}", data, twice=True)


def root(lines):
    """RFC 6962, 2.1, as it is written there."""
    if len(lines) == 1:
        return sha256(b"\0" + lines[0])
    k = 1
    while 2 * k < len(lines):
        k *= 2
    return sha256(b"\1" + root(lines[:k]) + root(lines[k:]))


class Keyring:
    """The keys of the test vault, and how a generation of them is written."""

    def __init__(self, classes):
        self.classes = dict(sorted((fixed("class " + name), name) for name in classes))
        self.ids = {name: id for id, name in self.classes.items()}
        self.epochs = {
            id: [(START, fixed(f"epoch 1 {id.hex()}", 32))] for id in [DIRECTORY, JOURNAL, *self.classes]
        }
        self.pages = {id: [] for id in self.epochs}  # (first, digest, key, count, size, last)
        self.rows_of = {}  # digest of a page -> its rows
        self.states = {}  # (section, epoch) -> its state, where it isn't sealing or opening
        self.section_keys, self.number, self.previous, self.rows = {}, 0, b"", 0

    def journal(self):
        return {i + 1: reader.XWing(key).public for i, (_, key) in enumerate(self.epochs[JOURNAL])}

    def section(self, id, grants):
        kind = 2 if id == DIRECTORY else 3 if id == JOURNAL else 1
        name = self.classes[id].encode() if id in self.classes else id.rstrip(b"\0")
        epochs, pages = self.epochs[id], self.pages[id]
        readers = sorted(identity.id for identity, sections, _ in grants if id in sections)
        plain = struct.pack(">16sHHIII96s", id, kind, len(name), len(epochs), len(pages), len(readers), name)
        for i, (since, key) in enumerate(epochs):
            state = self.states.get((id, i + 1), 1 if i + 1 == len(epochs) else 2)
            plain += struct.pack(">IHHQ32s", i + 1, state, 0, since, bytes(32) if state == 4 else key)
        for first, digest, key, count, size, last in pages:
            plain += struct.pack(">16s32s32sII8s", first, digest, key, count, size, last[:8])
        return plain + b"".join(readers)

    def write(self, writer, grants, through):
        """Writes the next generation; returns its file's digest and size."""
        self.number += 1
        self.section_keys = {id: fixed(f"section key {self.number} {id.hex()}", 32) for id in self.epochs}
        sections = []
        for id, key in self.section_keys.items():
            bound = context(reader.SECTION, writer.vault, section=id, number=self.number)
            sections.append(seal(self.section(id, grants), key, bound).hex())
        file = {
            "grants": sorted((self.grant(writer, *grant) for grant in grants), key=lambda g: g["identity"]),
            "journal": [{"epoch": n, "xwing": key.hex()} for n, key in self.journal().items()],
            "number": self.number,
            "pages": [
                {"hash": p[1].hex(), "size": p[4]}
                for p in sorted(sum(self.pages.values(), []), key=lambda p: p[1])
            ],
            "previous": self.previous.hex(),
            "sections": sections,
            "through": through,
            "vault": writer.vault.hex(),
            "version": 1,
        }
        data = encode(file)
        writer.put(f"keyring/{sha256(data).hex()}", data, twice=True)
        before, self.previous = self.previous, sha256(data)
        return {"file": self.previous.hex(), "generation": self.number, "previous": before.hex(), "size": len(data),
                "through": through}  # fmt: skip

    def grant(self, writer, identity, sections, scrypt):
        keys = [id + self.section_keys[id] for id in sorted(sections)]
        plain = (len(keys).to_bytes(2, "big") + b"".join(keys)).ljust(2 + 48 * len(self.section_keys), b"\0")
        bound = context(reader.GRANT, writer.vault, number=self.number)
        sealed = seal_to(identity.xwing, plain, bound + sha256(identity.xwing + identity.ed25519))
        return {"identity": identity.id.hex(), "message": sealed.hex()} | (
            {"scrypt": scrypt} if scrypt else {}
        )

    def page(self, writer, section, rows):
        """Writes a page; returns what names it."""
        rows = dict(sorted(rows.items()))
        plain = b"".join(id + rest.ljust(32, b"\0") for id, rest in rows.items())
        key = fixed(f"page key {section.hex()} {len(self.pages[section])} {next(iter(rows)).hex()}", 32)
        data = seal(plain, key, context(reader.PAGE, writer.vault, section=section))
        writer.put(f"keyring/{sha256(data).hex()}", data, twice=True)
        self.rows_of[sha256(data)] = rows
        return (next(iter(rows)), sha256(data), key, len(rows), len(data), max(rows))

    def addition(self, writer, section, rows):
        """Writes a page, which the next generation takes over; returns what a `keys` entry says of it."""
        page = self.page(writer, section, rows)
        self.pages[section].append(page)
        _, digest, key, count, size, _ = page
        bound = context(reader.PAGE_KEY, writer.vault, section=section, number=self.number)
        sealed = seal(key, self.section_keys[section], bound)
        return {"count": count, "hash": digest.hex(), "key": sealed.hex(), "size": size}

    def drop(self, writer, subject):
        """Writes the pages that hold a subject's rows anew without them; returns how many rows went, and the `keys` of an
        `erased` that accounts for them."""
        dropped, keys = 0, []
        for section, pages in self.pages.items():
            for at, page in reversed(list(enumerate(pages))):
                rows = self.rows_of.get(page[1], {})
                kept = {id: rest for id, rest in rows.items() if subject not in (id, rest[:16])}
                if len(kept) == len(rows):
                    continue
                pages[at : at + 1] = [self.page(writer, section, kept)] if kept else []
                dropped += len(rows) - len(kept)
                if section in self.classes:
                    keys.append({"class": section.hex(), "pairs": (subject + key_check(rows[subject])).hex()})
        return dropped, sorted(keys, key=lambda one: one["class"])

    def token(self, number):
        return hmac.digest(self.epochs[DIRECTORY][-1][1], b"number\0" + number.encode(), "sha256")[:16]


def subject_key(customer, class_name):
    return fixed(f"subject key {customer} {class_name}", 32)


def bundle_id(entry, customer, records):
    """The id of a bundle that an entry is to name."""
    return fixed(f"bundle {entry} {customer} {records[0]['id'].hex()} {records[0].get('part', {}).get('number', 0)}")


def box_header(vault):
    return struct.pack(">8sH6x16s", b"STRONGBX", 1, vault)


def joined(records, frames):
    return message(records + frames)


def write_box(writer, keyring, class_name, year, bundles, header=box_header, table_of=joined, stated=None):
    """Writes a box of these bundles: (customer, [record]); returns what a `sealed` entry says of it. Who moves a bundle adds
    its id and its first entry. Who forges one brings its header, the bytes of its tables, or the epoch that its rows state."""
    class_id, vault = keyring.ids[class_name], writer.vault
    epoch, epoch_key = len(keyring.epochs[class_id]), keyring.epochs[class_id][-1][1]
    bodies, tables, rows = [], [], []
    for customer, records, *carried in sorted(bundles, key=lambda bundle: fixed("subject " + bundle[0])):
        subject, key = fixed("subject " + customer), subject_key(customer, class_name)
        id, first = carried or (bundle_id(len(writer.lines), customer, records), 0)
        content, frames, body, records_out = b"", [], b"", []
        for record in records:
            record["offset"] = (
                max(0, content.find(record["content"])) if record["content"] in content else len(content)
            )
            content += record["content"] if record["offset"] == len(content) else b""
        for at in range(0, len(content), MIB):
            plain = content[at : at + MIB]
            packed = zstandard.compress(plain, 3)
            method = 1 if len(packed) < len(plain) else 0
            body += packed if method else plain
            frames.append((2, message([(1, len(plain)), (2, len(packed if method else plain)), (3, method)])))
        for record in records:
            records_out.append((1, record_message(record, customer, year)))
        table = table_of(records_out, frames)
        bundle_key = hkdf(key + epoch_key, b"strongroom/v1 bundle")
        bound = lambda kind: context(kind, vault, id, class_id, subject, epoch)
        bodies.append(seal(body, bundle_key, bound(reader.BODY)))
        tables.append(seal(zstandard.compress(table, 3), bundle_key, bound(reader.TABLE)))
        mac = hmac.digest(hkdf(key, b"strongroom/v1 content"), table, "sha256")
        rows.append((id, subject, epoch, len(records), mac, first, key_check(key)))
    data = header(vault) + b"".join(bodies) + b"".join(tables)
    index, body_at = struct.pack(">H2xI120x", year, len(rows)), 32
    table_at = body_at + sum(map(len, bodies))
    for (id, subject, epoch, count, mac, first, check), body, table in zip(rows, bodies, tables):
        index += struct.pack(">16s16sIIQQQQ32sQ8s8x", id, subject, stated or epoch, count, body_at, len(body), table_at,
                             len(table), mac, first, check)  # fmt: skip
        body_at, table_at = body_at + len(body), table_at + len(table)
    index += bytes(128 * (padme(len(rows)) - len(rows)))
    offset = padme(len(data))
    bound = context(reader.INDEX, vault, section=class_id, number=epoch)
    sealed = seal(index, hkdf(epoch_key, b"strongroom/v1 index"), bound)
    data += os.urandom(offset - len(data)) + sealed
    name = sha256(data).hex()
    writer.put(f"boxes/{name[:2]}/{name}", data)
    return {"hash": name, "index": sha256(sealed).hex(), "offset": offset, "size": len(data), "year": year}


# What the days of records are called.
DAYS = {None: None, -1: "1969-12-31", 0: "1970-01-01"}


def record_message(record, customer, year):
    part = record.get("part")
    given = record.get("given", customer)
    fields = [(1, record["id"]), (2, record["path"].encode()), (3, b"test"), (4, given.encode()),
              (5, record["title"].encode()), (6, record["media_type"].encode()), (7, len(record["content"])),
              (8, record["mtime"] * 2 if record["mtime"] >= 0 else -record["mtime"] * 2 - 1), (9, record["mode"]),
              (10, sha256(record["content"])), (11, record["sealed_at"]), (12, year)]  # fmt: skip
    fields += [(13, tag.encode()) for tag in record["tags"]]
    fields += [(14, record["offset"] if record["content"] else 0)]
    if part:
        fields += [(15, message([(1, part["set"]), (2, part["number"]), (3, part["offset"]), (4, part["total"]),
                                 (5, int(part["last"])), (6, part["whole"])]))]  # fmt: skip
    # A day is there or isn't, so that of 0 is written, too.
    day = record["date"]
    return message(fields) + (b"" if day is None else b"\x88\x01" + bytes([day * 2 if day >= 0 else -day * 2 - 1]))


def record(path, content, title="", media_type="application/octet-stream", mtime=1_600_000_000_123_456_789, mode=0o644,
           tags=(), part=None, id=None, date=None):  # fmt: skip
    made = {"id": id or fixed("record " + path), "path": path, "content": content, "title": title, "mode": mode,
            "media_type": media_type, "mtime": mtime, "tags": list(tags), "sealed_at": START + 600, "date": date}  # fmt: skip
    return made | ({"part": part} if part else {})


class Scene:
    """What happens in the test vault, act by act."""

    def __init__(self, out):
        self.out, self.found = out, []
        self.custodian, self.clerk = Identity(fixed("custodian", 32)), Identity(fixed("clerk", 32))
        salt, cost = bytes.fromhex(SCRYPT["salt"]), {name: SCRYPT[name] for name in ("n", "r", "p")}
        self.second = Identity(hashlib.scrypt(PASSPHRASE.encode(), salt=salt, **cost, maxmem=256 * MIB, dklen=32))
        self.writer = Writer(out / "place", self.custodian)
        self.keyring = Keyring(["communications", "contracts"])
        self.everything = list(self.keyring.epochs)
        self.grants = [(self.custodian, self.everything, None), (self.second, self.everything, SCRYPT)]

    def keyring_entry(self, reason, through, added=0, dropped=0, **forged):
        rows = {
            "added": added,
            "after": self.keyring.rows + added - dropped,
            "before": self.keyring.rows,
            "dropped": dropped,
            "merged": 0,
        }
        self.keyring.rows += added - dropped
        file = self.keyring.write(self.writer, self.grants, through) | forged
        about = {"about": f"made for tests: {reason}".encode().hex()}
        return self.writer.entry(
            self.custodian, "keyring", about, reason=reason, refused=[], rows=rows, **file
        )

    def found_vault(self):
        classes = [
            {"id": id.hex(), "keep": int(name == "contracts"), "years": 10 if name == "contracts" else 6}
            for id, name in self.keyring.classes.items()
        ]
        self.policy = {
            "access": 0,
            "ahead": 10,
            "classes": classes,
            "cryptoperiod": 365,
            "destinations": 1,
            "drill": 90,
            "eyes": [],
            "holdback": 72,
            "limit": 10,
            "rehearse": 365,
            "snapshot": 24,
            "verify": 90,
        }
        custodians = [{"ed25519": i.ed25519.hex(), "kind": kind, "xwing": i.xwing.hex()}
                      for i, kind in ((self.custodian, "file"), (self.second, "passphrase"))]  # fmt: skip
        founding = self.writer.entry(self.custodian, "founded", custodians=custodians, home=fixed("place").hex(),
                                     nonce=fixed("nonce", 32).hex(), policy=self.policy, version=1)  # fmt: skip
        self.writer.vault, self.writer.journal = sha256(founding)[:16], self.keyring.journal()
        marker = {
            "format": "strongroom place",
            "place": fixed("place").hex(),
            "vault": self.writer.vault.hex(),
            "version": 1,
        }
        self.writer.put("STRONGROOM", encode(marker) + b"\n")
        self.writer.commit(self.custodian, founding, self.keyring_entry("founded", 0))

    def add_subjects(self, customers):
        pages = [self.keyring.addition(self.writer, DIRECTORY,
                                       {self.keyring.token(c): fixed("subject " + c) for c in customers})]  # fmt: skip
        for id, name in self.keyring.classes.items():
            rows = {fixed("subject " + c): subject_key(c, name) for c in customers}
            pages.append(self.keyring.addition(self.writer, id, rows))
        self.writer.commit(
            self.custodian,
            self.writer.entry(self.custodian, "keys", generation=self.keyring.number, pages=pages),
        )
        return sum(page["count"] for page in pages)

    def grant_clerk(self, added):
        granted = self.writer.entry(self.custodian, "granted", {"label": b"test clerk".hex()}, kind="file",
                                    ed25519=self.clerk.ed25519.hex(), roles=["clerk"], xwing=self.clerk.xwing.hex())  # fmt: skip
        self.grants.append((self.clerk, [DIRECTORY, self.keyring.ids["communications"]], None))
        through = len(self.writer.lines) + 1
        self.writer.commit(self.custodian, granted, self.keyring_entry("granted", through, added))

    def replace_key(self):
        """An addition that names a subject again, with another key: the first row must win."""
        rows = {fixed("subject C000001"): fixed("a key that must not win", 32)}
        page = self.keyring.addition(self.writer, self.keyring.ids["contracts"], rows)
        self.writer.commit(
            self.custodian,
            self.writer.entry(self.custodian, "keys", generation=self.keyring.number, pages=[page]),
        )

    def seal(self, *boxes, **forged):
        number = len(self.writer.lines)
        named = []
        for class_name, year, bundles in boxes:
            named.append(write_box(self.writer, self.keyring, class_name, year, bundles, **forged))
            for customer, records, *_ in bundles:
                self.note(class_name, customer, year, records, number)
        entry = self.writer.entry(self.custodian, "sealed", boxes=named, generation=self.keyring.number)
        self.writer.commit(self.custodian, entry)
        return named

    def note(self, class_name, customer, year, records, number):
        """Keeps what a reader must find, for records.json; of a record in parts its last part says it."""
        for item in records:
            part = item.get(
                "part", {"total": len(item["content"]), "last": True, "whole": sha256(item["content"])}
            )
            if part["last"]:
                self.found.append({
                    "class": class_name, "entry": number, "id": item["id"].hex(), "media_type": item["media_type"],
                    "mode": item["mode"], "mtime": item["mtime"], "path": item["path"], "parts": part.get("number", 0) + 1,
                    "retention": year, "sealed_at": item["sealed_at"], "sha256": part["whole"].hex(), "size": part["total"],
                    "source": "test", "subject": customer, "subject_id": fixed("subject " + customer).hex(),
                    "tags": item["tags"], "title": item["title"], "date": DAYS[item["date"]],
                })  # fmt: skip

    def drop(self, customer, added, lost=False):
        """Erases a customer; or loses them, with an account that doesn't name them."""
        rows, keys = self.keyring.drop(self.writer, fixed("subject " + customer))
        account = {"keys": [] if lost else keys, "reason": b"asked for".hex(), "withheld": []}
        through = len(self.writer.lines)
        erased = self.writer.entry(self.custodian, "erased", account, generation=self.keyring.number + 1, rows=rows)
        self.writer.commit(self.custodian, erased, self.keyring_entry("dropped", through, added, rows))
        for item in self.found:
            item["lost"] = item["subject"] == customer

    def rotate_contracts(self, added, **forged):
        self.keyring.epochs[self.keyring.ids["contracts"]].append(
            (self.writer.time, fixed("epoch 2 contracts", 32))
        )
        self.writer.commit(self.custodian, self.keyring_entry("rotated", len(self.writer.lines), added, **forged))

    def snapshot(self, missing=()):
        """A destination is registered, and stands at what is sealed so far; `place` itself isn't copied."""
        place, generation = fixed("destination").hex(), self.keyring.number
        copying = self.writer.entry(
            self.custodian, "copying", {"name": b"test destination".hex()}, generation=generation, place=place
        )
        size = len(self.writer.lines)
        self.writer.commit(self.custodian, copying)
        named = {"generation": generation, "missing": sorted(missing), "place": place, "size": size, "started": self.writer.time}
        self.writer.commit(self.custodian, self.writer.entry(self.custodian, "snapshot", **named))
        self.destination = {"place": place, "size": size, "snapshot": size + 1}

    def uncounted(self):
        box = {
            "hash": fixed("no box", 32).hex(),
            "index": fixed("no index", 32).hex(),
            "offset": 32,
            "size": 1000,
            "year": 2036,
        }
        for by, generation in ((self.clerk, self.keyring.number), (self.custodian, self.keyring.number - 1)):
            self.writer.commit(by, self.writer.entry(by, "sealed", boxes=[box], generation=generation))

    def play(self, small=False, lost=False):
        self.found_vault()
        self.grant_clerk(self.add_subjects(["C000001", "C000002"]))
        self.seal(contracts_box(), communications_box())
        last = self.add_subjects(["C000003", "C000004", "C000005"])
        self.rotate_contracts(last)
        self.replace_key()
        second = record("2019/loan.txt", b"Loan agreement, second version.\n" * 40, "Loan agreement")
        letter = record("letter.txt", b"Please remember me.\n", "Letter")
        self.seal(("contracts", 2036, [("C000001", [second]), ("C000004", [letter])]))
        self.snapshot()
        self.drop("C000004" if lost else "C000005", 1, lost)
        if not small:
            self.seal(*parted_boxes())
        self.uncounted()
        self.write_rest()

    def write_rest(self):
        for name, label in (("custodian", "custodian"), ("clerk", "clerk")):
            seed = fixed(label, 32).hex()
            (self.out / f"{name}.identity").write_bytes(
                encode({"format": "strongroom identity", "seed": seed, "version": 1}) + b"\n")  # fmt: skip
        (self.out / "passphrase.txt").write_text(PASSPHRASE + "\n")
        size = len(self.writer.lines)
        newest = {(r["class"], r["subject"], r["path"]): r["entry"] for r in self.found}
        for item in self.found:
            item["lost"] = item.get("lost", False)
            newest_entry = newest[item["class"], item["subject"], item["path"]]
            item["newest"] = not item["lost"] and newest_entry == item["entry"]
        report = {"vault": self.writer.vault.hex(), "size": size, "root": root(self.writer.lines).hex(),
                  "generation": self.keyring.number, "destination": self.destination, "records": self.found,
                  "identities": {"clerk": self.clerk.id.hex(), "custodian": self.custodian.id.hex(), "passphrase": self.second.id.hex()},
                  "classes": {name: id.hex() for name, id in self.keyring.ids.items()},
                  "uncounted": [{"entry": size - 2, "rule": "role"}, {"entry": size - 1, "rule": "generation"}]}  # fmt: skip
        (self.out / "records.json").write_text(
            json.dumps(report, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        )


def contracts_box():
    loan = b"Loan agreement between the bank and the customer, first version.\n" * 30
    scan = b"%PDF-1.4\n" + fixed("a scan that doesn't shrink", 70_000)
    letter = "合同编号 C000002\n王小明\n".encode() * 20
    return ("contracts", 2036, [
        ("C000001", [record("2019/loan.txt", loan, "Loan agreement", "text/plain", tags=["loan", "signed"], date=-1),
                     record("2019/scan.pdf", scan, "Scan", "application/pdf", mtime=-1, mode=0o600),
                     record("2019/copy of loan.txt", loan, "The same again", "text/plain"),
                     record("empty", b"", mtime=0)]),
        ("C000002", [record("合同/合同.txt", letter, "合同", "text/plain")]),
    ])  # fmt: skip


def communications_box():
    mail = b"From: clerk@example.org\nSubject: your contract\n\nDear customer.\n"
    call = fixed("a recording that doesn't shrink", 2 * MIB + 12_345)
    return ("communications", 2032, [
        ("C000001", [record("mail/0001.eml", mail, "your contract", "message/rfc822", date=0),
                     record("calls/2020-02-29.wav", call, "Call", "audio/wav")]),
    ])  # fmt: skip


def parted_boxes():
    """A record of 64 MiB and 5 bytes, that shrinks to almost nothing, in two parts."""
    whole = bytes(range(256)) * (64 * MIB // 256) + b"ending"[:5]
    set_id, boxes = fixed("set of parts"), []
    for number, (start, end) in enumerate(((0, 40 * MIB), (40 * MIB, len(whole)))):
        last = end == len(whole)
        part = {"set": set_id, "number": number, "offset": start, "total": len(whole), "last": last,
                "whole": sha256(whole) if last else b""}  # fmt: skip
        item = record("calls/long.wav", whole[start:end], "A long call", "audio/wav", part=part)
        boxes.append(("communications", 2032, [("C000003", [item])]))
    return boxes


if __name__ == "__main__":
    out, *options = sys.argv[1:] or sys.exit(__doc__)
    Path(out).mkdir(parents=True, exist_ok=True)
    Scene(Path(out)).play(small="--small" in options, lost="--lost" in options)
