#!/usr/bin/env python3
"""Writes the whole vault of Docs/Format.md 6.1: every object of it, and each step from a key to a record.

    make_example.py > Docs/reader/worked-example.json     the same bytes each time
    make_example.py --lines                               what the document prints of it

Made by make_place.py with ids and keys of our choice. What is random elsewhere (salts, the randomness of an
encapsulation) is fixed here: by_hand.py of Tests/SealingTests/Vectors does what no library gives to a script.
"""

import contextlib
import hashlib
import json
import sys
import tempfile
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "SealingTests/Vectors"))
sys.dont_write_bytecode = True

import by_hand
import make_place as made
import make_proof
import strongroom_reader as reader
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# The inputs of chapter 6, and what else a vault needs.
CHOSEN = {
    "custodian": bytes(range(32)), "class contracts": b"\xc0" * 16, "place": b"\xe0" * 16, "nonce": b"\x33" * 32,
    "subject C000001": b"\xd0" * 16, "subject key C000001 contracts": b"\x11" * 32,
    f"epoch 1 {'c0' * 16}": b"\x22" * 32, f"epoch 1 {reader.DIRECTORY_ID.hex()}": b"\x44" * 32,
    f"epoch 1 {reader.JOURNAL_ID.hex()}": b"\x55" * 32,
}
NOT_CHOSEN = made.fixed


def fixed(label, count=16):
    return CHOSEN.get(label) or NOT_CHOSEN(label, count)


class Dice:
    """What takes the place of randomness: the same each time."""

    def __init__(self):
        self.thrown = 0

    def urandom(self, count):
        self.thrown += 1
        return hashlib.shake_256(b"strongroom worked example" + self.thrown.to_bytes(4, "big")).digest(count)

    def seal_to(self, xwing, plain, info):
        """HPKE with X-Wing, step by step (Format.md 1.3 and 1.4)."""
        lattice, shared = by_hand.encapsulate(xwing[:1184], self.urandom(32))
        ephemeral = X25519PrivateKey.from_private_bytes(self.urandom(32))
        point = ephemeral.public_key().public_bytes_raw()
        agreed = ephemeral.exchange(X25519PublicKey.from_public_bytes(xwing[1184:]))
        secret = hashlib.sha3_256(shared + agreed + point + xwing[1184:] + rb"\.//^" + b"\\").digest()
        key, nonce = by_hand.key_schedule(secret, info)
        return lattice + point + AESGCM(key).encrypt(nonce, plain, None)


def public_file(identity, kind, scrypt=None):
    members = {"ed25519": identity.ed25519.hex(), "format": "strongroom public identity", "kind": kind, "version": 1,
               "xwing": identity.xwing.hex()} | ({"scrypt": scrypt} if scrypt else {})
    signed = b"strongroom/v1 public identity\0" + reader.sha256(made.encode(members))
    return made.encode(members | {"proof": identity.signing.sign(signed).hex()}) + b"\n"


def evidence(scene, index):
    """Of an entry that stands alone in the last commit, made by the founder."""
    return make_proof.evidence(scene.writer.lines, scene.out / "place/ledger", index, [])


def play(out):
    scene = made.Scene(out)
    scene.keyring = made.Keyring(["contracts"])
    scene.everything = list(scene.keyring.epochs)
    scene.grants = [(scene.custodian, scene.everything, None), (scene.second, scene.everything, made.SCRYPT)]
    scene.found_vault()
    scene.add_subjects(["C000001"])
    letter = b"Dear customer,\nyour contract is enclosed.\n"
    scene.seal(("contracts", 2036, [("C000001", [
        made.record("2026/contract.txt", letter * 20, "Contract", "text/plain", tags=["signed"], date=-1),
        made.record("empty", b"", mtime=0)])]))
    scene.rotate_contracts(2)
    return scene


def example(out):
    dice = Dice()
    made.fixed, made.os, made.seal_to = fixed, types.SimpleNamespace(urandom=dice.urandom), dice.seal_to
    scene = play(out)
    place = {str(f.relative_to(out / "place")): f.read_bytes().hex() for f in sorted((out / "place").rglob("*")) if f.is_file()}
    return {
        "about": "The whole vault of Docs/Format.md 6.1. Bytes are hex. second/ holds the same as ledger/ and keyring/.",
        "identity": made.encode({"format": "strongroom identity", "seed": CHOSEN["custodian"].hex(), "version": 1}).hex() + "0a",
        "passphrase": (made.PASSPHRASE + "\n").encode().hex(),
        "public": public_file(scene.custodian, "file").hex(),
        "public_passphrase": public_file(scene.second, "passphrase", made.SCRYPT).hex(),
        "evidence": evidence(scene, 4).hex(),
        "place": {name: data for name, data in place.items() if not name.startswith("second/")},
    }


