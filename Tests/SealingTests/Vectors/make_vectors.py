#!/usr/bin/env python3
"""Vectors for Sealing from an independent implementation: Python's `cryptography` 48 or later, and hashlib.

    make_vectors.py > vectors.json     makes them anew (messages are randomised; all else stays the same)
    make_vectors.py open               opens what Swift sealed: JSON on standard input, hex on standard output

Follows Docs/Format.md, chapter 1, and nothing in Sources.
"""
import hashlib
import hmac
import json
import struct
import sys

from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def expand(key, info, count):
    return HKDFExpand(algorithm=hashes.SHA512(), length=count, info=info).derive(key)


def x_wing(seed):
    """draft-connolly-cfrg-xwing-kem: SHAKE-256 of the seed gives both private keys."""
    expanded = hashlib.shake_256(seed).digest(96)
    ml, x = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    public = ml.public_key().public_bytes(*RAW) + x.public_key().public_bytes(*RAW)
    return hpke.MLKEM768X25519PrivateKey(ml, x), public


def context(kind, vault, bundle=bytes(16), section=bytes(16), subject=bytes(16), number=0):
    return b"STRONGRM" + struct.pack(">HHI", 1, kind, 0) + vault + bundle + section + subject + struct.pack(">I", number)


def stream_keys(key, salt, where):
    derived = expand(key, b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + where, 76)
    return AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big"), derived[44:]


def seal_stream(plain, key, salt, where):
    cipher, nonce, commitment = stream_keys(key, salt, where)
    message = salt + commitment
    for k in range(len(plain) // 16384 + 1):
        message += cipher.encrypt((nonce ^ k).to_bytes(12, "big"), plain[k * 16384 : (k + 1) * 16384], None)
    return message


def open_stream(message, key, where):
    cipher, nonce, commitment = stream_keys(key, message[:24], where)
    assert commitment == message[24:56]
    plain, body = b"", message[56:]
    for k in range(len(body) // 16400 + 1):
        plain += cipher.decrypt((nonce ^ k).to_bytes(12, "big"), body[k * 16400 : (k + 1) * 16400], None)
    return plain


def make():
    seed = hashlib.sha256(b"a test identity, for nobody").digest()
    private, x_wing_public = x_wing(expand(seed, b"strongroom/v1 x-wing", 32))
    signing = ed25519.Ed25519PrivateKey.from_private_bytes(expand(seed, b"strongroom/v1 ed25519", 32))
    ed_public = signing.public_key().public_bytes(*RAW)
    identity_id = hashlib.sha256(b"strongroom/v1 identity\0" + x_wing_public + ed_public).digest()[:16]
    note = "strongroom/00112233445566778899aabbccddeeff\n418\n".encode()

    vault, bundle = bytes(range(16)), bytes(range(16, 32))
    section, subject = b"directory".ljust(16, b"\0"), bytes(range(48, 64))
    grant = context(7, vault, number=3)
    grant_info = grant + hashlib.sha256(x_wing_public + ed_public).digest()
    grant_plain = b"\0\1" + section + bytes(range(32))
    journal_seed = hashlib.sha256(b"a test epoch of the journal").digest()
    _, journal_public = x_wing(journal_seed)
    public_part = b'{"by":"00112233445566778899aabbccddeeff","event":"accessed","time":1700000000}'
    entry = context(8, vault, section=b"journal".ljust(16, b"\0"), number=2)
    entry_info = entry + hashlib.sha256(journal_public).digest() + hashlib.sha256(public_part).digest()
    entry_plain = b'{"purpose":"61"}'
    journal_key = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(journal_public[:1184]),
        x25519.X25519PublicKey.from_public_bytes(journal_public[1184:]),
    )

    body = context(1, vault, bundle, bytes(range(32, 48)), subject, 0xFFFEFDFC)
    key, salt = bytes(range(100, 132)), bytes(range(24))
    plains = [b"", b"five!", bytes(i * 7 & 255 for i in range(16384)), bytes(i * 11 & 255 for i in range(16400))]
    passphrase, scrypt_salt = "Schlüssel zum Tresor".encode(), bytes(range(200, 232))
    subject_key, epoch_key = bytes(range(32)), bytes(range(32, 64))
    return {
        "identity": {
            "seed": seed.hex(), "xwing": x_wing_public.hex(), "ed25519": ed_public.hex(), "id": identity_id.hex(),
            "message": note.hex(), "signature": signing.sign(note).hex(),
        },
        "envelopes": {
            "grant": {
                "context": grant.hex(), "info": grant_info.hex(), "plain": grant_plain.hex(),
                "message": SUITE.encrypt(grant_plain, private.public_key(), info=grant_info).hex(),
            },
            "entry": {
                "seed": journal_seed.hex(), "xwing": journal_public.hex(), "context": entry.hex(),
                "public_part": public_part.hex(), "info": entry_info.hex(), "plain": entry_plain.hex(),
                "message": SUITE.encrypt(entry_plain, journal_key, info=entry_info).hex(),
            },
        },
        "context": {
            "vault": vault.hex(), "bundle": bundle.hex(), "section": bytes(range(32, 48)).hex(),
            "subject": subject.hex(), "number": 0xFFFEFDFC, "body": body.hex(),
        },
        "streams": [
            {
                "key": key.hex(), "context": body.hex(), "size": len(plain),
                "plain_sha256": hashlib.sha256(plain).hexdigest(),
                "message": (message := seal_stream(plain, key, salt, body)).hex(),
                "message_sha256": hashlib.sha256(message).hexdigest(),
            }
            for plain in plains
        ],
        "scrypt": [
            {
                "passphrase": passphrase.hex(), "salt": scrypt_salt.hex(), "n": n, "r": 8, "p": p,
                "seed": hashlib.scrypt(passphrase, salt=scrypt_salt, n=n, r=8, p=p, maxmem=1 << 28, dklen=32).hex(),
            }
            for n, p in ((1 << 15, 1), (1 << 16, 4), (1 << 17, 1))
        ],
        "keys": {
            "subject": subject_key.hex(), "epoch": epoch_key.hex(),
            "bundle": HKDF(hashes.SHA512(), 32, None, b"strongroom/v1 bundle").derive(subject_key + epoch_key).hex(),
            "hmac": hmac.new(epoch_key, b"number\0" + b"4711", hashlib.sha256).hexdigest(),
            "hmac_empty": hmac.new(epoch_key, b"", hashlib.sha256).hexdigest(),
        },
    }


def opened(given):
    if "key" in given:
        return open_stream(bytes.fromhex(given["message"]), bytes.fromhex(given["key"]), bytes.fromhex(given["context"]))
    private, _ = x_wing(bytes.fromhex(given["seed"]))
    return SUITE.decrypt(bytes.fromhex(given["message"]), private, info=bytes.fromhex(given["info"]))


if sys.argv[1:] == ["open"]:
    print(opened(json.load(sys.stdin)).hex())
else:
    json.dump(make(), sys.stdout, indent=1)
    print()
