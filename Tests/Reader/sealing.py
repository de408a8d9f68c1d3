"""Format.md, chapter 1: streams, contexts, identities, messages to a public key, canonical JSON."""

import hashlib
import hmac
import json
import re
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
ZERO = bytes(16)
DIRECTORY, JOURNAL = b"directory".ljust(16, b"\0"), b"journal".ljust(16, b"\0")


class Refused(Exception):
    """Something that the format says must be refused; the message names the object."""


class WrongKey(Refused):
    """The commitment of a sealed stream is another one: wrong key or wrong context."""


def need(condition, what):
    if not condition:
        raise Refused(what)


reported = []


def report(what):
    reported.append(str(what))
    print(f"reported: {what}", file=sys.stderr)


def sha256(data):
    return hashlib.sha256(data).digest()


def padme(n):
    if n < 2:
        return n
    e = n.bit_length() - 1
    s = e.bit_length()  # floor(log2 e) + 1
    mask = (1 << (e - s)) - 1 if e >= s else 0
    return (n + mask) & ~mask


def utf8(data, what):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{what} isn't UTF-8") from None


def hkdf(key, info, count=32):
    return HKDF(SHA512(), count, salt=None, info=info).derive(key)


def expand(key, info, count=32):
    return HKDFExpand(SHA512(), count, info=info).derive(key)


BODY, TABLE, INDEX, SECTION, PAGE, PAGE_KEY, GRANT, JOURNAL_PART = range(1, 9)


def context(kind, vault, bundle=ZERO, section=ZERO, subject=ZERO, number=0):
    return struct.pack(
        ">8sHHI16s16s16s16sI", b"STRONGRM", 1, kind, 0, vault, bundle, section, subject, number
    )


STREAM_HEAD, CHUNK, TAG = 56, 16384, 16
STREAM_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def plain_size(sealed_size):
    """The plaintext's length in a sealed stream of that length; None where no stream has it."""
    full, rest = divmod(sealed_size - STREAM_HEAD, CHUNK + TAG)
    return full * CHUNK + rest - TAG if sealed_size >= STREAM_HEAD and rest >= TAG else None


def stream_keys(head, key, bound):
    """The stream's AES key and base nonce, once its commitment is the right one."""
    need(len(key) == 32, "a stream's key has 32 bytes")
    derived = expand(key, STREAM_LABEL + head[:24] + bound, 76)
    if not hmac.compare_digest(derived[44:], head[24:56]):
        raise WrongKey("wrong key or context")
    return AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")


def open_stream(message, key, bound):
    need(plain_size(len(message)) is not None, "no sealed stream has this length")
    cipher, nonce = stream_keys(message[:STREAM_HEAD], key, bound)
    plain = []
    for number, start in enumerate(range(STREAM_HEAD, len(message), CHUNK + TAG)):
        chunk = message[start : start + CHUNK + TAG]
        try:
            plain.append(cipher.decrypt((nonce ^ number).to_bytes(12, "big"), chunk, None))
        except InvalidTag:
            raise Refused(f"chunk {number} isn't authentic") from None
    return b"".join(plain)


class Identity:
    def __init__(self, seed):
        need(len(seed) == 32, "an identity's seed has 32 bytes")
        self.signing = Ed25519PrivateKey.from_private_bytes(expand(seed, b"strongroom/v1 ed25519"))
        self.opening, self.xwing = xwing_pair(expand(seed, b"strongroom/v1 x-wing"))
        self.ed25519 = self.signing.public_key().public_bytes_raw()
        self.id = identity_id(self.xwing, self.ed25519)


def xwing_pair(seed):
    """The private key and the 1,216 bytes of the public key; the draft expands the seed by SHAKE-256."""
    wide = hashlib.shake_256(seed).digest(96)
    kem, curve = MLKEM768PrivateKey.from_seed_bytes(wide[:64]), X25519PrivateKey.from_private_bytes(wide[64:])
    public = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(kem, curve), public


def identity_id(xwing, ed25519):
    return sha256(b"strongroom/v1 identity\0" + xwing + ed25519)[:16]


SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def envelope_info(bound, recipient, public_part=None):
    return bound + sha256(recipient) + (sha256(public_part) if public_part is not None else b"")


def open_envelope(private, message, info):
    try:
        return SUITE.decrypt(message, private, info)
    except (InvalidTag, ValueError):
        raise Refused("the HPKE message doesn't open") from None


def passphrase_seed(passphrase, scrypt):
    n, r, p = scrypt["n"], scrypt["r"], scrypt["p"]
    need(
        n in (1 << 15, 1 << 16, 1 << 17, 1 << 18) and r == 8 and 1 <= p <= 4, "scrypt parameters are refused"
    )
    return hashlib.scrypt(passphrase, salt=scrypt["salt"], n=n, r=r, p=p, maxmem=GIB, dklen=32)


# 1.5 Canonical JSON


def encode(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def decode(data, what):
    """The object that these bytes are the canonical JSON of."""
    try:
        value = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise Refused(f"{what} isn't canonical JSON") from None

    def check(item, depth):
        need(depth <= 16, f"{what} is nested too deep")
        if isinstance(item, dict):
            need(
                all(re.fullmatch("[a-z][a-z0-9_]*", key) for key in item), f"{what} has a key that is refused"
            )
            for part in item.values():
                check(part, depth + 1)
        elif isinstance(item, list):
            for part in item:
                check(part, depth + 1)
        elif isinstance(item, str):
            need(re.fullmatch(r"[ !#-\[\]-~]*", item), f"{what} has a string that is refused")
        else:
            need(type(item) is int and 0 <= item < 1 << 53, f"{what} has a value that is refused")

    check(value, 1)
    need(isinstance(value, dict) and encode(value) == data, f"{what} isn't canonical JSON")
    return value


# A schema is a function that returns the checked value or refuses; objects are dictionaries of schemas.


def hex_bytes(count, last=None):
    def check(value):
        need(isinstance(value, str) and re.fullmatch("([0-9a-f]{2})*", value), f"{value!r:.80} isn't hex")
        need(count <= len(value) // 2 <= (last or count), f"{value:.80} has a wrong length")
        return bytes.fromhex(value)

    return check


def integer(low=0, high=(1 << 53) - 1):
    def check(value):
        need(
            type(value) is int and low <= value <= high, f"{value!r:.80} isn't a number from {low} to {high}"
        )
        return value

    return check


def one_of(*values):
    def check(value):
        need(type(value) in (str, int) and value in values, f"{value!r:.80} is none of {values}")
        return value

    return check


def listed(schema, low=0, high=1 << 32, by=None):
    def check(value):
        need(
            isinstance(value, list) and low <= len(value) <= high, "a list is missing, too short or too long"
        )
        items = [schema(item) for item in value]
        keys = [by(item) for item in items] if by else []
        need(all(a < b for a, b in zip(keys, keys[1:])), "a list isn't ascending")
        return items

    return check


def members(required, optional={}):
    def check(value):
        need(isinstance(value, dict), "an object is missing")
        unknown, missing = value.keys() - required.keys() - optional.keys(), required.keys() - value.keys()
        need(not unknown and not missing, f"unknown members {sorted(unknown)}, missing {sorted(missing)}")
        return {key: (required.get(key) or optional[key])(item) for key, item in value.items()}

    return check


ID, DIGEST = hex_bytes(16), hex_bytes(32)
GENERATION = integer(1, (1 << 32) - 1)
SCRYPT = members({"n": integer(), "p": integer(), "r": integer(), "salt": DIGEST})


def no_digest_or(schema):
    return lambda value: b"" if value == "" else schema(value)


def read_identity(file):
    data = file.read_bytes()
    need(len(data) <= 16 * KIB and data.endswith(b"\n"), f"{file} isn't an identity file")
    schema = {"format": one_of("strongroom identity"), "seed": DIGEST, "version": one_of(1)}
    return Identity(members(schema)(decode(data[:-1], str(file)))["seed"])