class Steps:
    """Every step from the keys to the record, opened by the reader: name and bytes, in the order of the document."""

    def __init__(self, example):
        self.file = lambda name: bytes.fromhex(example[name])
        self.place = {name: bytes.fromhex(data) for name, data in example["place"].items()}
        self.values = {}
        commits = [self.place[name] for name in sorted(self.place) if name.startswith("ledger/")]
        self.lines = [line for commit in commits for line in commit.partition(b"\n\n")[0].split(b"\n")]
        self.entries = [json.loads(line) for line in self.lines]
        self.vault = reader.sha256(self.lines[0])[:16]
        self.people()
        self.founding(commits[0])
        self.sealed_part()
        self.grants()
        self.sections()
        self.pages()
        self.box()

    def add(self, name, value):
        self.values[name] = value
        return value

    def context(self, name, kind, **more):
        return self.add(f"{name} context", reader.context(kind, self.vault, **more))

    def people(self):
        public = json.loads(self.file("public"))
        proof = bytes.fromhex(public.pop("proof"))
        signed = b"strongroom/v1 public identity\0" + reader.sha256(made.encode(public))
        assert reader.is_signature(bytes.fromhex(public["ed25519"]), proof, signed)
        self.one = reader.Identity(bytes.fromhex(json.loads(self.file("identity"))["seed"]))
        self.add("public file signed", signed)
        self.add("public file proof", proof)
        words = self.add("passphrase bytes", reader.prepared_passphrase(self.file("passphrase")))
        seed = hashlib.scrypt(words, salt=bytes.fromhex(made.SCRYPT["salt"]), n=1 << 15, r=8, p=1, maxmem=2**26, dklen=32)
        self.add("passphrase seed", seed)
        self.two = reader.Identity(seed)
        self.add("passphrase identity", self.two.id)

    def founding(self, commit):
        self.add("founding line", self.lines[0])
        self.add("vault id", self.vault)
        tree = reader.Tree()
        tree.add(self.lines[0])
        self.add("first leaf", tree.root())
        tree.add(self.lines[1])
        self.add("first root", tree.root())
        note = commit.partition(b"\n\n")[2]
        text, _, signature = note.partition(b"\n\n")
        self.add("first note signed", text + b"\n")
        whole = reader.base64_of(signature.split(b" ")[2].strip(), 68)
        self.add("first key id", whole[:4])
        self.add("first signature", whole[4:])
        for line in self.lines[2:]:
            tree.add(line)
        self.add("last root", tree.root())

    def envelope(self, name, key, message, info):
        """An HPKE message, step by step."""
        self.add(f"{name} info", info)
        self.add(f"{name} message", message)
        halves = hashlib.shake_256(key.seed).digest(96)
        lattice = reader.MLKEM768PrivateKey.from_seed_bytes(halves[:64])
        point = reader.X25519PrivateKey.from_private_bytes(halves[64:])
        parts = (lattice.decapsulate(message[:1088]), point.exchange(X25519PublicKey.from_public_bytes(message[1088:1120])),
                 message[1088:1120], key.public[1184:], rb"\.//^" + b"\\")
        secret = self.add(f"{name} shared secret", hashlib.sha3_256(b"".join(parts)).digest())
        key_, nonce = by_hand.key_schedule(secret, info)
        self.add(f"{name} key", key_)
        self.add(f"{name} nonce", nonce)
        plain = AESGCM(key_).decrypt(nonce, message[1120:], None)
        assert plain == key.open(message, info, name)
        return self.add(f"{name} plaintext", plain)

    def sealed_part(self):
        entry = self.entries[1]
        public = made.encode({k: v for k, v in entry.items() if k != "sealed"})
        self.add("sealed part public", public)
        journal = reader.XWing(CHOSEN[f"epoch 1 {reader.JOURNAL_ID.hex()}"])
        info = reader.context(reader.JOURNAL, self.vault, section=reader.JOURNAL_ID, number=1) + reader.sha256(
            journal.public) + reader.sha256(public)
        self.envelope("sealed part", journal, bytes.fromhex(entry["sealed"]["message"]), info)

    def grants(self):
        last = self.entries[-1]
        self.generation = json.loads(self.place[f"keyring/{last['file']}"])
        grant = next(g for g in self.generation["grants"] if g["identity"] == self.one.id.hex())
        info = self.context("grant", reader.GRANT, number=2) + reader.sha256(self.one.xwing.public, self.one.ed25519)
        plain = self.envelope("grant", self.one.xwing, bytes.fromhex(grant["message"]), info)
        self.keys = {plain[at : at + 16]: plain[at + 16 : at + 48] for at in range(2, len(plain), 48)}

    def sections(self):
        for i, (name, id) in enumerate((("directory", reader.DIRECTORY_ID), ("journal", reader.JOURNAL_ID), ("class", b"\xc0" * 16))):
            where = self.context(f"{name} section", reader.SECTION, section=id, number=2)
            sealed = bytes.fromhex(self.generation["sections"][i])
            self.add(f"{name} section plaintext", reader.unseal(self.keys[id], where, sealed, name))

    def pages(self):
        added = self.entries[2]["pages"]
        first = json.loads(self.place[f"keyring/{self.entries[1]['file']}"])
        grant = next(g for g in first["grants"] if g["identity"] == self.one.id.hex())
        info = reader.context(reader.GRANT, self.vault, number=1) + reader.sha256(self.one.xwing.public, self.one.ed25519)
        plain = self.one.xwing.open(bytes.fromhex(grant["message"]), info, "it")
        keys = {plain[at : at + 16]: plain[at + 16 : at + 48] for at in range(2, len(plain), 48)}
        for page, (name, id) in zip(added, (("directory", reader.DIRECTORY_ID), ("class", b"\xc0" * 16))):
            self.add(f"{name} section key of generation 1", keys[id])
            where = self.context(f"{name} page key", reader.PAGE_KEY, section=id, number=1)
            key = self.add(f"{name} page key", reader.unseal(keys[id], where, bytes.fromhex(page["key"]), name))
            where = self.context(f"{name} page", reader.PAGE, section=id)
            sealed = self.place[f"keyring/{page['hash']}"]
            self.add(f"{name} page plaintext", reader.unseal(key, where, sealed, name))

    def box(self):
        named = self.entries[3]["boxes"][0]
        data = self.place[f"boxes/{named['hash'][:2]}/{named['hash']}"]
        subject, epoch, class_id = b"\x11" * 32, b"\x22" * 32, b"\xc0" * 16
        key = self.add("box index key", reader.hkdf(epoch, b"strongroom/v1 index", 32))
        where = self.context("box index", reader.INDEX, section=class_id, number=1)
        plain = self.add("box index plaintext", reader.unseal(key, where, data[named["offset"] :], "index"))
        bundle = reader.read_bundles(plain, reader.Box(named, 0, 3), type("S", (), {"id": class_id}), None)[0]
        key = self.add("box bundle key", reader.hkdf(subject + epoch, b"strongroom/v1 bundle", 32))
        for name, kind, (at, size) in (("table", reader.TABLE, bundle.table), ("body", reader.BODY, bundle.body)):
            where = self.context(f"box {name}", kind, bundle=bundle.id, section=class_id, subject=b"\xd0" * 16, number=1)
            opened = reader.unseal(key, where, data[at : at + size], name)
            self.add(f"box {name} plaintext", opened)
            if name == "table":
                table = self.add("box table message", reader.unpack(opened, 2**25, name))
        self.add("box content MAC", reader.hmac.digest(reader.hkdf(subject, b"strongroom/v1 content", 32), table, "sha256"))
        frames = reader.Message.read(table, reader.Table(), reader.TABLE_FIELDS).frames
        assert len(frames) == 1 and frames[0].method == 1
        self.add("record content", reader.unpack(opened, frames[0].plain, "it"))


def lines(steps):
    """As the document prints them: what is longer than 64 bytes by its SHA-256."""
    out = []
    for name, value in steps.items():
        short = len(value) <= 64
        out.append(f"{name if short else f'{name} ({len(value)} bytes), sha256':<48}  {(value if short else reader.sha256(value)).hex()}")
    return out


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        whole = example(Path(folder))
    steps = Steps(whole).values
    if "--lines" in sys.argv:
        print("\n".join(lines(steps)))
    else:
        print(json.dumps(whole | {"steps": {name: value.hex() for name, value in steps.items()}}, indent=1))
