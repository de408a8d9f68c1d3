#!/usr/bin/env python3
"""Sealed streams, good ones and bad ones, as other code makes them: Python's `cryptography` 48 or later, and hmac.

    make_streams.py > streams.json     the same bytes each time

Follows C2SP chunked-encryption@v1 (Cobblestone-256) and nothing in Sources. The layout is that of Wycheproof's vectors: `ct`
is compressed with zlib, `msgLength` and `msgSha512` say what a reader may release of it, whether it is refused or not.
Each bad one is a good one with one fault, and `judge` below agrees that it is bad.
"""
import hashlib
import hmac
import json
import sys
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CHUNK, TAG, HEADER, SALT = 16384, 16, 56, 24
SEALED = CHUNK + TAG
LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def fixed(word, count=32):
    return hashlib.shake_256(b"strongroom vectors, streams: " + word.encode()).digest(count)


def expand(key, info, count, digest="sha512"):
    """RFC 5869, 2.3, by hand; and as the library does it."""
    out, block = b"", b""
    while len(out) < count:
        block = hmac.new(key, block + info + bytes([len(out) // hashlib.new(digest).digest_size + 1]), digest).digest()
        out += block
    out = out[:count]
    library = hashes.SHA512() if digest == "sha512" else hashes.SHA256()
    assert out == HKDFExpand(library, count, info).derive(key)
    return out


class Stream:
    """One message: what it is derived from, its chunks, and how each fault is put into it."""

    def __init__(self, size, context=b"", name="", label=LABEL, digest="sha512", key=None):
        self.key, self.salt, self.context = key or fixed(f"key {size} {name}"), fixed(f"salt {size} {name}", SALT), context
        derived = expand(self.key, label + self.salt + context, 76, digest)
        self.cipher, self.base, self.commitment = AESGCM(derived[:32]), derived[32:44], derived[44:]
        self.plain = [self.text(k, min(CHUNK, size - k * CHUNK)) for k in range(size // CHUNK + 1)]
        self.chunks = [self.seal(k, plain) for k, plain in enumerate(self.plain)]

    def nonce(self, k):
        return (int.from_bytes(self.base, "big") ^ k).to_bytes(12, "big")

    def text(self, k, size, nonce=None):
        """Random to look at, and sealed it is one byte over and over, so that many vectors stay small."""
        return self.cipher.encrypt(nonce or self.nonce(k), bytes([k + 1 & 255]) * size, None)[:size]

    def seal(self, k, plain):
        return self.cipher.encrypt(self.nonce(k), plain, None)

    @property
    def header(self):
        return self.salt + self.commitment

    @property
    def message(self):
        return self.header + b"".join(self.chunks)


def judge(message, key, context):
    """What a reader must find: (valid, released plaintext, whether the header is right, whether the last chunk opens)."""
    if len(key) != 32 or len(message) < HEADER:
        return False, b"", False, False
    derived = expand(key, LABEL + message[:SALT] + context, 76)
    if derived[44:] != message[SALT:HEADER]:
        return False, b"", False, False
    cipher, base, body = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big"), message[HEADER:]

    def opened(k):
        try:
            return cipher.decrypt((base ^ k).to_bytes(12, "big"), body[k * SEALED : (k + 1) * SEALED], None)
        except Exception:
            return None

    last, released = len(body) // SEALED, b""
    ending = opened(last)
    for k in range(last):
        plain = opened(k)
        if plain is None:
            return False, released, True, ending is not None
        released += plain
    return ending is not None, released + (ending or b""), True, ending is not None


tests = []


def add(comment, message, key, context, result):
    valid, released, header, ending = judge(message, key, context)
    assert valid == (result == "valid"), comment
    flags = []
    if len(key) != 32:
        flags.append("InvalidKeySize")
    if not header:
        flags.append("HeaderFailure")
    if ending and not valid:
        flags.append("ValidFinalChunk")
    test = {"tcId": len(tests) + 1, "comment": comment, "key": key.hex(), "ctx": context.hex(),
            "ct": zlib.compress(message, 9).hex()}
    if header:
        derived = expand(key, LABEL + message[:SALT] + context, 76)
        test |= {"aeadKey": derived[:32].hex(), "baseNonce": derived[32:44].hex()}
    if released or valid:
        test |= {"msgLength": len(released), "msgSha512": hashlib.sha512(released).hexdigest()}
    tests.append(test | {"result": result, "flags": flags})


def good(stream, comment):
    add(comment, stream.message, stream.key, stream.context, "valid")


def bad(stream, comment, message=None, key=None, context=None):
    add(comment, stream.message if message is None else message, stream.key if key is None else key,
        stream.context if context is None else context, "invalid")


def flipped(data, at, bit=0):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


CONTEXT = b"STRONGRM" + b"\0\1\0\1" + bytes(4) + fixed("vault", 16) + fixed("bundle", 16) + bytes(32) + b"\0\0\0\7"


def lengths():
    around = [n * CHUNK + d for n in (1, 2, 16) for d in (-17, -16, -15, -1, 0, 1, 15, 16, 17)]
    for size in [0, 1, 2, 15, 16, 17, 31, 255, 4096, 8192, 12288, *around, 3 * CHUNK, 100000]:
        good(Stream(size, CONTEXT), f"{size} bytes")
    good(Stream(256 * CHUNK + 1), "257 chunks: the number passes a byte")


def contexts():
    for name, context in {"none": b"", "a zero byte": b"\0", "text": b"context", "with a zero byte": b"con\0text",
                          "a zero byte at its end": b"context\0", "long": fixed("context", 3000)}.items():
        for size in (7, CHUNK + 7):
            good(Stream(size, context), f"context: {name}, {size} bytes")


def cut():
    stream = Stream(2 * CHUNK + 100, CONTEXT, "cut")
    whole = stream.message
    for count in (0, 1, 23, 24, 40, 55):
        bad(stream, f"cut in the header, {count} bytes are left", whole[:count])
    for count, what in {0: "after the header", 1: "in the first chunk, a byte is left",
                        15: "in the first chunk, less than a tag is left", 16: "in the first chunk, as much as a tag is left",
                        SEALED - 1: "before the first chunk's last byte", SEALED: "after the first chunk",
                        SEALED + 1: "a byte into the second chunk", SEALED + 15: "less than a tag into the second chunk",
                        SEALED + 16: "a tag's length into the second chunk", SEALED + 8000: "amid the second chunk",
                        2 * SEALED - 1: "before the second chunk's last byte", 2 * SEALED: "after the second chunk",
                        2 * SEALED + 15: "less than a tag into the last chunk", 2 * SEALED + 16: "the last chunk to a tag's length",
                        2 * SEALED + 100: "the last chunk's tag", 2 * SEALED + 115: "the last byte"}.items():
        bad(stream, f"cut: {what}", whole[: HEADER + count])
    empty_end = Stream(2 * CHUNK, CONTEXT, "cut")
    bad(empty_end, "cut: an empty last chunk", empty_end.message[:-TAG])
    bad(empty_end, "cut: the last byte of an empty last chunk", empty_end.message[:-1])
    nothing = Stream(0, CONTEXT, "cut")
    bad(nothing, "cut: the only chunk, an empty one", nothing.header)
    bad(stream, "cut: the first byte of the message", whole[1:])


def longer():
    stream, full = Stream(CHUNK + 50, CONTEXT, "longer"), Stream(CHUNK, CONTEXT, "longer")
    for count in (1, 12, 16, 20, SEALED):
        bad(stream, f"{count} more bytes after a short last chunk", stream.message + bytes(count))
    for count in (1, 12, 16, 20):
        bad(full, f"{count} more bytes after an empty last chunk", full.message + bytes(count))
    bad(stream, "a further chunk, sealed for its number", stream.message + stream.seal(2, b"more"))
    bad(stream, "a further empty chunk, sealed for its number", stream.message + stream.seal(2, b""))
    bad(stream, "the last chunk twice", stream.message + stream.chunks[1])
    bad(full, "an empty last chunk twice", full.message + full.chunks[1])
    bad(stream, "the message twice", stream.message * 2)
    end = stream.header + stream.chunks[0] + stream.seal(1, stream.text(1, CHUNK))
    bad(stream, "a last chunk that is full", end)
    bad(stream, "a chunk in the midst that is short", stream.header + stream.seal(0, b"short") + stream.seal(1, b"last"))
    bad(stream, "a byte between header and chunks", stream.header + b"\0" + b"".join(stream.chunks))


def mixed_up():
    stream = Stream(4 * CHUNK + 60, CONTEXT, "order")
    last = len(stream.chunks) - 1

    def order(*numbers):
        return stream.header + b"".join(stream.chunks[n] for n in numbers)

    for comment, numbers in {
        "first two chunks exchanged": (1, 0, 2, 3, last), "chunks 1 and 3 exchanged": (0, 3, 2, 1, last),
        "the last two full chunks exchanged": (0, 1, 3, 2, last), "all full chunks backwards": (3, 2, 1, 0, last),
        "the first chunk twice": (0, 0, 2, 3, last), "a chunk twice, and all others": (0, 1, 1, 2, 3, last),
        "the first chunk is missing": (1, 2, 3, last), "a chunk in the midst is missing": (0, 1, 3, last),
        "the last full chunk is missing": (0, 1, 2, last), "all full chunks are missing": (last,),
        "the last chunk comes first": (last, 0, 1, 2, 3),
    }.items():
        bad(stream, f"order: {comment}", order(*numbers))
    other = Stream(4 * CHUNK + 60, CONTEXT, "other salt", key=stream.key)
    for n in (0, 2, last):
        chunks = stream.chunks[:n] + [other.seal(n, other.text(n, len(stream.plain[n])))] + stream.chunks[n + 1 :]
        bad(stream, f"chunk {n} of another message with the same key", stream.header + b"".join(chunks))
    bad(stream, "the salt of another message with the same key", other.salt + stream.message[SALT:])
    bad(stream, "the commitment of another message with the same key",
        stream.salt + other.commitment + stream.message[HEADER:])
    bad(stream, "the header of another message with the same key", other.header + stream.message[HEADER:])
    far = Stream(257 * CHUNK + 1, CONTEXT, "order")
    chunks = [far.chunks[0], far.seal(257, far.text(257, CHUNK)), *far.chunks[2:]]
    bad(far, "chunk 1 sealed as chunk 257", far.header + b"".join(chunks))


def altered():
    stream = Stream(2 * CHUNK + 100, CONTEXT, "altered")
    places = {"the salt's first byte": 0, "the salt's last byte": SALT - 1, "the commitment's first byte": SALT,
              "the commitment's middle": 40, "the commitment's last byte": HEADER - 1}
    for n, size in enumerate((CHUNK, CHUNK, 100)):
        start = HEADER + n * SEALED
        places |= {f"chunk {n}, its first byte": start, f"chunk {n}, its last byte": start + size - 1,
                   f"chunk {n}, the tag's first byte": start + size, f"chunk {n}, the tag's last byte": start + size + 15}
    for where, at in places.items():
        for bit in (0, 7):
            bad(stream, f"a flipped bit {bit}: {where}", flipped(stream.message, at, bit))
    for name, size in {"an empty last chunk": CHUNK, "the only chunk, an empty one": 0, "a single byte": 1}.items():
        one = Stream(size, CONTEXT, "altered")
        bad(one, f"a flipped bit: the tag of {name}", flipped(one.message, -1))
    for value in (0, 255):
        zeroed = stream.message[:-TAG] + bytes([value]) * TAG
        bad(stream, f"the last tag is all {value}", zeroed)
        bad(stream, f"the commitment is all {value}", stream.salt + bytes([value]) * 32 + stream.message[HEADER:])


def elsewhere():
    stream = Stream(300, CONTEXT, "elsewhere")
    for at in range(0, 84, 12):
        bad(stream, f"context: byte {at} differs", context=flipped(CONTEXT, at))
    for comment, context in {"none": b"", "one byte less": CONTEXT[:-1], "one byte more": CONTEXT + b"\0",
                             "its halves exchanged": CONTEXT[42:] + CONTEXT[:42]}.items():
        bad(stream, f"context: {comment}", context=context)
    plain = Stream(300, b"", "elsewhere")
    bad(plain, "context: a zero byte for none", context=b"\0")
    for at in (0, 15, 31):
        bad(stream, f"key: byte {at} differs", key=flipped(stream.key, at))
    bad(stream, "key: all zero", key=bytes(32))
    for count in (0, 16, 31, 33, 64):
        bad(stream, f"key: {count} bytes", key=fixed("longer key", 64)[:count])


def other_constructions():
    """Whole messages of writers that read the specification wrong: each has one thing in another way."""
    for comment, stream in {
        "the label of AES-128": Stream(200, CONTEXT, "label", LABEL.replace(b"AES_256", b"AES_128")),
        "no zero byte after the label": Stream(200, CONTEXT, "label", LABEL[:-1]),
        "SHA-256 for SHA-512": Stream(200, CONTEXT, "digest", digest="sha256"),
    }.items():
        bad(stream, f"construction: {comment}")
    stream = Stream(2 * CHUNK + 200, CONTEXT, "odd nonce")
    bad(stream, "construction: a commitment that leaves the context out", stream.salt
        + expand(stream.key, LABEL + stream.salt, 76)[44:] + stream.message[HEADER:])

    def sealed(nonce, aad=lambda k: None):
        texts = [stream.text(k, len(plain), nonce(k)) for k, plain in enumerate(stream.plain)]
        return stream.header + b"".join(stream.cipher.encrypt(nonce(k), text, aad(k)) for k, text in enumerate(texts))

    base = int.from_bytes(stream.base, "big")
    bad(stream, "construction: chunk numbers from 1", sealed(lambda k: stream.nonce(k + 1)))
    bad(stream, "construction: the same nonce for all chunks", sealed(lambda k: stream.base))
    bad(stream, "construction: the number at the nonce's other end",
        sealed(lambda k: (base ^ k << 88).to_bytes(12, "big")))
    assert base & 1  # with an even one, adding 1 is what XOR does, too
    bad(stream, "construction: number added for XOR", sealed(lambda k: (base + k).to_bytes(12, "big")))
    bad(stream, "construction: the header as additional data", sealed(stream.nonce, lambda k: stream.header))
    bad(stream, "construction: a mark of the last chunk as additional data",
        sealed(stream.nonce, lambda k: b"\1" if k == 2 else None))
    bad(stream, "construction: a mark of the last chunk in its nonce",
        sealed(lambda k: (base ^ k ^ (1 << 95 if k == 2 else 0)).to_bytes(12, "big")))
    small = [stream.seal(k, stream.text(k, CHUNK // 2)) for k in range(2)]
    bad(stream, "construction: chunks of half the size", stream.header + b"".join(small) + stream.seal(2, b"end"))
    bad(stream, "construction: tags before chunks",
        stream.header + b"".join(c[-TAG:] + c[:-TAG] for c in stream.chunks))
    bad(stream, "construction: commitment before salt", stream.commitment + stream.salt + stream.message[HEADER:])


for part in (lengths, contexts, cut, longer, mixed_up, altered, elsewhere, other_constructions):
    part()
json.dump({"algorithm": "Cobblestone-256", "testGroups": [{"tests": tests}]}, sys.stdout, indent=1)
print()
