#!/usr/bin/env python3
"""HKDF-SHA-512, AES-256-GCM, Ed25519 and HPKE with X-Wing, good and bad, as other code computes them: Python's
`cryptography` 48 or later, and by_hand.py beside this.

    make_primitives.py > primitives.json     the same bytes each time

Follows the RFCs and nothing in Sources. Where there are two ways to a value (hmac and the library, points by hand and the
library), both are gone and must meet. Each bad one is a good one with one fault, and the library refuses it, too.
"""
import hashlib
import hmac
import json
import sys

import by_hand
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def fixed(word, count=32):
    return hashlib.shake_256(b"strongroom vectors, primitives: " + word.encode()).digest(count)


def flipped(data, at, bit=0):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def numbered(tests):
    return [{"tcId": n + 1} | {k: v.hex() if isinstance(v, bytes) else v for k, v in t.items()} for n, t in enumerate(tests)]


# RFC 5869


def expanded(key, info, count):
    out, block = b"", b""
    while len(out) < count:
        block = hmac.new(key, block + info + bytes([len(out) // 64 + 1]), "sha512").digest()
        out += block
    assert out[:count] == HKDFExpand(hashes.SHA512(), count, info).derive(key)
    return out[:count]


def hkdf():
    tests = []

    def add(comment, ikm, salt, info, size):
        okm = b""
        if size <= 255 * 64:
            okm = expanded(hmac.new(salt or bytes(64), ikm, "sha512").digest(), info, size)
            assert okm == HKDF(hashes.SHA512(), size, salt, info).derive(ikm)
        tests.append({"comment": comment, "ikm": ikm, "salt": salt, "info": info, "size": size, "okm": okm,
                      "result": "valid" if okm else "invalid"})

    for size in (1, 8, 31, 32, 33, 63, 64, 65, 76, 127, 128, 129, 500, 255 * 64 - 1, 255 * 64):
        add(f"{size} bytes", fixed(f"ikm {size}"), b"", b"strongroom/v1", size)
    for count in (0, 1, 16, 64, 127, 128, 129, 1000):
        add(f"key material of {count} bytes", fixed("ikm", count), fixed("salt"), b"info", 42)
        add(f"a salt of {count} bytes", fixed("ikm"), fixed("salt", count), b"info", 42)
        add(f"info of {count} bytes", fixed("ikm"), fixed("salt"), fixed("info", count), 42)
    add("info of 20,000 bytes", fixed("ikm"), b"", fixed("info", 20000), 42)
    add("nothing given", b"", b"", b"", 42)
    add("a zero byte for a salt", fixed("ikm"), b"\0", b"", 42)
    add("64 zero bytes for a salt, which is none", fixed("ikm"), bytes(64), b"", 42)
    for size in (255 * 64 + 1, 256 * 64, 100000):
        add(f"{size} bytes, too many", fixed("ikm"), b"", b"", size)
    return numbered(tests)


def expand_only():
    tests = []
    for size in (1, 32, 76, 64, 65, 255 * 64):
        for count in (32, 64, 128, 200):
            key, info = fixed(f"prk {size}", count), fixed(f"info {size}", count + 84)
            okm = expanded(key, info, size)
            tests.append({"comment": f"{size} bytes from {count}", "prk": key, "info": info, "size": size,
                          "okmSha512": hashlib.sha512(okm).digest()})
    return numbered(tests)


# NIST SP 800-38D


def aes_gcm():
    tests = []

    def good(comment, key, iv, msg):
        sealed = AESGCM(key).encrypt(iv, msg, None)
        tests.append({"comment": comment, "key": key, "iv": iv, "aad": b"", "msg": msg, "ct": sealed[:-16],
                      "tag": sealed[-16:], "result": "valid"})

    def bad(comment, key, iv, msg, ct, tag):
        try:
            AESGCM(key).decrypt(iv, ct + tag, None)
            raise AssertionError(comment)
        except InvalidTag:
            tests.append({"comment": comment, "key": key, "iv": iv, "aad": b"", "msg": msg, "ct": ct, "tag": tag,
                          "result": "invalid"})

    for size in (0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 64, 127, 128, 129, 255, 256, 1000, 4096):
        good(f"{size} bytes", fixed(f"gcm key {size}"), fixed(f"iv {size}", 12), fixed(f"msg {size}", size))
    for name, iv in {"zero": bytes(12), "ones": b"\xff" * 12, "one": bytes(11) + b"\1"}.items():
        good(f"a nonce of {name}", fixed("gcm key"), iv, fixed("msg", 40))
    for name, key in {"zero": bytes(32), "ones": b"\xff" * 32}.items():
        good(f"a key of {name}", key, fixed("iv", 12), fixed("msg", 40))
    good("zeros", bytes(32), bytes(12), bytes(64))

    key, iv = fixed("gcm key"), fixed("iv", 12)
    for size in (0, 1, 16, 40):
        msg = fixed("msg", size)
        sealed = AESGCM(key).encrypt(iv, msg, None)
        ct, tag = sealed[:-16], sealed[-16:]
        for bit in (0, 7, 63, 64, 120, 127):
            bad(f"{size} bytes, the tag's bit {bit} is flipped", key, iv, msg, ct, flipped(tag, bit // 8, bit % 8))
        for at in {0, size // 2, size - 1} if size else ():
            bad(f"{size} bytes, a bit of byte {at} is flipped", key, iv, msg, flipped(ct, at), tag)
        for value in (0, 255):
            bad(f"{size} bytes, the tag is all {value}", key, iv, msg, ct, bytes([value]) * 16)
        bad(f"{size} bytes, the tag's halves are exchanged", key, iv, msg, ct, tag[8:] + tag[:8])
        bad(f"{size} bytes, every bit of the tag is flipped", key, iv, msg, ct, bytes(b ^ 255 for b in tag))
        bad(f"{size} bytes, another nonce", key, flipped(iv, 11), msg, ct, tag)
        bad(f"{size} bytes, another key", flipped(key, 31), iv, msg, ct, tag)
        bad(f"{size} bytes, with additional data", key, iv, msg, ct, AESGCM(key).encrypt(iv, msg, b"\0")[-16:])
        bad(f"{size} bytes, a byte more", key, iv, msg, ct + b"\0", tag)
        bad(f"{size} bytes, a byte after the tag", key, iv, msg, ct, tag + b"\0")
        for count in (0, 4, 8, 12, 15):
            bad(f"{size} bytes, {count} bytes of the tag", key, iv, msg, ct, tag[:count])
    return [{"ivSize": 96, "keySize": 256, "tagSize": 128, "tests": numbered(tests)}]


# RFC 8032


class Signatures:
    def __init__(self):
        self.groups, self.count = [], 0

    def group(self, public):
        self.groups.append({"publicKey": {"pk": public.hex()}, "tests": []})

    def add(self, comment, message, signature, result):
        public = bytes.fromhex(self.groups[-1]["publicKey"]["pk"])
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            library = "valid"
        except (InvalidSignature, ValueError):
            library = "invalid"
        by_the_book = "valid" if by_hand.verifies(public, message, signature) else "invalid"
        assert library == by_the_book == result, (comment, library, by_the_book)
        self.count += 1
        self.groups[-1]["tests"].append({"tcId": self.count, "comment": comment, "msg": message.hex(),
                                         "sig": signature.hex(), "result": result})


def signatures():
    out = Signatures()
    seed, message = fixed("ed25519"), b"strongroom/00112233445566778899aabbccddeeff\n418\n"
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    scalar, prefix = by_hand.secret_scalar(seed)
    assert by_hand.encode(by_hand.times(scalar, by_hand.BASE)) == public
    r, s = signature[:32], int.from_bytes(signature[32:], "little")

    def signed(nonce, point=None, prefix=b"", digest=None):
        """A signature of another kind, whole in itself."""
        point = point or by_hand.encode(by_hand.times(nonce, by_hand.BASE))
        k = by_hand.challenge(point, public, digest or message, prefix)
        return point + ((nonce + k * scalar) % by_hand.L).to_bytes(32, "little")

    out.group(public)
    for size in (0, 1, 63, 64, 111, 112, 128, 1000, 10000):
        out.add(f"{size} bytes", fixed("message", size), key.sign(fixed("message", size)), "valid")
    out.add("a note's text", message, signature, "valid")
    out.add("a nonce of one's own", message, signed(1 + int.from_bytes(fixed("nonce"), "little") % (by_hand.L - 1)), "valid")
    for comment, other in {"a byte more": message + b"\0", "a byte less": message[:-1], "a bit flipped": flipped(message, 20),
                           "nothing": b"", "its digest": hashlib.sha512(message).digest()}.items():
        out.add(f"another message: {comment}", other, signature, "invalid")
    for at in (0, 15, 31, 32, 47, 63):
        for bit in (0, 7):
            out.add(f"byte {at}, a flipped bit {bit}", message, flipped(signature, at, bit), "invalid")
    for count in (0, 1, 31, 32, 63):
        out.add(f"{count} bytes of the signature", message, signature[:count], "invalid")
    out.add("a byte after the signature", message, signature + b"\0", "invalid")
    out.add("a byte before the signature", message, b"\0" + signature, "invalid")
    out.add("the signature twice", message, signature * 2, "invalid")
    out.add("its halves exchanged", message, signature[32:] + signature[:32], "invalid")
    for n in (1, 2, 8, 15):
        if s + n * by_hand.L < 1 << 256:
            out.add(f"s plus {n} times the order", message, r + (s + n * by_hand.L).to_bytes(32, "little"), "invalid")
    for comment, other in {"0": 0, "the order": by_hand.L, "the order less one": by_hand.L - 1, "all ones": (1 << 256) - 1,
                           "its negative": by_hand.L - s, "2^253": 1 << 253}.items():
        out.add(f"s is {comment}", message, r + other.to_bytes(32, "little"), "invalid")
    for comment, other in {"zero": bytes(32), "one, the neutral point": b"\1" + bytes(31), "no point": point_less(),
                           "p, a y that is too large": by_hand.P.to_bytes(32, "little"),
                           "p plus 1": (by_hand.P + 1).to_bytes(32, "little"), "all ones": b"\xff" * 32,
                           "the base point": by_hand.encode(by_hand.BASE), "the public key": public,
                           "its negative": flipped(r, 31, 7)}.items():
        if other != flipped(r, 31, 7):
            out.add(f"R is {comment}", message, other + signature[32:], "invalid")
    out.add("all zero", message, bytes(64), "invalid")
    out.add("the context of Ed25519ctx", message, signed(77, prefix=b"SigEd25519 no Ed25519 collisions\0\0"), "invalid")
    out.add("Ed25519ph", message, signed(78, prefix=b"SigEd25519 no Ed25519 collisions\1\0",
                                         digest=hashlib.sha512(message).digest()), "invalid")

    def of(other, comment):
        out.group(other)
        out.add(comment, message, signature, "invalid")

    of(fixed_key("another"), "another's key")
    for at in (0, 16, 31):
        of(flipped(public, at), f"the key's byte {at}, a flipped bit")
    of(flipped(public, 31, 7), "the key's negative")
    of(point_less(), "a key that is no point")
    of(bytes(32), "a key of zeros")
    of(b"\xff" * 32, "a key of ones")
    of(b"\1" + bytes(30) + b"\x80", "a key with x = 0 and a sign")
    return out.groups


def point_less():
    """The first y above a fixed one that is on no point."""
    y = int.from_bytes(fixed("no point"), "little") % by_hand.P
    while by_hand.decode(y.to_bytes(32, "little")):
        y += 1
    return y.to_bytes(32, "little")


def fixed_key(word):
    return ed25519.Ed25519PrivateKey.from_private_bytes(fixed(word)).public_key().public_bytes_raw()


# RFC 9180 with X-Wing (draft-connolly-cfrg-xwing-kem)


class Recipient:
    def __init__(self, word):
        self.seed = fixed(word)
        halves = hashlib.shake_256(self.seed).digest(96)
        self.lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(halves[:64])
        self.curve = x25519.X25519PrivateKey.from_private_bytes(halves[64:])
        self.public = self.lattice.public_key().public_bytes_raw() + self.curve.public_key().public_bytes_raw()

    def encapsulate(self, word, label=rb"\.//^" + b"\\", point=None, combine=None):
        """(encapsulated key, shared secret), by hand."""
        lattice, shared = by_hand.encapsulate(self.public[:1184], fixed(f"lattice {word}"))
        assert self.lattice.decapsulate(lattice) == shared
        ephemeral = x25519.X25519PrivateKey.from_private_bytes(fixed(f"curve {word}"))
        curve = ephemeral.public_key().public_bytes_raw() if point is None else point
        dh = ephemeral.exchange(self.curve.public_key()) if point is None else bytes(32)
        parts = {"shared": shared, "dh": dh, "curve": curve, "public": self.public[1184:], "label": label}
        return lattice + curve, hashlib.sha3_256(b"".join(combine(parts) if combine else parts.values())).digest()


def envelopes():
    tests, people = [], [Recipient("recipient"), Recipient("another")]
    one, info, plain = people[0], fixed("info", 116), fixed("plain", 50)

    def sealed(plain, info, word, aad=None, number=0, schedule={}, **how):
        encapsulated, shared = one.encapsulate(word, **how)
        key, nonce = by_hand.key_schedule(shared, info, **schedule)
        nonce = (int.from_bytes(nonce, "big") ^ number).to_bytes(12, "big")
        return encapsulated + AESGCM(key).encrypt(nonce, plain, aad)

    def add(comment, message, info, plain, result, who=0):
        private = hpke.MLKEM768X25519PrivateKey(people[who].lattice, people[who].curve)
        try:
            assert SUITE.decrypt(message, private, info=info) == plain
            opened = "valid"
        except (InvalidTag, ValueError):
            opened = "invalid"
        assert opened == result, comment
        tests.append({"comment": comment, "recipient": who, "info": info, "plain": plain, "message": message, "result": result})

    def bad(comment, message, info=info, who=0):
        add(comment, message, info, plain, "invalid", who)

    for size in (0, 1, 32, 290, 3000):
        text = fixed(f"plain {size}", size)
        add(f"{size} bytes", sealed(text, info, f"{size} bytes"), info, text, "valid")
    for size in (0, 1, 84, 148, 3000):
        where = fixed(f"info {size}", size)
        add(f"info of {size} bytes", sealed(plain, where, f"info {size}"), where, plain, "valid")
    message = sealed(plain, info, "one")
    add("the one that the bad ones are made of", message, info, plain, "valid")
    for where, at in {"the lattice's first byte": 0, "the lattice's u": 500, "the lattice's v": 1000, "the lattice's last byte": 1087,
                      "the point's first byte": 1088, "the point's last byte": 1119, "the text's first byte": 1120,
                      "the text's last byte": 1169, "the tag's first byte": 1170, "the tag's last byte": 1185}.items():
        bad(f"a flipped bit: {where}", flipped(message, at))
    bad("a flipped bit: the point's bit that X25519 leaves out", flipped(message, 1119, 7))
    for count in (0, 1, 32, 1088, 1119, 1120, 1121, 1135, 1136, 1185):
        bad(f"cut: {count} bytes are left", message[:count])
    bad("cut: the first byte", message[1:])
    bad("a byte more", message + b"\0")
    bad("a tag more", message + bytes(16))
    bad("a byte between key and text", message[:1120] + b"\0" + message[1120:])
    bad("point before lattice", message[1088:1120] + message[:1088] + message[1120:])
    other = sealed(plain, info, "two")
    bad("another message's lattice", other[:1088] + message[1088:])
    bad("another message's point", message[:1088] + other[1088:1120] + message[1120:])
    bad("another message's text", message[:1120] + other[1120:])
    for comment, where in {"none": b"", "a byte less": info[:-1], "a byte more": info + b"\0", "a flipped bit": flipped(info, 90),
                           "twice": info * 2}.items():
        bad(f"info: {comment}", message, where)
    bad("another recipient", message, who=1)
    for comment, schedule in {"of AES-128": {"aead": 1}, "of ChaCha20": {"aead": 3}, "of SHA-384": {"kdf": 2}, "of ML-KEM-768": {"kem": 0x41},
                              "of a mode with a shared key": {"mode": 1}}.items():
        bad(f"construction: a schedule {comment}", sealed(plain, info, "one", schedule=schedule))
    bad("construction: numbers from 1", sealed(plain, info, "one", number=1))
    bad("construction: info as additional data, too", sealed(plain, info, "one", aad=info))
    bad("construction: info as additional data alone", sealed(plain, b"", "one", aad=info))
    bad("construction: no label in the combiner", sealed(plain, info, "one", label=b""))
    for left_out in ("dh", "curve", "public", "shared"):
        bad(f"construction: no {left_out} in the combiner",
            sealed(plain, info, "one", combine=lambda parts: [v for k, v in parts.items() if k != left_out]))
    bad("construction: label first in the combiner",
        sealed(plain, info, "one", combine=lambda p: [p["label"], p["shared"], p["dh"], p["curve"], p["public"]]))
    for comment, point in {"zero": bytes(32), "one": b"\1" + bytes(31)}.items():
        bad(f"a point of small order: {comment}", sealed(plain, info, "one", point=point))
    return {"recipients": [{"seed": p.seed.hex(), "xwing": p.public.hex()} for p in people], "tests": numbered(tests)}


json.dump({"hkdf": hkdf(), "expand": expand_only(), "aesGcm": aes_gcm(), "ed25519": signatures(), "hpke": envelopes()},
          sys.stdout, indent=1)
print()
