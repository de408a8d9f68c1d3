#!/usr/bin/env python3
"""Public keys that nobody holds, and signatures that are made for them without a secret; and what tells one verification
equation from another. From by_hand.py beside this; Python's `cryptography` says whether a library takes them.

    make_points.py > points.json     the same bytes each time
"""
import hashlib
import json
import sys

from by_hand import BASE, D, L, P, challenge, decode, encode, secret_scalar, sum_of, times
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

MESSAGE = b"strongroom/00112233445566778899aabbccddeeff\n418\n"


def fixed(word, count=32):
    return hashlib.shake_256(b"strongroom vectors, points: " + word.encode()).digest(count)


def little(n):
    return n.to_bytes(32, "little")


def library_takes(public, signature):
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, MESSAGE)
        return True
    except (InvalidSignature, ValueError):
        return False


def torsion():
    """The eight points of small order: a point of the curve times L, until one has order 8."""
    n = 0
    while True:
        point = decode(little(int.from_bytes(fixed(f"torsion {n}"), "little") >> 1))
        n += 1
        if point and times(4, times(L, point)) != (0, 1):
            return [times(i, times(L, point)) for i in range(8)]


TORSION = torsion()


def forged(public, point):
    """A signature for a point of small order, by whoever knows no secret: [k]A is the neutral point now and then."""
    for n in range(1, 1000):
        r = encode(times(n, BASE))
        if times(challenge(r, public, MESSAGE), point) == (0, 1):
            return r + little(n)


def keys():
    out = []

    def add(comment, public, result, point=None):
        signature = forged(public, point) if point else b""
        out.append({"comment": comment, "key": public.hex(), "signature": signature.hex(), "result": result})
        if point:
            # This is why the key is looked at: the signature is right by RFC 8032.
            assert library_takes(public, signature), comment

    for word in ("a", "b", "c", "d"):
        public = ed25519.Ed25519PrivateKey.from_private_bytes(fixed(word)).public_key().public_bytes_raw()
        add(f"somebody's: {word}", public, "valid")
        mixed = encode(sum_of(decode(public), TORSION[1]))
        add(f"somebody's, and a point of order 8: {word}", mixed, "valid")
    for i, point in enumerate(TORSION):
        add(f"a point of small order: {i} times one of order 8", encode(point), "invalid", point)
    for x in (0, 1):
        for y in range(P, 1 << 255):
            # RFC 8032 decodes no y from p up; libraries take it for the rest.
            point = decode(little(y % P | x << 255)) or (decode(little(y % P)) if y % P == 1 else None)
            small = point in TORSION
            add(f"p + {y - P}, sign {x}", little(y | x << 255), "invalid", point if small else None)
    for y in (1, P - 1):
        add(f"x = 0 with a sign: {'1' if y == 1 else '-1'}", little(y | 1 << 255), "invalid", (0, y))
    y = int.from_bytes(fixed("no point"), "little") >> 1
    for _ in range(4):
        while decode(little(y)):
            y += 1
        add("no point of the curve", little(y), "invalid")
        add("no point of the curve, with a sign", little(y | 1 << 255), "invalid")
        y += 1
    return out


def agreements():
    out = []

    def add(comment, public, result):
        try:
            x25519.X25519PrivateKey.from_private_bytes(fixed("x")).exchange(x25519.X25519PublicKey.from_public_bytes(public))
            agreed = True
        except ValueError:
            agreed = False
        # What a library agrees with, and is refused all the same, is another spelling.
        number = int.from_bytes(public, "little")
        assert agreed or result == "invalid", comment
        assert agreed == (result == "valid") or number >= P, comment
        out.append({"comment": comment, "key": public.hex(), "result": result})

    for word in ("a", "b", "c", "d"):
        public = x25519.X25519PrivateKey.from_private_bytes(fixed(word)).public_key().public_bytes_raw()
        add(f"somebody's: {word}", public, "valid")
        add(f"somebody's, with the bit that X25519 leaves out: {word}", little(int.from_bytes(public, "little") | 1 << 255), "invalid")
    small = {(1 + y) * pow(1 - y, -1, P) % P for _, y in TORSION if y != 1} | {0, 1, P - 1}
    assert len(small) == 5
    for u in sorted(small):
        for spelt in {u, u + P} if u + P < 1 << 255 else {u}:
            for bit in (0, 1):
                add(f"small order: {'p + ' if spelt != u else ''}{u:x}, bit 255 is {bit}", little(spelt | bit << 255), "invalid")
    for u in range(P + 2, 1 << 255):
        add(f"p + {u - P}", little(u), "invalid")
    add("2, the first of large order", little(2), "valid")
    add("p - 2, the last", little(P - 2), "valid")
    return out


def equations():
    """A key of somebody's; of an equation with cofactor, and of one without that reads R, others would be right."""
    seed = fixed("equations")
    scalar, _ = secret_scalar(seed)
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert encode(times(scalar, BASE)) == public
    out = []

    def add(comment, signature, result, key=public):
        assert library_takes(key, signature) == (result == "valid"), comment
        out.append({"comment": comment, "key": key.hex(), "signature": signature.hex(), "result": result})

    def signed(nonce, r, key=public):
        return r + little((nonce + challenge(r, key, MESSAGE) * scalar) % L)

    right = signed(12345, encode(times(12345, BASE)))
    add("right", right, "valid")
    s = int.from_bytes(right[32:], "little")
    for n in range(1, 16):
        if s + n * L < 1 << 256:
            add(f"S is {n} times the order more", right[:32] + little(s + n * L), "invalid")
    for i, point in enumerate(TORSION[1:], 1):
        add(f"R and {i} times a point of order 8: right with the cofactor",
            signed(12345, encode(sum_of(times(12345, BASE), point))), "invalid")
    # S is k a, so that [S]B - [k]A is the neutral point, whose one spelling is 1.
    add("R is the neutral point", signed(0, little(1)), "valid")
    add("R is the neutral point, spelt p + 1", signed(0, little(P + 1)), "invalid")
    add("R is the neutral point, with a sign", signed(0, little(1 | 1 << 255)), "invalid")
    # A key of mixed order: right without the cofactor only where [k]T is the neutral point.
    mixed = encode(sum_of(decode(public), TORSION[1]))
    found = set()
    for nonce in range(1, 100):
        r = encode(times(nonce, BASE))
        result = "valid" if challenge(r, mixed, MESSAGE) % 8 == 0 else "invalid"
        if result not in found:
            found.add(result)
            add(f"a key of mixed order, nonce {nonce}", signed(nonce, r, mixed), result, mixed)
    assert len(found) == 2
    return out


json.dump({"message": MESSAGE.hex(), "ed25519": keys(), "x25519": agreements(), "signatures": equations()}, sys.stdout, indent=1)
print()
