"""Writes vectors.json: what Docs/Format.md, chapters 1 and 2, gives for fixed keys, by other code than ours.

Needs Python's `cryptography` 48. Run it in this folder. Salts and HPKE are random, so a new run gives other sealed
bytes; keys, tokens and everything that is derived stay the same.
"""

import hashlib
import hmac
import json
import os
import unicodedata

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
DIRECTORY = b"directory".ljust(16, b"\0")
JOURNAL = b"journal".ljust(16, b"\0")


def fixed(word, count=32):
    return hashlib.sha256(word.encode()).digest()[:count]


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


# 2.1


def hkdf(ikm, info, count=32):
    return HKDF(hashes.SHA512(), count, None, info.encode()).derive(ikm)


def token(epoch, kind, value):
    try:
        text = unicodedata.normalize("NFKC", value.decode()).strip(SPACES).encode()
    except UnicodeDecodeError:
        text = value
    return hmac.new(epoch, kind.encode() + b"\0" + text, hashlib.sha256).digest()[:16]


# White_Space of the Unicode Character Database, PropList.txt.
SPACES = "".join(
    map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
)


# 1.1 and 1.2


def context(kind, vault, section=bytes(16), number=0):
    out = b"STRONGRM" + u16(1) + u16(kind) + bytes(4) + vault + bytes(16) + section + bytes(16) + u32(number)
    assert len(out) == 84
    return out


