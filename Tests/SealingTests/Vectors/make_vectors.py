#!/usr/bin/env python3
"""The sealing of Format.md, chapter 1, from its text alone: with Python's `cryptography` (48 or later).

  make_vectors.py make > sealing.json      the vectors beside this file; random, so made once
  make_vectors.py open < question.json     opens {"seed","info","message"} (hex): prints the plaintext as hex
"""

import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
VAULT = bytes(range(0x10, 0x20))
JOURNAL = b"journal".ljust(16, b"\0")


def expand(key, info, count=32):
    return HKDFExpand(hashes.SHA512(), count, info).derive(key)


def sha256(data):
    return hashlib.sha256(data).digest()


def raw(key):
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


class XWing:
    """draft-connolly-cfrg-xwing-kem: SHAKE-256(seed, 96) = ML-KEM-768 seed 64 || X25519 key 32."""

    def __init__(self, seed):
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self.private = MLKEM768X25519PrivateKey(lattice, curve)
        self.public = raw(lattice.public_key()) + raw(curve.public_key())


class Identity:
    """Format.md, 1.3."""

    def __init__(self, seed):
        self.seed = seed
        self.xwing = XWing(expand(seed, b"strongroom/v1 x-wing"))
        self.signing = ed25519.Ed25519PrivateKey.from_private_bytes(expand(seed, b"strongroom/v1 ed25519"))
        self.ed25519 = raw(self.signing.public_key())
        self.id = sha256(b"strongroom/v1 identity\0" + self.xwing.public + self.ed25519)[:16]


def context(kind, bundle=bytes(16), section=bytes(16), subject=bytes(16), number=0):
    """Format.md, 1.2."""
    head = b"STRONGRM" + struct.pack(">HHI", 1, kind, 0)
    return head + VAULT + bundle + section + subject + struct.pack(">I", number)


def sealed_stream(key, salt, place, plain):
    """Format.md, 1.1."""
    okm = expand(key, b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + place, 76)
    cipher, base = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
    message = salt + okm[44:]
    for number in range(len(plain) // 16384 + 1):
        chunk = plain[number * 16384 : (number + 1) * 16384]
        message += cipher.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)
    return message


def identity_vector(label):
    identity = Identity(sha256(label))
    grant = context(7, number=3)
    public_part = b'{"by":"00","event":"founded","time":1}'
    journal = context(8, section=JOURNAL, number=2)
    grant_info = grant + sha256(identity.xwing.public + identity.ed25519)
    journal_info = journal + sha256(identity.xwing.public) + sha256(public_part)
    plain = sha256(b"plain " + label)
    return {
        "seed": identity.seed,
        "xwing": identity.xwing.public,
        "ed25519": identity.ed25519,
        "id": identity.id,
        "signed": label,
        "signature": identity.signing.sign(label),
        "plain": plain,
        "grant_info": grant_info,
        "grant_message": SUITE.encrypt(plain, identity.xwing.private.public_key(), info=grant_info),
        "public_part": public_part,
        "journal_info": journal_info,
        "journal_message": SUITE.encrypt(plain, identity.xwing.private.public_key(), info=journal_info),
    }


def stream_vector(label, size):
    key, salt = sha256(b"key " + label), sha256(b"salt " + label)[:24]
    bundle, section, subject = (sha256(part + label)[:16] for part in (b"bundle ", b"section ", b"subject "))
    plain = hashlib.shake_256(label).digest(size)
    place = context(1, bundle, section, subject, 0x01020304)
    message = sealed_stream(key, salt, place, plain)
    return {
        "key": key, "bundle": bundle, "section": section, "subject": subject, "number": 0x01020304,
        "context": place, "plain": plain, "message": message,
    }


def scrypt_vector(passphrase, n, p):
    salt = sha256(b"salt " + passphrase)
    seed = hashlib.scrypt(passphrase, salt=salt, n=n, r=8, p=p, maxmem=1 << 29, dklen=32)
    return {"passphrase": passphrase, "salt": salt, "n": n, "r": 8, "p": p, "seed": seed, "id": Identity(seed).id}


def make():
    vectors = {
        "vault": VAULT,
        "identities": [identity_vector(b"first"), identity_vector(b"second")],
        "streams": [stream_vector(b"short", 48), stream_vector(b"empty", 0)],
        "passphrases": [scrypt_vector("Zwölf Boxkämpfer jagen".encode(), 1 << 15, 1), scrypt_vector(b"x", 1 << 15, 2)],
    }
    json.dump(vectors, sys.stdout, indent=1, sort_keys=True, default=bytes.hex)
    print()


def open_message():
    question = {name: bytes.fromhex(value) for name, value in json.load(sys.stdin).items()}
    print(SUITE.decrypt(question["message"], XWing(question["seed"]).private, info=question["info"]).hex())


if __name__ == "__main__":
    {"make": make, "open": open_message}[sys.argv[1]]()