def seal(plain, key, context):
    salt = os.urandom(24)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    okm = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    cipher, base, commitment = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big"), okm[44:]
    out = salt + commitment
    for index in range(len(plain) // 16384 + 1):
        chunk = plain[index * 16384 : (index + 1) * 16384]
        out += cipher.encrypt((base ^ index).to_bytes(12, "big"), chunk, None)
    return out


# 1.3 and 1.4


class Identity:
    def __init__(self, seed):
        self.seed = seed
        expand = lambda info: HKDFExpand(hashes.SHA512(), 32, info).derive(seed)
        self.xwing_public, self.xwing = xwing(expand(b"strongroom/v1 x-wing"))
        signing = ed25519.Ed25519PrivateKey.from_private_bytes(expand(b"strongroom/v1 ed25519"))
        self.ed25519 = signing.public_key().public_bytes_raw()
        self.public = self.xwing_public + self.ed25519
        self.id = hashlib.sha256(b"strongroom/v1 identity\0" + self.public).digest()[:16]


def xwing(seed):
    expanded = hashlib.shake_256(seed).digest(96)
    kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    dh = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    public = kem.public_key().public_bytes_raw() + dh.public_key().public_bytes_raw()
    return public, hpke.MLKEM768X25519PrivateKey(kem, dh)


def grant(vault, generation, identity, keys, total):
    plain = u16(len(keys)) + b"".join(id + key for id, key in sorted(keys.items()))
    plain = plain.ljust(2 + 48 * total, b"\0")
    info = context(7, vault, number=generation) + hashlib.sha256(identity.public).digest()
    return SUITE.encrypt(plain, identity.xwing.public_key(), info)


# 2.2 to 2.5


def page(vault, section, rows, key):
    rows = sorted(rows)
    sealed = seal(b"".join(id + value for id, value in rows), key, context(5, vault, section))
    digest = hashlib.sha256(sealed).digest()
    row = rows[0][0] + digest + key + u32(len(rows)) + u32(len(sealed)) + rows[-1][0][:8]
    return {"bytes": sealed, "digest": digest, "row": row, "count": len(rows), "key": key}


def section(id, kind, name, epochs, pages, readers):
    name = name.encode()
    head = id + u16(kind) + u16(len(name)) + u32(len(epochs)) + u32(len(pages)) + u32(len(readers)) + name.ljust(96, b"\0")
    rows = [u32(n + 1) + u16(s) + u16(m) + u64(since) + key for n, (s, m, since, key) in enumerate(epochs)]
    return head + b"".join(rows) + b"".join(p["row"] for p in pages) + b"".join(sorted(readers))


def generation():
    vault, cls = fixed("vault", 16), fixed("class", 16)
    custodian, clerk = Identity(fixed("custodian")), Identity(fixed("clerk"))
    subjects = sorted(fixed(f"subject {n}", 16) for n in range(500))
    keys = {s: fixed("key " + s.hex()) for s in subjects}
    directory_key = fixed("directory epoch 1")
    tokens = {token(directory_key, "number", str(n).encode()): s for n, s in enumerate(subjects)}
    pages = [
        page(vault, cls, [(s, keys[s]) for s in subjects[:400]], fixed("page 1")),
        # Repeats the first subject with another key: it must not win.
        page(vault, cls, [(s, keys[s]) for s in subjects[400:]] + [(subjects[0], fixed("other"))], fixed("page 2")),
        page(vault, DIRECTORY, [(t, s + bytes(16)) for t, s in tokens.items()], fixed("page 3")),
    ]
    journal = [fixed("journal epoch 1"), fixed("journal epoch 2")]
    plain = [
        section(DIRECTORY, 2, "directory", [(1, 0, 1700000000, directory_key)], pages[2:], [custodian.id, clerk.id]),
        section(
            JOURNAL,
            3,
            "journal",
            [(2, 1, 1700000000, journal[0]), (1, 0, 1700000500, journal[1])],
            [],
            [custodian.id],
        ),
        section(
            cls,
            1,
            "Verträge",
            [(4, 0, 1700000000, bytes(32)), (2, 0, 1700000100, fixed("class epoch 2")), (1, 0, 1700000200, fixed("class epoch 3"))],
            pages[:2],
            [custodian.id, clerk.id],
        ),
    ]
    ids = [DIRECTORY, JOURNAL, cls]
    section_keys = {id: fixed("section " + id.hex()) for id in ids}
    clerk_keys = {id: section_keys[id] for id in (DIRECTORY, cls)}
    number = 7
    file = {
        "grants": sorted(
            [
                {"identity": custodian.id.hex(), "message": grant(vault, number, custodian, section_keys, 3).hex()},
                {
                    "identity": clerk.id.hex(),
                    "message": grant(vault, number, clerk, clerk_keys, 3).hex(),
                    "scrypt": {"n": 32768, "p": 1, "r": 8, "salt": fixed("salt").hex()},
                },
            ],
            key=lambda grant: grant["identity"],
        ),
        "journal": [{"epoch": n + 1, "xwing": xwing(seed)[0].hex()} for n, seed in enumerate(journal)],
        "number": number,
        "pages": sorted(
            [{"hash": p["digest"].hex(), "size": len(p["bytes"])} for p in pages], key=lambda page: page["hash"]
        ),
        "previous": fixed("previous").hex(),
        "sections": [seal(p, section_keys[id], context(4, vault, id, number)).hex() for p, id in zip(plain, ids)],
        "through": 42,
        "vault": vault.hex(),
        "version": 1,
    }
    added = page(vault, cls, [(fixed("new subject", 16), fixed("new key"))], fixed("page 4"))
    return {
        "vault": vault.hex(),
        "class": cls.hex(),
        "custodian": custodian.seed.hex(),
        "clerk": clerk.seed.hex(),
        "file": json.dumps(file, sort_keys=True, separators=(",", ":")),
        "pages": [p["bytes"].hex() for p in pages],
        "subjects": [s.hex() for s in subjects],
        "keys": [keys[s].hex() for s in subjects],
        "addition": {
            "bytes": added["bytes"].hex(),
            "key": seal(added["key"], section_keys[cls], context(6, vault, cls, number)).hex(),
            "subject": fixed("new subject", 16).hex(),
            "value": fixed("new key").hex(),
        },
    }


def derivations():
    subject, epoch = fixed("subject key"), fixed("epoch key")
    values = [
        ("number", "4711"),
        ("number", "  4711\t\n"),
        ("number", "\u00a04711\u3000"),
        ("number", "\uff14\uff17\uff11\uff11"),
        ("id", "4711"),
        ("id", "Ångström"),
        ("id", "A\u030angstro\u0308m"),
        ("id", "ÅNGSTRÖM"),
        ("id", "\ufb01\u2126\u00bd"),
        ("id", "\u00a8x"),
        ("number", "a b"),
        ("number", "ab\u200b"),
        ("common", ""),
    ]
    raw = [(kind, value.encode()) for kind, value in values] + [("number", b"\xff\xfe 12 "), ("id", b"K\xf6ln ")]
    return {
        "subject": subject.hex(),
        "epoch": epoch.hex(),
        "bundle": hkdf(subject + epoch, "strongroom/v1 bundle").hex(),
        "index": hkdf(epoch, "strongroom/v1 index").hex(),
        "content": hkdf(subject, "strongroom/v1 content").hex(),
        "check": hkdf(subject, "strongroom/v1 check", 8).hex(),
        "tokens": [{"kind": k, "value": v.hex(), "token": token(epoch, k, v).hex()} for k, v in raw],
    }


with open("vectors.json", "w") as out:
    json.dump({"derivations": derivations(), "generation": generation()}, out, indent=1)
    out.write("\n")
