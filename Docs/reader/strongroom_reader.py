#!/usr/bin/env python3
"""Reads a Strongroom vault, or a copy of one, without Strongroom.

This one file is written from Docs/Format.md alone, so that an archive stays readable when the program that made it
is gone. It only ever reads the vault. It needs Python 3.11 or newer and two packages: `cryptography` (48 or newer)
and `zstandard`.

    pip install 'cryptography>=48' zstandard
    python3 strongroom_reader.py verify VAULT                               what can be checked without a key
    python3 strongroom_reader.py verify VAULT --identity me.identity        every bundle and every record
    python3 strongroom_reader.py list   VAULT --passphrase                  asks for the passphrase
    python3 strongroom_reader.py export VAULT OUT --identity me.identity    OUT/CLASS/CUSTOMER/PATH
    python3 strongroom_reader.py verify VAULT --shares share-1.txt share-3.txt      by recovery shares
    python3 strongroom_reader.py proof  FILE --vault-id HEX [--document FILE]       evidence that an entry stands in a ledger

VAULT is the folder of a vault, of a destination that snapshots were taken to, or of a restored copy. Where the first
copy of the ledger or the keyring is damaged, the one in `second/` is read.

Exit codes: 0 all is well; 1 failed: no vault, no key, nothing could be done; 2 findings: something is damaged,
missing or was left out, and every such thing is named on standard error.
"""

import argparse
import base64
import contextlib
import errno
import functools
import getpass
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import struct
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections import OrderedDict, defaultdict, deque
from datetime import date, datetime, timezone

import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIB, MIB, GIB = 2**10, 2**20, 2**30
ZERO16 = bytes(16)


class Refused(Exception):
    """Something isn't as the format says; nothing of it is used. The message names the object."""


class Findings:
    """What is damaged, missing or left out: printed as it is found, counted for the exit code."""

    def __init__(self):
        self.found = []
        self.noted = []

    def add(self, what, why):
        self.found.append((what, str(why)))
        print(f"{shown(what)}: {shown(str(why))}", file=sys.stderr)

    def note(self, what, why):
        """Worth knowing, but no loss."""
        self.noted.append((what, str(why)))
        print(f"note: {shown(what)}: {shown(str(why))}", file=sys.stderr)


def shown(text):
    """A text as it may be printed: what a terminal could act on, or an eye be deceived by, is escaped."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    out = []
    for c in text:
        if c.isprintable() and c != "\\":
            out.append(c)
        elif "\udc80" <= c <= "\udcff":
            out.append(f"\\x{ord(c) - 0xDC00:02x}")
        else:
            out.append(c.encode("unicode_escape").decode())
    return "".join(out)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def padme(n):
    if n < 2:
        return n
    e = n.bit_length() - 1
    s = e.bit_length()
    m = (1 << (e - s)) - 1 if e >= s else 0
    return (n + m) & ~m


# ---------------------------------------------------------------------------------------------------- 1.1 sealed streams

CHUNK, TAG = 16384, 16
STREAM_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def expand(key, info, size):
    out, block, n = b"", b"", 0
    while len(out) < size:
        n += 1
        block = hmac.digest(key, block + info + bytes([n]), "sha512")
        out += block
    return out[:size]


def hkdf(secret, info, size):
    return expand(hmac.digest(bytes(64), secret, "sha512"), info, size)


def sealed_length(n):
    return 56 + n + TAG * (n // CHUNK + 1)


def plain_length(sealed):
    """The plaintext's length, or None where no sealed stream has this length."""
    whole, rest = divmod(sealed - 56, CHUNK + TAG)
    if sealed < 56 + TAG or rest < TAG:
        return None
    return whole * CHUNK + rest - TAG


class WrongKey(Refused):
    """The commitment differs: another key, or another place than the one it was sealed for."""


class Opener:
    """Opens one sealed stream, chunk by chunk, from anything that reads (offset, size)."""

    def __init__(self, key, context, read, length, what):
        self.read, self.length, self.what = read, length, what
        if plain_length(length) is None or len(key) != 32:
            raise Refused(f"{what} or its key has an impossible length")
        head = read(0, 56)
        derived = expand(key, STREAM_LABEL + head[:24] + context, 76)
        if not hmac.compare_digest(derived[44:], head[24:]):
            raise WrongKey(f"{what} doesn't open: wrong key or context")
        self.aead, self.nonce = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")

    def chunks(self):
        at, k = 56, 0
        while at < self.length:
            size = min(CHUNK + TAG, self.length - at)
            nonce = (self.nonce ^ k).to_bytes(12, "big")
            try:
                yield self.aead.decrypt(nonce, self.read(at, size), None)
            except InvalidTag:
                raise Refused(f"{self.what} is damaged (chunk {k})") from None
            at, k = at + size, k + 1


def unseal(key, context, message, what):
    opener = Opener(key, context, lambda at, size: message[at : at + size], len(message), what)
    return b"".join(opener.chunks())


BODY, TABLE, INDEX, SECTION, PAGE, PAGE_KEY, GRANT, JOURNAL, IDENTITY_FILE = range(1, 10)
DIRECTORY_ID, JOURNAL_ID = b"directory".ljust(16, b"\0"), b"journal".ljust(16, b"\0")


def context(kind, vault, bundle=ZERO16, section=ZERO16, subject=ZERO16, number=0):
    return b"STRONGRM" + struct.pack(">HHI", 1, kind, 0) + vault + bundle + section + subject + struct.pack(">I", number)


# ---------------------------------------------------------------------------------------------------- 1.5 canonical JSON

KEY = re.compile(r"[a-z][a-z0-9_]*")
TEXT = re.compile(r'[ !#-\[\]-~]*')


def canonical(value, depth=16):
    if isinstance(value, dict) and depth:
        if not all(KEY.fullmatch(k) for k in value):
            raise Refused("a key isn't canonical")
        return "{" + ",".join(f'"{k}":{canonical(v, depth - 1)}' for k, v in sorted(value.items())) + "}"
    if isinstance(value, list) and depth:
        return "[" + ",".join(canonical(v, depth - 1) for v in value) + "]"
    if isinstance(value, str) and TEXT.fullmatch(value):
        return f'"{value}"'
    if type(value) is int and 0 <= value < 2**53:
        return str(value)
    raise Refused("a value isn't canonical")


def decode_json(data, what):
    try:
        value = json.loads(data.decode("ascii"))
        if canonical(value).encode() == data:
            return value
    except (ValueError, RecursionError, Refused):
        pass
    raise Refused(f"{what} isn't canonical JSON")


# What a member may hold. Each check takes a value and says whether it is one of its kind.


def number(low=0, high=2**53 - 1):
    return lambda v: type(v) is int and low <= v <= high


def hexed(*sizes):
    """Lower-case hex of so many bytes; of any number without sizes."""
    sizes = {2 * s for s in sizes}
    return lambda v: isinstance(v, str) and (len(v) in sizes if sizes else len(v) % 2 == 0) and HEX.fullmatch(v)


HEX = re.compile(r"[0-9a-f]*")


def word(*words):
    return lambda v: isinstance(v, str) and v in words


def listed(item, least=0, most=2**20):
    return lambda v: isinstance(v, list) and least <= len(v) <= most and all(item(i) for i in v)


def shaped(_optional=None, **members):
    optional = _optional or {}

    def check(v):
        return (isinstance(v, dict) and members.keys() <= v.keys() <= members.keys() | optional.keys()
                and all((members.get(k) or optional[k])(x) for k, x in v.items()))

    return check


def ascending(values):
    return all(a < b for a, b in zip(values, values[1:]))


# ---------------------------------------------------------------------------------------------------- 1.3 identities

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
SCRYPT = shaped(n=number(2**15, 2**18), p=number(1, 4), r=number(8, 8), salt=hexed(32))


def identity_id(xwing, ed25519):
    return sha256(b"strongroom/v1 identity\0", xwing, ed25519)[:16]


# Points of Curve25519 as public keys: written the one way, and not of small order, which anybody could "hold".
PRIME = 2**255 - 19
EDWARDS_D = -121665 * pow(121666, -1, PRIME) % PRIME
SMALL_U = {0, 1, PRIME - 1, 0xB8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
           0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F}
SMALL_Y = {0} | {(u - 1) * pow(u + 1, -1, PRIME) % PRIME for u in SMALL_U if u != PRIME - 1}


def is_ed25519_point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * (EDWARDS_D * y * y + 1) % PRIME
    return y < PRIME and y not in SMALL_Y and pow(square, (PRIME - 1) // 2, PRIME) == 1


def is_x25519_point(data):
    u = int.from_bytes(data, "little")
    return u < PRIME and u not in SMALL_U


def is_signature(ed25519, signature, message):
    """RFC 8032, 5.1.7 without the cofactor, R compared as bytes: what OpenSSL does."""
    try:
        Ed25519PublicKey.from_public_bytes(ed25519).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class XWing:
    """draft-connolly-cfrg-xwing-kem-06: SHAKE-256 makes the seeds of ML-KEM-768 and X25519 from one seed of 32 bytes."""

    def __init__(self, seed):
        self.seed = seed
        seeds = hashlib.shake_256(seed).digest(96)
        mlkem, x25519 = MLKEM768PrivateKey.from_seed_bytes(seeds[:64]), X25519PrivateKey.from_private_bytes(seeds[64:])
        self.private = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def open(self, message, info, what):
        if len(message) < 1120 + TAG:
            raise Refused(f"{what} is too short")
        try:
            return SUITE.decrypt(message, self.private, info)
        except Exception:  # the package's own error types for this have changed from version to version
            raise Refused(f"{what} doesn't open with this identity") from None


class Identity:
    def __init__(self, seed):
        self.xwing = XWing(expand(seed, b"strongroom/v1 x-wing", 32))
        signer = Ed25519PrivateKey.from_private_bytes(expand(seed, b"strongroom/v1 ed25519", 32))
        self.ed25519 = signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = identity_id(self.xwing.public, self.ed25519)


CLOSED = shaped(format=word("strongroom closed identity"), identity=hexed(16), scrypt=SCRYPT, sealed=hexed(104),
                version=number(1, 1))


def identity_from_file(path, passphrase):
    """`passphrase` gives the bytes of one where the file turns out to be closed."""
    data = read_small(path, 16 * KIB)
    what = f"identity file {path}"
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.endswith(b"\n"):
        data = data[:-1].removesuffix(b"\r")
    value = decode_json(data, what)
    if CLOSED(value):
        key = stretched(prepared_passphrase(passphrase()), value["scrypt"])
        where = context(IDENTITY_FILE, ZERO16, subject=bytes.fromhex(value["identity"]))
        identity = Identity(unseal(key, where, bytes.fromhex(value["sealed"]), what))
        if identity.id.hex() != value["identity"]:
            raise Refused(f"{what} holds another's secret than it says")
        return identity
    if not shaped(format=word("strongroom identity"), seed=hexed(32), version=number(1, 1))(value):
        raise Refused(f"{what} isn't an identity of version 1")
    return Identity(bytes.fromhex(value["seed"]))


def prepared_passphrase(data):
    """What is taken of a passphrase: its first line in NFC, with every space of Unicode as an ordinary one."""
    line = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].removesuffix(b"\r")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Refused("the passphrase isn't UTF-8") from None
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    return unicodedata.normalize("NFC", spaced).encode()


def stretched(passphrase, scrypt):
    return hashlib.scrypt(passphrase, salt=bytes.fromhex(scrypt["salt"]), n=scrypt["n"], r=scrypt["r"], p=scrypt["p"],
                          dklen=32, maxmem=512 * MIB)


def identity_from_passphrase(data, grants):
    """The one of the grants that were made for a passphrase which this one opens."""
    passphrase = prepared_passphrase(data)
    for grant in grants:
        if s := grant.get("scrypt"):
            identity = Identity(stretched(passphrase, s))
            if identity.id.hex() == grant["identity"]:
                return identity
    raise Refused("no grant of this keyring was made for this passphrase")


def read_small(path, limit):
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    if len(data) > limit:
        raise Refused(f"{path} is larger than {limit} bytes")
    return data


# ---------------------------------------------------------------------------------------------------- 1.3 shares (SLIP-39)

WORDS = """
academic acid acne acquire acrobat activity actress adapt adequate adjust admit adorn adult advance advocate afraid
again agency agree aide aircraft airline airport ajar alarm album alcohol alien alive alpha already alto aluminum
always amazing ambition amount amuse analysis anatomy ancestor ancient angel angry animal answer antenna anxiety apart
aquatic arcade arena argue armed artist artwork aspect auction august aunt average aviation avoid award away axis axle
beam beard beaver become bedroom behavior being believe belong benefit best beyond bike biology birthday bishop black
blanket blessing blimp blind blue body bolt boring born both boundary bracelet branch brave breathe briefing broken
brother browser bucket budget building bulb bulge bumpy bundle burden burning busy buyer cage calcium camera campus
canyon capacity capital capture carbon cards careful cargo carpet carve category cause ceiling center ceramic champion
change charity check chemical chest chew chubby cinema civil class clay cleanup client climate clinic clock clogs
closet clothes club cluster coal coastal coding column company corner costume counter course cover cowboy cradle craft
crazy credit cricket criminal crisis critical crowd crucial crunch crush crystal cubic cultural curious curly custody
cylinder daisy damage dance darkness database daughter deadline deal debris debut decent decision declare decorate
decrease deliver demand density deny depart depend depict deploy describe desert desire desktop destroy detailed
detect device devote diagnose dictate diet dilemma diminish dining diploma disaster discuss disease dish dismiss
display distance dive divorce document domain domestic dominant dough downtown dragon dramatic dream dress drift drink
drove drug dryer duckling duke duration dwarf dynamic early earth easel easy echo eclipse ecology edge editor educate
either elbow elder election elegant element elephant elevator elite else email emerald emission emperor emphasis
employer empty ending endless endorse enemy energy enforce engage enjoy enlarge entrance envelope envy epidemic
episode equation equip eraser erode escape estate estimate evaluate evening evidence evil evoke exact example exceed
exchange exclude excuse execute exercise exhaust exotic expand expect explain express extend extra eyebrow facility
fact failure faint fake false family famous fancy fangs fantasy fatal fatigue favorite fawn fiber fiction filter
finance findings finger firefly firm fiscal fishing fitness flame flash flavor flea flexible flip float floral fluff
focus forbid force forecast forget formal fortune forward founder fraction fragment frequent freshman friar fridge
friendly frost froth frozen fumes funding furl fused galaxy game garbage garden garlic gasoline gather general genius
genre genuine geology gesture glad glance glasses glen glimpse goat golden graduate grant grasp gravity gray greatest
grief grill grin grocery gross group grownup grumpy guard guest guilt guitar gums hairy hamster hand hanger harvest
have havoc hawk hazard headset health hearing heat helpful herald herd hesitate hobo holiday holy home hormone
hospital hour huge human humidity hunting husband hush husky hybrid idea identify idle image impact imply improve
impulse include income increase index indicate industry infant inform inherit injury inmate insect inside install
intend intimate invasion involve iris island isolate item ivory jacket jerky jewelry join judicial juice jump junction
junior junk jury justice kernel keyboard kidney kind kitchen knife knit laden ladle ladybug lair lamp language large
laser laundry lawsuit leader leaf learn leaves lecture legal legend legs lend length level liberty library license
lift likely lilac lily lips liquid listen literary living lizard loan lobe location losing loud loyalty luck lunar
lunch lungs luxury lying lyrics machine magazine maiden mailman main makeup making mama manager mandate mansion manual
marathon march market marvel mason material math maximum mayor meaning medal medical member memory mental merchant
merit method metric midst mild military mineral minister miracle mixed mixture mobile modern modify moisture moment
morning mortgage mother mountain mouse move much mule multiple muscle museum music mustang nail national necklace
negative nervous network news nuclear numb numerous nylon oasis obesity object observe obtain ocean often olympic omit
oral orange orbit order ordinary organize ounce oven overall owner paces pacific package paid painting pajamas pancake
pants papa paper parcel parking party patent patrol payment payroll peaceful peanut peasant pecan penalty pencil
percent perfect permit petition phantom pharmacy photo phrase physics pickup picture piece pile pink pipeline pistol
pitch plains plan plastic platform playoff pleasure plot plunge practice prayer preach predator pregnant premium
prepare presence prevent priest primary priority prisoner privacy prize problem process profile program promise
prospect provide prune public pulse pumps punish puny pupal purchase purple python quantity quarter quick quiet race
racism radar railroad rainbow raisin random ranked rapids raspy reaction realize rebound rebuild recall receiver
recover regret regular reject relate remember remind remove render repair repeat replace require rescue research
resident response result retailer retreat reunion revenue review reward rhyme rhythm rich rival river robin rocky
romantic romp roster round royal ruin ruler rumor sack safari salary salon salt satisfy satoshi saver says scandal
scared scatter scene scholar science scout scramble screw script scroll seafood season secret security segment senior
shadow shaft shame shaped sharp shelter sheriff short should shrimp sidewalk silent silver similar simple single
sister skin skunk slap slavery sled slice slim slow slush smart smear smell smirk smith smoking smug snake snapshot
sniff society software soldier solution soul source space spark speak species spelling spend spew spider spill spine
spirit spit spray sprinkle square squeeze stadium staff standard starting station stay steady step stick stilt story
strategy strike style subject submit sugar suitable sunlight superior surface surprise survive sweater swimming swing
switch symbolic sympathy syndrome system tackle tactics tadpole talent task taste taught taxi teacher teammate
teaspoon temple tenant tendency tension terminal testify texture thank that theater theory therapy thorn threaten
thumb thunder ticket tidy timber timely ting tofu together tolerate total toxic tracks traffic training transfer trash
traveler treat trend trial tricycle trip triumph trouble true trust twice twin type typical ugly ultimate umbrella
uncover undergo unfair unfold unhappy union universe unkind unknown unusual unwrap upgrade upstairs username usher
usual valid valuable vampire vanish various vegan velvet venture verdict verify very veteran vexed victim video view
vintage violence viral visitor visual vitamins vocal voice volume voter voting walnut warmth warn watch wavy wealthy
weapon webcam welcome welfare western width wildlife window wine wireless wisdom withdraw wits wolf woman work worthy
wrap wrist writing wrote year yelp yield yoga zero
""".split()
RS1024 = (0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009, 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120)


def rs1024(numbers):
    rest = 1
    for n in numbers:
        top, rest = rest >> 20, (rest & 0xFFFFF) << 10 ^ n
        for i, generator in enumerate(RS1024):
            rest ^= generator if top >> i & 1 else 0
    return rest


def gf_product(a, b):
    """In GF(256) by x^8 + x^4 + x^3 + x + 1."""
    out = 0
    while b:
        out ^= a if b & 1 else 0
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return out


def gf_power(a, n):
    out = 1
    for _ in range(n):
        out = gf_product(out, a)
    return out


def interpolate(points, x):
    """What the polynomials through points {place: bytes} are at x."""
    out = bytes(len(next(iter(points.values()))))
    for xi, value in points.items():
        weight = 1
        for xj in points:
            if xj != xi:
                weight = gf_product(weight, gf_product(x ^ xj, gf_power(xi ^ xj, 254)))
        out = bytes(a ^ gf_product(weight, b) for a, b in zip(out, value, strict=True))
    return out


def joined(points, threshold):
    """The secret that points of one threshold give; those beyond it are compared with the others."""
    used = dict(list(points.items())[:threshold])
    secret = interpolate(used, 255) if threshold > 1 else next(iter(used.values()))
    whole = all(interpolate(used, x) == value for x, value in points.items())
    if threshold > 1:
        check = interpolate(used, 254)
        whole = whole and hmac.compare_digest(hmac.digest(check[4:], secret, "sha256")[:4], check[:4])
    if not whole:
        raise Refused("these shares don't belong together")
    return secret


def read_share(words, what):
    """Of one share: what all of its set have in common, then group, member and threshold, and its value."""
    wrong = [str(i + 1) for i, w in enumerate(words) if w.lower() not in WORDS]
    if wrong:
        raise Refused(f"{what}: not in the list of words: {', '.join(wrong)}")
    numbers = [WORDS.index(w.lower()) for w in words]
    padding = 10 * (len(numbers) - 7) % 16
    if not 20 <= len(numbers) <= 59 or padding > 8:
        raise Refused(f"{what}: no share has {len(numbers)} words")
    head = 0
    for n in numbers[:4]:
        head = head << 10 | n
    extendable, exponent = head >> 24 & 1, head >> 20 & 15
    if rs1024(list(b"shamir_extendable" if extendable else b"shamir") + numbers) != 1:
        raise Refused(f"{what}: the words don't fit together")
    group, group_threshold, groups, member, threshold = head >> 16 & 15, head >> 12 & 15, head >> 8 & 15, head >> 4 & 15, head & 15
    value = 0
    for n in numbers[4:-3]:
        value = value << 10 | n
    size = (10 * (len(numbers) - 7) - padding) // 8
    if group_threshold > groups or value >> 8 * size:
        raise Refused(f"{what} says something that no share says")
    common = (head >> 25, extendable, exponent, group_threshold + 1, groups + 1, size)
    return common, group, member, threshold + 1, value.to_bytes(size, "big")


def shares_in(text, what):
    """Words behind `1.`, `2.` and so on, as a sheet has them; else a share a line."""
    def parted(line):
        return [w for w in re.split("[\\0- ]+", line) if w]

    words, sheets = parted(text), []
    for before, after in zip(words, words[1:]):
        if m := re.fullmatch(r"([0-9]{1,2})\.", before):
            if int(m[1]) == 1:
                sheets.append([])
            if sheets and int(m[1]) == len(sheets[-1]) + 1:
                sheets[-1].append(after)
    lines = sheets or [parted(line) for line in re.split("[\r\n]", text) if parted(line)]
    return [read_share(line, what) for line in lines]


def secret_of_shares(shares, passphrase=b""):
    if len({common for common, *_ in shares}) != 1:
        raise Refused("these shares are of several sets" if shares else "no share was given")
    identifier, extendable, exponent, group_threshold, _, size = shares[0][0]
    groups = {}
    for _, group, member, threshold, value in shares:
        known, points = groups.setdefault(group, (threshold, {}))
        if known != threshold or member in points:
            raise Refused("these shares are of several sets, or one of them was given twice")
        points[member] = value
    whole = {group: points for group, points in sorted(groups.items()) if len(points[1]) >= points[0]}
    if len(whole) < group_threshold:
        raise Refused("these shares are too few")
    secret = joined({group: joined(points, threshold) for group, (threshold, points) in whole.items()}, group_threshold)
    left, right = secret[: size // 2], secret[size // 2 :]
    salt = b"" if extendable else b"shamir" + identifier.to_bytes(2, "big")
    for i in (3, 2, 1, 0):
        mask = hashlib.pbkdf2_hmac("sha256", bytes([i]) + passphrase, salt + right, 2500 << exponent, size // 2)
        left, right = right, bytes(a ^ b for a, b in zip(left, mask, strict=True))
    return right + left


def identity_from_shares(paths):
    shares = []
    for path in paths:
        try:
            shares += shares_in(read_small(path, 64 * KIB).decode(), path)
        except UnicodeDecodeError:
            raise Refused(f"{path} isn't UTF-8") from None
    if shares and (shares[0][0][5] != 32 or shares[0][0][2] > 8):
        raise Refused("these shares are of something else than an identity")
    return Identity(secret_of_shares(shares))


# ---------------------------------------------------------------------------------------------------- 5 places


class File:
    """A regular file of a place, open for reading at an offset. Links are not followed."""

    def __init__(self, path, what):
        self.what = what
        self.fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        info = os.fstat(self.fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(self.fd)
            raise OSError(errno.EINVAL, "not a regular file")
        self.size = info.st_size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def read(self, at, size):
        parts = []
        while size:
            try:
                data = os.pread(self.fd, min(size, MIB), at)
            except OSError as error:
                raise Refused(f"{self.what}: {error.strerror}") from None
            if not data:
                raise Refused(f"{self.what} ends too early")
            parts.append(data)
            at, size = at + len(data), size - len(data)
        return b"".join(parts)


class Place:
    """A folder that holds a vault or a copy of one."""

    def __init__(self, root, findings):
        self.root, self.findings = root, findings
        self.told = set()
        self.id = self.marked = None
        try:
            self.read_marker()
        except Refused as error:
            findings.add("STRONGROOM", error)

    def read_marker(self):
        if not os.path.isdir(os.path.join(self.root, "ledger")) and not os.path.isdir(
            os.path.join(self.root, "second", "ledger")
        ):
            raise SystemExit(fail(f"{self.root} holds no vault"))
        state, data = self.get("STRONGROOM", 4 * KIB)
        if data is None:
            raise Refused(f"the marker is {state}")
        marker = decode_json(data[:-1], "the marker")
        shape = shaped(format=word("strongroom place"), place=hexed(16), vault=hexed(16), version=number(1, 1))
        if data[-1:] != b"\n" or not shape(marker):
            raise Refused("the marker isn't one of version 1")
        self.id, self.marked = marker["place"], marker["vault"]

    def get(self, name, limit):
        """("ok", bytes), or what is wrong and None."""
        try:
            with File(os.path.join(self.root, name), name) as file:
                if file.size > limit:
                    return f"larger than {limit} bytes", None
                return "ok", file.read(0, file.size)
        except FileNotFoundError:
            return "missing", None
        except OSError as error:
            return f"unreadable ({error.strerror})", None
        except Refused as error:
            return str(error), None

    def either(self, name, limit, check):
        """What `check` makes of the first copy that verifies; None where both are absent. Every other damage is told."""
        found, wrong, used = [], [], None
        for copy in (name, f"second/{name}"):
            state, data = self.get(copy, limit)
            if data is not None:
                try:
                    found.append((copy, data, check(data)))
                    continue
                except Refused as error:
                    state = str(error)
            wrong.append((copy, state))
        if not found:
            if all(state == "missing" for _, state in wrong):
                return None
            raise Refused("; ".join(f"{copy}: {state}" for copy, state in wrong))
        for copy, state in wrong:
            self.tell(copy, state)
        if len(found) == 2 and found[0][1] != found[1][1]:
            self.tell(found[1][0], "differs from the first copy")
        return found[0][2]

    def tell(self, what, why):
        if (what, why) not in self.told:
            self.told.add((what, why))
            self.findings.add(what, why)

    def keyring_file(self, digest, limit):
        def check(data):
            if hashlib.sha256(data).hexdigest() != digest:
                raise Refused("damaged: its digest differs")
            return data

        data = self.either(f"keyring/{digest}", limit, check)
        if data is None:
            raise Refused(f"keyring/{digest}: missing")
        return data

    def names(self, folder):
        """Of every file below a folder, its name from the place's root."""
        def unreadable(error):
            self.findings.add(os.path.relpath(error.filename, self.root), error.strerror)

        for base, _, files in os.walk(os.path.join(self.root, folder), onerror=unreadable):
            for name in sorted(files):
                yield os.path.relpath(os.path.join(base, name), self.root)


# ---------------------------------------------------------------------------------------------------- 4.4 events

ROLES = ("archivist", "auditor", "clerk", "custodian", "operator")
REASONS = ("destroyed", "dropped", "founded", "granted", "merged", "retired", "revoked", "rotated")
LEVELS = ("list", "hash", "open", "restore", "drill")
# Kinds of `attested`, and who may enter each.
ATTESTED = {"accession": ("archivist", "custodian"), "compliance": ("auditor", "custodian"), "erasure": ("custodian",),
            "receipt": ("custodian",), "transfer": ("custodian",)}
KIND = word("file", "passphrase", "shares")


def is_xwing(v):
    """X-Wing's public key: of ML-KEM-768's part every coefficient is below q (FIPS 203, 7.2), and a point for X25519."""
    if not hexed(1216)(v) or not is_x25519_point(bytes.fromhex(v)[1184:]):
        return False
    packed = bytes.fromhex(v)[:1152]
    threes = (int.from_bytes(packed[at : at + 3], "little") for at in range(0, 1152, 3))
    return all((n & 0xFFF) < 3329 and (n >> 12) < 3329 for n in threes)


def is_ed25519(v):
    return hexed(32)(v) and is_ed25519_point(bytes.fromhex(v))


ID, DIGEST, GENERATION = hexed(16), hexed(32), number(1, 2**32 - 1)
PUBLIC_KEYS = {"ed25519": is_ed25519, "kind": KIND, "xwing": is_xwing}


def is_policy(v):
    reserved = (ZERO16.hex(), DIRECTORY_ID.hex(), JOURNAL_ID.hex())
    return POLICY(v) and ascending([c["id"] for c in v["classes"]]) and ascending(v["eyes"]) and not any(
        c["id"] in reserved for c in v["classes"])


POLICY = shaped(
    access=number(0, 1), ahead=number(1, 1440), classes=listed(shaped(id=ID, keep=number(0, 1), years=number(0, 1000)), 1, 200),
    cryptoperiod=number(1, 36500), destinations=number(0, 64), drill=number(0, 3650),
    eyes=listed(word("drop", "recovered")), holdback=number(0, 720), limit=number(1, 100), rehearse=number(0, 3650),
    snapshot=number(0, 8760), verify=number(0, 3650))


def is_refused(v):
    """Whose pages a generation leaves out: of each identity a bit for each page of theirs that waits."""
    return (listed(shaped(by=ID, count=number(1, WAITING_ROWS), pages=hexed()))(v)
            and ascending([one["by"] for one in v])
            and all(len(one["pages"]) <= WAITING_PAGES // 4 and one["pages"][-2:] not in ("", "00") for one in v))


WAITING_PAGES, WAITING_ROWS = 4096, 1_000_000


def is_ranges(v):
    pairs = listed(listed(number(), 2, 2))(v)
    return pairs and all(a <= b for a, b in v) and all(a[1] + 1 < b[0] for a, b in zip(v, v[1:]))


NUMBERS = lambda v: listed(number())(v) and ascending(v)  # noqa: E731
NAMED_BOX = shaped(hash=DIGEST, index=DIGEST, offset=number(32), size=number(32, 16 * GIB), year=number(1, 9999))
EVENTS = {
    "founded": ({"custodians": listed(shaped(**PUBLIC_KEYS), 1), "home": ID, "nonce": hexed(32), "policy": is_policy,
                 "version": number(1, 1)}, ()),
    "granted": (PUBLIC_KEYS | {"roles": lambda v: listed(word(*ROLES), 1)(v) and ascending(v)}, ("custodian",)),
    "revoked": ({"identity": ID}, ("custodian",)),
    "requested": ({"act": lambda v: v in EVENTS, "drops": number(), "expires": number(), "particulars": DIGEST},
                  ("custodian",)),
    # A hold may be ended by an auditor, too, and a finding by whoever made it (keeps_role).
    "ended": ({"entry": number()}, ("custodian",)),
    "erased": ({"generation": GENERATION, "rows": number(1, 2**32 - 1)}, ("custodian",)),
    "held": ({}, ("custodian", "auditor")),
    "policy": ({"policy": is_policy}, ("custodian",)),
    "keyring": ({"file": DIGEST, "generation": GENERATION, "previous": hexed(0, 32), "reason": word(*REASONS),
                 "refused": is_refused,
                 "rows": shaped(added=number(), after=number(), before=number(), dropped=number(), merged=number()),
                 "size": number(1, 64 * MIB), "through": number()}, ("custodian",)),
    "keys": ({"generation": GENERATION,
              "pages": listed(shaped(count=number(1, 4096), hash=DIGEST, key=hexed(104), size=number(1, 2**32 - 1)), 1)},
             ("custodian", "archivist")),
    "sealed": ({"boxes": listed(NAMED_BOX, 1), "generation": GENERATION}, ("custodian", "archivist")),
    "moved": ({"boxes": listed(NAMED_BOX, 0, 50), "generation": GENERATION, "reason": word("disposed", "lost", "rewritten"),
               "replaced": listed(DIGEST, 1, 250), "year": number(1, 9999)}, ("custodian",)),
    "copying": ({"generation": GENERATION, "place": ID}, ("custodian", "operator")),
    "snapshot": ({"generation": GENERATION, "missing": listed(DIGEST), "place": ID, "size": number(),
                  "started": number()}, ("custodian", "operator")),
    "verified": ({"boxes": is_ranges, "damaged": listed(DIGEST), "generations": listed(number()),
                  "keyrings": NUMBERS, "level": word(*LEVELS), "missing": listed(DIGEST), "moves": NUMBERS, "place": ID,
                  "size": number(), "strays": number()},
                 ("custodian", "operator", "clerk", "auditor")),
    "drilled": ({"level": word("tabletop", "functional", "full"), "outcome": word("passed", "failed", "unfit"),
                 "plan": DIGEST, "report": DIGEST}, ("custodian", "operator", "clerk", "auditor")),
    "recovered": ({"home": ID, "root": DIGEST, "size": number(), "snapshot": number()}, ("custodian",)),
    "removed": ({"objects": listed(shaped(hash=DIGEST, kind=word("box", "keyring")))}, ("custodian",)),
    "clock": ({}, ("custodian",)),
    "accessed": ({"records": number()}, ROLES),
    "found": ({"about": number(), "due": number()}, ("custodian", "operator", "clerk", "auditor")),
    # By whom, its kind says (keeps_role).
    "attested": ({"about": number(), "kind": word(*ATTESTED), "report": DIGEST}, ()),
    "forgotten": ({"place": ID}, ("custodian",)),
}
SEALED = shaped(epoch=number(1, 1000), message=hexed())
OF_ALL = {"by": ID, "time": number()}


def check_entry(entry, what):
    if not isinstance(entry, dict) or not isinstance(entry.get("event"), str):
        raise Refused(f"{what} has no event")
    event = entry["event"]
    if event not in EVENTS:
        raise Refused(f"{what} is of the unknown event {event}: the ledger was written by a newer program")
    members = EVENTS[event][0] | OF_ALL | {"event": word(event)}
    optional = {"request": number()} | ({} if event == "founded" else {"sealed": SEALED})
    if event == "drilled" and entry.get("level") != "tabletop":
        optional |= {"destination": ID, "rpo": number(), "rto": number(), "snapshot": number()}
    if not shaped(optional, **members)(entry):
        raise Refused(f"{what} isn't a {event} entry as the format has it")
    if event in ("sealed", "moved") and any(b["offset"] > b["size"] for b in entry["boxes"]):
        raise Refused(f"{what} names a box whose index begins beyond its end")


def public_part(entry):
    return sha256(canonical({k: v for k, v in entry.items() if k != "sealed"}).encode())


# What a request for an entry says of it (4.7): these members, and the event.
PARTICULARS = {"granted": ("ed25519", "kind", "roles", "xwing"), "revoked": ("identity",), "policy": ("policy",),
               "recovered": ("home", "snapshot"), "erased": (), "ended": ("entry",)}


def particulars(entry):
    members = {name: entry[name] for name in ("event", *PARTICULARS[entry["event"]])}
    return sha256(canonical(members).encode()).hex()


def asks_to_revoke(request, identity):
    return request["act"] == "revoked" and request["particulars"] == particulars({"event": "revoked", "identity": identity})


# What the sealed parts hold on which something else depends (4.4).


def is_text(v):
    try:
        return hexed()(v) and bytes.fromhex(v).decode() is not None
    except UnicodeDecodeError:
        return False


def is_pairs(v):
    return hexed()(v) and v and len(v) % 48 == 0 and ascending([v[at : at + 48] for at in range(0, len(v), 48)])


IDS = lambda v: listed(ID)(v) and ascending(v)  # noqa: E731
HOLD = shaped(classes=IDS, name=is_text, reason=is_text, subjects=IDS)
WITHHELD = listed(shaped(**{"class": ID, "subjects": IDS, "until": number(), "why": word("hold", "law")}))


def is_withheld(v):
    return WITHHELD(v) and ascending([(one["class"], one["why"], one["until"]) for one in v])


ACCOUNT = shaped(keys=listed(shaped(**{"class": ID, "pairs": is_pairs})), reason=is_text, withheld=is_withheld)
ACCESS = shaped(classes=IDS, how=word("read", "export", "transfer"), purpose=is_text, subjects=IDS)
FINDING = shaped(owner=is_text, text=is_text, withheld=is_withheld)


def is_account(rows):
    """Of so many rows."""
    return lambda v: (
        ACCOUNT(v) and ascending([one["class"] for one in v["keys"]])
        and sum(len(one["pairs"]) // 48 for one in v["keys"]) <= rows)


# ---------------------------------------------------------------------------------------------------- 4 ledger

COMMIT_LIMIT = 8 * MIB + 4 * KIB


class Tree:
    """The RFC 6962 tree: of each complete subtree its hash, the largest first."""

    def __init__(self, size=0, peaks=()):
        self.size, self.peaks = size, list(peaks)

    def add(self, line):
        node, n = sha256(b"\0", line), self.size
        while n & 1:
            node, n = sha256(b"\1", self.peaks.pop(), node), n >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1", peak, node)
        return node


class Commit:
    """One object of the ledger, checked against the ledger before it."""

    def __init__(self, data, tree, vault, active):
        body, blank, note = data.partition(b"\n\n")
        lines = body.split(b"\n")
        if not blank or not 1 <= len(lines) <= 256 or any(len(line) > 32 * KIB for line in lines):
            raise Refused("isn't a commit")
        first = tree.size
        self.first, self.digest = first, sha256(data)
        self.entries = [decode_json(line, f"entry {first + i}") for i, line in enumerate(lines)]
        for i, entry in enumerate(self.entries):
            check_entry(entry, f"entry {first + i}")
            if (entry["event"] == "founded") != (first + i == 0):
                raise Refused(f"entry {first + i}: founded is entry 0 and no other")
            if entry["by"] != self.entries[0]["by"]:
                raise Refused("its entries are by different identities")
        self.vault = vault or sha256(lines[0])[:16].hex()
        self.tree = Tree(first, tree.peaks)
        for line in lines:
            self.tree.add(line)
        self.check_signature(note, self.signer(active))

    def signer(self, active):
        by = self.entries[0]["by"]
        if self.first == 0:
            founders = self.entries[0]["custodians"]
            ids = [identity_of(c) for c in founders]
            if len(set(ids)) != len(ids) or ids[0] != by:
                raise Refused("its founders aren't as the format has it")
            return bytes.fromhex(founders[0]["ed25519"])
        if by not in active:
            raise Refused(f"is by {by}, who isn't active")
        return active[by].ed25519

    def check_signature(self, note, ed25519):
        origin = f"strongroom/{self.vault}"
        text = f"{origin}\n{self.tree.size}\n{base64.b64encode(self.tree.root()).decode()}\n".encode()
        head = text + f"\n— {origin} ".encode()
        signature = base64_of(note[len(head) : -1], 68)
        if not note.startswith(head) or note[-1:] != b"\n" or signature is None:
            raise Refused("its checkpoint isn't that of its entries")
        if signature[:4] != sha256(origin.encode(), b"\n\1", ed25519)[:4]:
            raise Refused("is signed with another key")
        if not is_signature(ed25519, signature[4:], text):
            raise Refused("its signature is wrong")


def base64_of(text, size=None):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if size in (None, len(data)) and base64.b64encode(data) == text else None


def path_root(leaf, index, size, path):
    """The root to which an audit path leads (RFC 9162, 2.1.3.2); nothing where it has another length than it must."""
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = sha256(b"\1", sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\1", node, sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def identity_of(keys):
    return identity_id(bytes.fromhex(keys["xwing"]), bytes.fromhex(keys["ed25519"])).hex()


class Member:
    def __init__(self, keys, roles):
        self.ed25519, self.kind, self.roles = bytes.fromhex(keys["ed25519"]), keys["kind"], frozenset(roles)


class Box:
    def __init__(self, named, ordinal, entry):
        self.hash, self.index, self.offset = named["hash"], named["index"], named["offset"]
        self.size, self.year, self.ordinal, self.entry = named["size"], named["year"], ordinal, entry
        self.move = None  # the `moved` that names it; None of one that a `sealed` entry names
        self.moves = []  # every `moved` that counts and replaced it, those that were ended included
        self.name = f"boxes/{self.hash[:2]}/{self.hash}"

    def live(self, size):
        """Whether it is live at a size (4.5)."""
        return (self.entry < size and (self.move is None or self.move.stands(size))
                and not any(move.entry < size and move.stands(size) for move in self.moves))

    def goes_behind(self, through):
        """Whether boxes of higher ordinals, too, go before it (3.1), by what entries below `through` say."""
        return self.move is not None and not self.move.was_compared(through)

    def replaced(self):
        """The `moved` that replaced it, as the ledger has it so far; None where none did."""
        return next((move for move in self.moves if move.ended is None), None)


class Account:
    """A hold, a finding, or an account of what was erased: whose, by which entry it was ended, and of the last which
    generation's file holds what was erased yet."""

    def __init__(self, entry, superseded=None):
        self.by, self.superseded, self.ended = entry["by"], superseded, None
        self.about, self.due = entry.get("about"), entry.get("due")
        self.by_custodian = False

    def stands(self, through):
        return self.ended is None or self.ended >= through


class Move(Account):
    """A `moved` that counts: its boxes, and those in whose place they stand."""

    def __init__(self, entry, index, since, alone):
        super().__init__(entry)
        self.entry, self.boxes, self.replaced = index, [], []
        self.leaving = entry["reason"] != "rewritten"
        self.since = since  # the settled time from which its hold-back runs
        self.alone = alone  # nobody else was there to compare it, so it is compared from the start
        # The entry by which another custodian compared it, its own where there was no other; None while nobody has. And the
        # newest one by which it was looked at (5.2), and its settled time.
        self.compared = self.looked = self.looked_since = None
        if alone:
            self.look(index, since)

    def look(self, index, settled):
        if self.compared is None:
            self.compared = index
        self.looked, self.looked_since = index, settled

    def begin_anew(self, time):
        """The time is stated anew: what began later begins then."""
        self.since = min(self.since, time)
        if self.looked is not None:
            self.looked_since = min(self.looked_since, time)

    def is_held_back(self, hours, now):
        """Whether the hold-back of what it replaced runs; it was compared."""
        begun = max(self.since, self.looked_since) if self.leaving else self.since
        return now - begun < 3600 * max(hours, 24 if self.leaving else 1)

    def left_over(self, gone):
        """Whether one of the boxes that it replaced wasn't removed."""
        return any(("box", box.hash) not in gone for box in self.replaced)

    def may_come_back(self, gone):
        """Whether it leaves something out that is there yet, so that nothing else is put in its place."""
        return self.leaving and self.ended is None and self.left_over(gone)

    def was_compared(self, through):
        return self.compared is not None and self.compared < through

    def can_end(self, gone):
        return (self.ended is None and not any(("box", box.hash) in gone for box in self.replaced)
                and all(box.replaced() is None for box in self.boxes))


LONGEST_REQUEST, MOST_OPEN, MOST_FOUND = 30 * 86400, 100, 1000


class Ledger:
    """The ledger, folded: every entry that counts has its effect, every other one is reported."""

    def __init__(self, place):
        self.place, self.findings = place, place.findings
        self.tree, self.vault = Tree(), None
        self.commits = {}
        self.active, self.policy, self.homes = {}, None, []
        self.generations, self.keys, self.pending = [], [], {}
        self.active_at = {}  # file of a generation -> who was active when it was entered
        self.boxes, self.by_hash, self.gone = [], {}, {}
        self.ever_copied, self.snapshots = set(), []
        self.copying = set()  # places that a `copying` which counts names
        self.open = {}  # number of a request that is open -> the entry
        self.erasing = []  # `erased` entries that keep the rules and wait for the keyring behind them
        self.erased, self.held, self.found = {}, {}, {}  # number of an entry that counts -> the Account that can be ended
        self.moved = {}  # the same of each `moved`
        self.verified = set()  # (number, place) of each `verified` that counts
        self.last_moved = -1  # the newest entry that moved boxes, or took that back
        self.last_policy = -1
        self.last_put_back = -1  # the newest entry that stated an earlier time anew than was settled
        self.sealed = set()  # numbers of `sealed` entries that count
        self.settled = 0  # the settled time (5.2)
        self.stated = {}  # identity -> the newest time that it stated, taken down where the time was stated anew (4.4)
        self.open_found = defaultdict(int)  # identity -> how many of its findings aren't ended
        self.certificates = []  # (number, the `erased` that it is about, report)
        self.forgetting = []  # (number, place, whether it is forgotten from there on)
        self.forgotten = set()
        self.uncounted = []
        while self.read_next():
            pass
        if self.vault is None:
            raise Refused("the ledger has no readable beginning")

    def read_next(self):
        name = f"ledger/{self.tree.size:020d}"
        check = lambda data: Commit(data, self.tree, self.vault, self.active)  # noqa: E731
        try:
            commit = self.place.either(name, COMMIT_LIMIT, check)
        except Refused as error:
            self.findings.add(name, f"the ledger can't be read from here on: {error}")
            return False
        if commit is None:
            return False
        before = (self.tree.size, self.tree.root().hex())
        self.vault, self.tree = commit.vault, commit.tree
        self.commits[commit.first] = commit.digest
        for index, entry in enumerate(commit.entries, commit.first):
            self.judge(entry, index, before)
        self.without_keyring()
        return True

    def judge(self, e, index, before):
        """Takes the entry, or leaves it without effect; `erased` ones wait for the keyring behind them (rule 11)."""
        broken = self.broken_rule(e, index, before)
        if e["event"] == "erased" and not broken:
            self.erasing.append((index, e))
            return
        if e["event"] == "keyring" and not broken:
            for number_, erased in self.erasing:
                self.take(erased, number_)
            self.erasing = []
        self.without_keyring()
        if broken:
            self.uncounted.append((index, e["event"], broken))
        else:
            self.take(e, index)

    def without_keyring(self):
        """None stands behind the `erased` entries that wait."""
        self.uncounted += [(index, e["event"], "account") for index, e in self.erasing]
        self.erasing = []

    # 4.5: the first rule that an entry breaks

    def broken_rule(self, e, index, before):
        event = e["event"]
        if event == "founded":
            return None
        rules = [("reference", self.keeps_reference), ("role", self.keeps_role), ("generation", self.keeps_generation),
                 ("box", self.keeps_boxes), ("counts", self.keeps_counts), ("four eyes", self.has_four_eyes),
                 ("snapshot", self.keeps_snapshot), ("identity", self.keeps_identity)]
        for name, rule in rules:
            if not rule(e, index):
                return name
        if event == "recovered" and (e["size"], e["root"]) != before:
            return "place"
        if event == "forgotten" and not self.may_forget(e["place"]):
            return "place"
        if event == "removed" and any(self.needed(o, e, index) for o in e["objects"]):
            return "removed"
        if event == "policy" and not class_ids(self.policy) <= class_ids(e["policy"]):
            return "classes"
        if event == "keyring" and not self.keeps_account(e):
            return "account"
        return None

    def keeps_reference(self, e, index):
        if e["event"] in ("found", "attested") and e["about"] >= index:
            return False
        if e["event"] == "attested" and e["kind"] == "erasure":
            return e["about"] in self.erased and self.erased[e["about"]].ended is None
        if e["event"] != "ended":
            return True
        if e["entry"] in self.open:
            return not asks_to_revoke(self.open[e["entry"]], e["by"])
        if e["entry"] in self.erased:
            erased = self.erased[e["entry"]]
            return erased.ended is None and ("keyring", erased.superseded) not in self.gone
        if e["entry"] in self.moved:
            return self.moved[e["entry"]].can_end(self.gone)
        return any(e["entry"] in those and those[e["entry"]].ended is None for those in (self.held, self.found))

    def keeps_role(self, e, index):
        roles = set(EVENTS[e["event"]][1])
        if e["event"] == "verified" and (e["keyrings"] or e["moves"]):
            roles = {"custodian"}  # keyrings and boxes are compared by custodians alone
        if e["event"] == "attested":
            roles = set(ATTESTED[e["kind"]])
        if e["event"] == "ended" and e["entry"] in self.found:
            # What a custodian found may say what is still to be erased.
            found = self.found[e["entry"]]
            roles |= set(ROLES if found.by == e["by"] else [] if found.by_custodian else ["auditor"])
        if e["event"] == "ended" and e["entry"] in self.held and len(self.custodians()) >= 2:
            roles.add("auditor")
        return e["by"] in self.active and not roles.isdisjoint(self.active[e["by"]].roles)

    @property
    def generation(self):
        return self.generations[-1][1] if self.generations else {"generation": 0, "file": "", "through": 0,
                                                                 "rows": {"after": 0}}

    def keeps_generation(self, e, index):
        present = self.generation
        if e["event"] in ("keys", "sealed", "moved", "snapshot", "copying"):
            return e["generation"] == present["generation"]
        if e["event"] == "erased":
            return 2 <= e["generation"] == present["generation"] + 1
        if e["event"] == "verified":
            return all(2 <= n <= present["generation"] for n in e["keyrings"]) and self.may_compare(set(e["moves"]))
        if e["event"] != "keyring":
            return True
        newest = self.keys[-1][0] if self.keys else -1
        if e["reason"] == "dropped":
            newest = max(newest, next(reversed(self.held), -1))
        return (e["generation"] == present["generation"] + 1 and e["previous"] == present["file"]
                and present["through"] <= e["through"] <= index and newest < e["through"])

    def may_compare(self, numbers):
        """Whether these are moves, and with them those that brought what they replaced and that aren't compared."""
        moves = [self.moved.get(n) for n in numbers]
        return all(move and move.ended is None for move in moves) and all(
            box.move is None or box.move.compared is not None or box.move.entry in numbers
            for move in moves for box in move.replaced)

    def keeps_boxes(self, e, index):
        if e["event"] in ("sealed", "moved"):
            hashes = [b["hash"] for b in e["boxes"]]
            new = len(set(hashes)) == len(hashes) and not any(h in self.by_hash or ("box", h) in self.gone for h in hashes)
            return new and (e["event"] == "sealed" or self.may_replace(e, index))
        if e["event"] == "keys":
            return not any(("keyring", p["hash"]) in self.gone for p in e["pages"])
        return e["event"] != "keyring" or ("keyring", e["file"]) not in self.gone

    def may_replace(self, e, index):
        replaced = [self.by_hash.get(h) for h in e["replaced"]]
        if e["reason"] == "disposed" and e["year"] >= year_of(e["time"]):
            return False
        return (len(set(e["replaced"])) == len(replaced) and all(box and box.live(index) for box in replaced)
                and not any(box.move and box.move.may_come_back(self.gone) for box in replaced)
                and {box.year for box in replaced} | {box["year"] for box in e["boxes"]} == {e["year"]})

    def keeps_counts(self, e, index):
        if e["event"] == "keys":
            hashes = [p["hash"] for p in e["pages"]]
            waiting = [count for by, count in self.pending.values() if by == e["by"]] + [p["count"] for p in e["pages"]]
            return (len(set(hashes)) == len(hashes) and not any(h in self.pending for h in hashes)
                    and all(p["size"] == sealed_length(48 * p["count"]) for p in e["pages"])
                    and len(waiting) <= WAITING_PAGES and sum(waiting) <= WAITING_ROWS)
        if e["event"] == "requested":
            own = sum(r["by"] == e["by"] for r in self.open.values())
            return e["time"] <= e["expires"] <= e["time"] + LONGEST_REQUEST and own < MOST_OPEN
        if e["event"] == "held":
            return sum(hold.by == e["by"] and hold.ended is None for hold in self.held.values()) < MOST_OPEN
        if e["event"] == "found":
            return self.open_found[e["by"]] < MOST_FOUND
        if e["event"] != "keyring":
            return True
        rows, added = e["rows"], sum(count for _, count in self.pending.values())
        for refused in e["refused"]:
            waiting = [count for by, count in self.pending.values() if by == refused["by"]]
            bits = bin(int("1" + refused["pages"], 16))[3:].rstrip("0")
            if len(bits) > len(waiting) or sum(n for n, bit in zip(waiting, bits) if bit == "1") != refused["count"]:
                return False
            added -= refused["count"]
        return (rows["before"] == self.generation["rows"]["after"] and rows["added"] == added
                and rows["before"] + added - rows["dropped"] - rows["merged"] == rows["after"]
                and (e["reason"] == "dropped" or not rows["dropped"]))

    def custodians(self):
        return {i for i, m in self.active.items() if "custodian" in m.roles}

    def takes_request(self, e):
        """Whether the entry is one that needs two custodians where there are two (4.7)."""
        if e["event"] in ("granted", "revoked"):
            named = self.active.get(e["identity"] if e["event"] == "revoked" else identity_of(e))
            roles = {*(named.roles if named else ()), *e.get("roles", ())}
            return not roles.isdisjoint(("custodian", "auditor"))
        if e["event"] == "ended":
            if e["entry"] in self.moved:
                return self.moved[e["entry"]].compared is not None and not self.moved[e["entry"]].leaving
            return e["entry"] in self.held or e["entry"] in self.erased
        return (e["event"] == "policy" or e["event"] == "recovered" and "recovered" in self.policy["eyes"]
                or e["event"] == "erased" and "drop" in self.policy["eyes"])

    def has_four_eyes(self, e, index):
        if len(self.custodians()) < 2 or not self.takes_request(e):
            return True
        asked = self.open.get(e.get("request"))
        if not asked:
            return False
        if e["event"] == "erased":
            erasing = [other for _, other in self.erasing if other.get("request") == e["request"]] + [e]
            if sum(one["rows"] for one in erasing) > asked["drops"]:
                return False
        return (asked["by"] != e["by"] and asked["act"] == e["event"] and asked["particulars"] == particulars(e)
                and e["time"] <= asked["expires"])

    def keeps_snapshot(self, e, index):
        return e["event"] != "snapshot" or (
            self.last_moved < e["size"] <= index and e["place"] in self.copying and e["place"] not in self.forgotten)

    def may_forget(self, place):
        known = place in self.ever_copied or place in (home for _, home in self.homes)
        return known and place != self.homes[-1][1] and place not in self.forgotten

    def keeps_identity(self, e, index):
        if e["event"] == "granted":
            one = identity_of(e)
            return one not in self.active or self.active[one].kind == e["kind"] and (
                "custodian" in e["roles"] or self.custodians() != {one})
        if e["event"] == "revoked":
            return e["identity"] in self.active and self.custodians() != {e["identity"]}
        return True

    def keeps_account(self, e):
        """Whether the `erased` entries directly before a keyring account for what it drops."""
        if e["reason"] != "dropped":
            return not self.erasing
        return bool(self.erasing) and e["rows"]["dropped"] == sum(erased["rows"] for _, erased in self.erasing)

    def needed(self, o, e, index):
        if o["kind"] == "box":
            box = self.by_hash.get(o["hash"])
            return box is not None and (box.live(index) or self.box_needed(box, e))
        return o["hash"] == self.generation["file"] or o["hash"] in self.pending

    def box_needed(self, box, e):
        """Whether a box that isn't live and that an entry removes is needed yet, for the moves that brought and replaced it."""
        brought = box.move if box.move and box.move.ended is None else None
        replaced = box.replaced()
        if any(move and move.compared is None for move in (brought, replaced)):
            return True
        if brought and brought.may_come_back(self.gone):
            return True
        return replaced is not None and (replaced.is_held_back(self.policy["holdback"], self.time_of_removal(replaced, e))
                                         or replaced.leaving and self.changed_since(replaced.looked))

    def time_of_removal(self, move, e):
        """By which time the hold-back of what a move replaced is over for an entry that removes it. Of a leaving one another
        custodian states it; where there are some of whom none stated a time it is 0, by which no hold-back is over."""
        others = self.custodians() - {e["by"]}
        if move.leaving and others:
            return max(self.stated.get(other, 0) for other in others)
        return max(self.settled, e["time"])

    def changed_since(self, index):
        """Whether behind an entry something says anew how long records are kept, or what time it is."""
        return max(self.last_policy, self.last_put_back) > index or any(
            n > index and hold.ended is None for n, hold in self.held.items())

    # what an entry that counts does

    def take(self, e, index):
        by_custodian = e["by"] in self.active and "custodian" in self.active[e["by"]].roles
        if "request" in e and len(self.custodians()) >= 2 and self.takes_request(e):
            self.open.pop(e["request"], None)
        self.settle(e, index)
        if action := getattr(self, f"take_{e['event']}", None):
            action(e, index)
        if by_custodian:
            self.end_requests(lambda r: r["expires"] < e["time"] and not asks_to_revoke(r, e["by"]))

    def settle(self, e, index):
        """Takes an entry's time; where it states the time anew, hold-backs that began later begin then (5.2)."""
        if e["event"] in ("clock", "recovered") or e["event"] == "requested" and e["act"] == "recovered":
            if e["time"] < self.settled:
                self.last_put_back = index
            self.settled = e["time"]
            self.stated = {by: min(time, e["time"]) for by, time in self.stated.items()}
            for move in self.moved.values():
                move.begin_anew(e["time"])
        self.settled = max(self.settled, e["time"])
        self.stated[e["by"]] = max(self.stated.get(e["by"], 0), e["time"])

    def end_requests(self, condition):
        self.open = {number_: r for number_, r in self.open.items() if not condition(r)}

    def take_founded(self, e, index):
        self.active = {identity_of(c): Member(c, ["custodian"]) for c in e["custodians"]}
        self.policy = e["policy"]
        self.homes.append((index, e["home"]))

    def take_granted(self, e, index):
        self.active[identity_of(e)] = Member(e, e["roles"])
        self.end_requests(lambda r: r["by"] not in self.custodians())

    def take_revoked(self, e, index):
        del self.active[e["identity"]]
        self.end_requests(lambda r: r["by"] not in self.custodians() or r["act"] == "granted" or asks_to_revoke(r, e["identity"]))

    def take_requested(self, e, index):
        self.open[index] = e

    def take_ended(self, e, index):
        if self.open.pop(e["entry"], None):
            return
        ended = next(those[e["entry"]] for those in (self.held, self.found, self.erased, self.moved) if e["entry"] in those)
        ended.ended = index
        if e["entry"] in self.moved:
            self.last_moved = index
        if e["entry"] in self.found:
            self.open_found[ended.by] -= 1

    def take_erased(self, e, index):
        self.erased[index] = Account(e, self.generation["file"])

    def take_held(self, e, index):
        self.held[index] = Account(e)

    def take_found(self, e, index):
        self.found[index] = Account(e)
        self.found[index].by_custodian = e["by"] in self.custodians()
        self.open_found[e["by"]] += 1

    def take_attested(self, e, index):
        if e["kind"] == "erasure":
            self.certificates.append((index, e["about"], e["report"]))

    def take_forgotten(self, e, index):
        self.forget(index, e["place"], True)

    def forget(self, index, place, whether):
        if whether != (place in self.forgotten):
            self.forgetting.append((index, place, whether))
            (self.forgotten.add if whether else self.forgotten.remove)(place)

    def take_policy(self, e, index):
        self.policy, self.last_policy = e["policy"], index
        self.end_requests(lambda r: r["act"] == "policy")

    def take_keyring(self, e, index):
        self.generations.append((index, e))
        self.active_at[e["file"]] = set(self.active)
        self.pending = {}

    def take_keys(self, e, index):
        self.keys.append((index, e))
        self.pending |= {p["hash"]: (e["by"], p["count"]) for p in e["pages"]}

    def take_sealed(self, e, index):
        self.sealed.add(index)
        self.add_boxes(e, index)

    def add_boxes(self, e, index):
        added = [Box(named, len(self.boxes) + i, index) for i, named in enumerate(e["boxes"])]
        self.boxes += added
        self.by_hash |= {box.hash: box for box in added}
        return added

    def take_moved(self, e, index):
        move = self.moved[index] = Move(e, index, self.settled, alone=not self.custodians() - {e["by"]})
        move.boxes, move.replaced = self.add_boxes(e, index), [self.by_hash[h] for h in e["replaced"]]
        for box in move.boxes:
            box.move = move
        for box in move.replaced:
            box.moves.append(move)
        self.last_moved = index

    def take_verified(self, e, index):
        self.verified.add((index, e["place"]))
        for move in map(self.moved.get, e["moves"]):
            if move.alone or e["by"] != move.by:
                move.look(index, self.settled)

    def take_copying(self, e, index):
        self.copying.add(e["place"])
        self.ever_copied.add(e["place"])
        self.forget(index, e["place"], False)

    def take_snapshot(self, e, index):
        self.snapshots.append((index, e))

    def take_recovered(self, e, index):
        self.homes.append((index, e["home"]))
        self.forget(index, e["home"], False)
        self.end_requests(lambda r: not asks_to_revoke(r, e["by"]))

    def take_removed(self, e, index):
        for o in e["objects"]:
            self.gone[o["kind"], o["hash"]] = index


def class_ids(policy):
    return {c["id"] for c in policy["classes"]}


def year_of(time):
    """The year of a time, in UTC; of any, since years repeat after 400."""
    cycles, days = divmod(time // 86400, 146097)
    return date.fromordinal(719163 + days).year + 400 * cycles


class Standing:
    """Where a place stands: which entries, boxes and keys of its ledger it must hold (5)."""

    def __init__(self, place, ledger):
        self.through, self.size, self.missing = ledger.tree.size, ledger.tree.size, set()
        self.kind = "vault" if place.id == ledger.homes[-1][1] else "copy"
        own = [(index, e) for index, e in ledger.snapshots if e["place"] == place.id]
        if self.kind == "copy" and own:
            index, e = own[-1]
            self.kind, self.through, self.size, self.missing = "destination", index + 1, e["size"], set(e["missing"])
        live = [b for b in ledger.boxes if b.live(self.size)]
        self.boxes = sorted(live, key=lambda box: box.goes_behind(self.through))  # as bundles are known from them (3.1)
        generations = [g for g in ledger.generations if g[0] < self.through]
        if not generations:
            raise Refused("the ledger names no keyring")
        self.generation = generations[-1][1]
        self.keys = [e for index, e in ledger.keys if self.generation["through"] <= index < self.through]
        self.erased, self.held, self.found = ({n for n, one in those.items() if n < self.through and one.stands(self.through)}
                                              for those in (ledger.erased, ledger.held, ledger.found))
        self.certificates = {about: report for index, about, report in ledger.certificates
                             if index < self.through and about in self.erased}
        places = {place: forgotten for index, place, forgotten in ledger.forgetting if index < self.through}
        self.forgotten = sorted(place for place, forgotten in places.items() if forgotten)


# ---------------------------------------------------------------------------------------------------- 2 keyring

PAGE_LIMIT = sealed_length(48 * 4096)
GENERATION_FILE = shaped(
    grants=listed(shaped({"scrypt": SCRYPT}, identity=ID, message=hexed()), 0, 1000),
    journal=listed(shaped(epoch=number(1, 1000), xwing=is_xwing), 1, 1000), number=GENERATION,
    pages=listed(shaped(hash=DIGEST, size=number(1, PAGE_LIMIT)), 0), previous=hexed(0, 32),
    sections=listed(lambda v: hexed()(v) and len(v) >= 2 * 56, 2, 1000), through=number(), vault=ID, version=number(1, 1))


def read_generation(place, ledger, named):
    """The generation that an entry names, checked for all that can be checked without a key."""
    what = f"keyring/{named['file']}"
    data = place.keyring_file(named["file"], 64 * MIB)
    value = decode_json(data, what)
    if len(data) != named["size"] or not GENERATION_FILE(value):
        raise Refused(f"{what} isn't a generation as the format has it")
    expected = (named["generation"], named["previous"], named["through"], ledger.vault)
    if (value["number"], value["previous"], value["through"], value["vault"]) != expected:
        raise Refused(f"{what} isn't the generation that the ledger names")
    grants = value["grants"]
    orders = ([g["identity"] for g in grants], [j["epoch"] for j in value["journal"]], [p["hash"] for p in value["pages"]])
    scrypts = [g["scrypt"]["n"] for g in grants if "scrypt" in g]
    if not all(map(ascending, orders)) or len(scrypts) > 4 or any(n & (n - 1) for n in scrypts):
        raise Refused(f"{what} has members out of order")
    padded = 1120 + TAG + 2 + 48 * len(value["sections"])
    if any(len(g["message"]) != 2 * padded for g in grants):
        raise Refused(f"{what} has a grant that isn't padded to its sections")
    return value


class PageName:
    """What names a page: a section of a generation, or a `keys` entry (which knows no first and last id)."""

    __slots__ = ("hash", "key", "count", "size", "first", "last")

    def __init__(self, hash_, key, count, size, first=None, last=None):
        self.hash, self.key, self.count, self.size, self.first, self.last = hash_, key, count, size, first, last


class Section:
    """One section of a generation: a class, the directory or the journal (2.3)."""

    def __init__(self, key, plain, expected_id, what):
        self.key, self.what = key, what
        if len(plain) < 128:
            raise Refused(f"{what} is too short")
        self.id, self.kind, size, epochs, pages, readers, name = struct.unpack_from(">16sHHIII96s", plain)
        if self.id != expected_id or epochs > 1000 or pages > 65536 or readers > 1000 or not 1 <= size <= 96 or (
            len(plain) != 128 + 48 * epochs + 96 * pages + 16 * readers or 0 in name[:size] or any(name[size:])
            or self.kind != {DIRECTORY_ID: 2, JOURNAL_ID: 3}.get(self.id, 1) or self.kind == 3 and pages
            or self.kind != 1 and name != self.id.ljust(96, b"\0") or not any(self.id)
        ):
            raise Refused(f"{what} isn't a section as the format has it")
        try:
            self.name = name[:size].decode()
        except UnicodeDecodeError:
            raise Refused(f"{what} has a name that isn't UTF-8") from None
        self.epochs = self.read_epochs(plain, epochs)
        at = 128 + 48 * epochs
        self.pages = [self.read_page(plain, at + 96 * i) for i in range(pages)]
        at += 96 * pages
        self.readers = [plain[at + 16 * i : at + 16 * i + 16] for i in range(readers)]
        if not ascending(self.readers):
            raise Refused(f"{what} has readers out of order")

    def read_epochs(self, plain, count):
        """Of each epoch its key, None where it is destroyed."""
        keys = {}
        for i in range(count):
            n, state, marks, _, key = struct.unpack_from(">IHHQ32s", plain, 128 + 48 * i)
            sealing, last = i == count - 1, 4 if self.kind == 1 else 2
            if n != i + 1 or not 1 <= state <= last or marks > 1 or (state == 1) != sealing or (state == 4) != (not any(key)):
                raise Refused(f"{self.what} has epochs that aren't as the format has them")
            keys[n] = None if state == 4 else key
        if not keys:
            raise Refused(f"{self.what} has no epoch")
        return keys

    def read_page(self, plain, at):
        first, digest, key, count, size, last = struct.unpack_from(">16s32s32sII8s", plain, at)
        return PageName(digest.hex(), key, count, size, first, last)


class Rows:
    """The rows of a section's pages. The first row for an id wins; pages are read when they are needed."""

    KEPT = 128

    def __init__(self, place, vault, section, additions):
        self.place, self.section = place, section
        self.context = context(PAGE, vault, section=section.id)
        self.pages = section.pages + additions
        base = 0
        while base < len(section.pages) and section.pages[base].first[:8] <= section.pages[base].last and (
            base == 0 or section.pages[base].first[:8] > section.pages[base - 1].last
        ):
            base += 1
        self.base = base
        self.base_firsts = [p.first for p in self.pages[:base]]
        self.kept = OrderedDict()
        self.refused = {}

    def page(self, name):
        """A page's bytes, or None where it is refused."""
        if name.hash in self.refused:
            return None
        if name.hash not in self.kept:
            try:
                self.kept[name.hash] = self.read(name)
            except Refused as error:
                self.refused[name.hash] = str(error)
                self.place.findings.add(f"keyring/{name.hash}", f"page of {self.section.name!r} refused: {error}")
                return None
            while len(self.kept) > self.KEPT:
                self.kept.popitem(last=False)
        self.kept.move_to_end(name.hash)
        return self.kept[name.hash]

    def read(self, name):
        if name.key is None:
            raise Refused("its key doesn't open")
        if not 1 <= name.count <= 4096 or name.size != sealed_length(48 * name.count):
            raise Refused("its size isn't that of its rows")
        data = self.place.keyring_file(name.hash, name.size)
        if len(data) != name.size:
            raise Refused("its size differs")
        plain = unseal(name.key, self.context, data, f"keyring/{name.hash}")
        ids = [plain[at : at + 16] for at in range(0, len(plain), 48)]
        if len(ids) != name.count or not ascending(ids):
            raise Refused("its rows are out of order")
        if name.first is not None and (ids[0] != name.first or ids[-1][:8] != name.last):
            raise Refused("its ids aren't those of the section")
        for at in range(0, len(plain), 48):
            if self.section.kind == 1 and not any(plain[at + 16 : at + 48]):
                raise Refused("it has a key of zeros")
            if self.section.kind == 2 and (any(plain[at + 32 : at + 48]) or not any(plain[at + 16 : at + 32])):
                raise Refused("it has a row that isn't one of the directory")
        return plain

    def find(self, wanted):
        """(the 32 bytes beside an id or None, whether a page that could hold it was refused). A page of the generation
        that is refused hides its range: no later row counts for an id in it."""
        at = bisect_right(self.base_firsts, wanted) - 1
        candidates = ([self.pages[at]] if at >= 0 else []) + self.pages[self.base :]
        unsure = False
        for name in candidates:
            if name.first is not None and not name.first <= wanted <= name.last + b"\xff" * 8:
                continue
            plain = self.page(name)
            if plain is None and name.first is not None:
                return None, True
            if plain is None:
                unsure = True
                continue
            row = bisect_left(range(name.count), wanted, key=lambda i: plain[48 * i : 48 * i + 16])
            if row < name.count and plain[48 * row : 48 * row + 16] == wanted:
                return plain[48 * row + 16 : 48 * row + 48], unsure
        return None, unsure


class Keyring:
    """What an identity can open of the generation at which a place stands."""

    def __init__(self, place, ledger, standing, generation, identity):
        self.place, self.vault, self.findings = place, bytes.fromhex(ledger.vault), place.findings
        self.generation, self.identity = generation, identity
        self.what = f"keyring/{standing.generation['file']}"
        keys = self.open_grant()
        self.sections = self.open_sections(keys)
        self.all_open = len(self.sections) == len(generation["sections"])
        self.check_sections()
        additions = self.additions(standing.keys)
        self.rows = {s.id: Rows(place, self.vault, s, additions[s.id]) for s in self.sections.values() if s.kind != 3}
        self.classes = sorted((s for s in self.sections.values() if s.kind == 1), key=lambda s: s.name)
        self.index_keys = [(s, n, hkdf(key, b"strongroom/v1 index", 32))
                           for s in self.classes for n, key in reversed(s.epochs.items()) if key]

    def open_grant(self):
        number_ = self.generation["number"]
        for grant in self.generation["grants"]:
            if grant["identity"] == self.identity.id.hex():
                break
        else:
            raise Refused(f"identity {self.identity.id.hex()} has no grant in {self.what}")
        info = context(GRANT, self.vault, number=number_) + sha256(self.identity.xwing.public, self.identity.ed25519)
        plain = self.identity.xwing.open(bytes.fromhex(grant["message"]), info, f"the grant in {self.what}")
        count = int.from_bytes(plain[:2], "big")
        if len(plain) != 2 + 48 * len(self.generation["sections"]) or 2 + 48 * count > len(plain) or any(plain[2 + 48 * count :]):
            raise Refused(f"the grant in {self.what} isn't as the format has it")
        pairs = [(plain[at : at + 16], plain[at + 16 : at + 48]) for at in range(2, 2 + 48 * count, 48)]
        if not ascending([section for section, _ in pairs]):
            raise Refused(f"the grant in {self.what} has sections out of order")
        return pairs

    def open_sections(self, keys):
        sealed = [bytes.fromhex(s) for s in self.generation["sections"]]
        sections, left = {}, list(range(len(sealed)))
        for section_id, key in keys:
            where = context(SECTION, self.vault, section=section_id, number=self.generation["number"])
            for i in left:
                what = f"section {i} of {self.what}"
                with contextlib.suppress(WrongKey):
                    sections[i] = Section(key, unseal(key, where, sealed[i], what), section_id, what)
                    left.remove(i)
                    break
            else:
                raise Refused(f"{self.what} has no section for a key of the grant")
        return sections

    def check_sections(self):
        granted = {bytes.fromhex(g["identity"]) for g in self.generation["grants"]}
        for i, section in self.sections.items():
            if section.kind != {0: 2, 1: 3}.get(i, 1) or self.identity.id not in section.readers:
                raise Refused(f"section {i} of {self.what} isn't where or whose it must be")
            if not granted.issuperset(section.readers):
                raise Refused(f"section {i} of {self.what} names a reader who has no grant")
        classes = [s for i, s in sorted(self.sections.items()) if s.kind == 1]
        names = {unicodedata.normalize("NFC", s.name) for s in self.sections.values()}
        if not ascending([s.id for s in classes]) or len(names) != len(self.sections):
            raise Refused(f"{self.what} has classes out of order or sections of the same name")
        granted = {grant["identity"] for grant in self.generation["grants"]}
        if any(reader.hex() not in granted for s in self.sections.values() for reader in s.readers):
            raise Refused(f"{self.what} has a section with a reader without a grant")
        listed_pages = {p["hash"]: p["size"] for p in self.generation["pages"]}
        named = {p.hash: p.size for s in self.sections.values() for p in s.pages}
        if any(listed_pages.get(h) != size for h, size in named.items()) or self.all_open and named.keys() != listed_pages.keys():
            raise Refused(f"{self.what} lists other pages than its sections name")
        self.journal = {}
        for section in self.sections.values():
            if section.kind == 3:
                self.journal = {n: XWing(seed) for n, seed in section.epochs.items() if seed}
                public = {j["epoch"]: j["xwing"] for j in self.generation["journal"]}
                if public != {n: key.public.hex() for n, key in self.journal.items()}:
                    raise Refused(f"{self.what} lists other journal keys than its journal holds")

    def additions(self, entries):
        """Of each open section the pages of `keys` entries, in the order in which they count."""
        found, own = defaultdict(list), {page["hash"] for page in self.generation["pages"]}
        for entry in entries:
            for page in entry["pages"]:
                if page["hash"] in own:
                    self.findings.add(f"keyring/{page['hash']}", "a keys entry names it, which is a page of the generation")
                    continue
                for section in self.sections.values():
                    where = context(PAGE_KEY, self.vault, section=section.id, number=entry["generation"])
                    try:
                        key = unseal(section.key, where, bytes.fromhex(page["key"]), "a page key")
                    except WrongKey:
                        continue
                    except Refused:
                        key = None
                    found[section.id].append(PageName(page["hash"], key, page["count"], page["size"]))
                    break
                else:
                    if self.all_open:
                        self.findings.add(f"keyring/{page['hash']}", "page of a keys entry belongs to no section")
        return found

    def subjects(self, kinds, value):
        """The subject ids that the directory has for something known of a customer (2.1)."""
        directory = next((s for s in self.sections.values() if s.kind == 2), None)
        if directory is None:
            return None
        text = token_value(value)
        return {found for kind in kinds if (found := self.led(directory, kind, text)[0])}

    def led(self, directory, kind, text):
        """(the subject id to which the directory leads, or None; whether it is contested, or a page was refused that could tell)."""
        doubt, found = False, []
        for token in tokens(directory, kind, text):
            row, unsure = self.rows[directory.id].find(token)
            doubt = doubt or unsure
            if row:
                found.append(row[:16])
        return found[0] if found else None, len(set(found)) > 1 if found else doubt

    def is_owner(self, subject, label):
        """Whether the directory leads the name on a label to this subject (3.2); None where that can't be known."""
        directory = next((s for s in self.sections.values() if s.kind == 2), None)
        if directory is None:
            return None
        name = customer_name(label)
        if name is None:
            return False
        found, unsure = self.led(directory, *name)
        return None if found is None and unsure else found == subject and not unsure


WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def tokens(directory, kind, text):
    """The tokens of one value, those of the oldest epoch first."""
    for _, key in sorted(directory.epochs.items()):
        if key:
            yield hmac.digest(key, kind + b"\0" + text, "sha256")[:16]


def customer_name(label):
    """Kind and value of the token for whom a label names, or None where there can't be one (3.2)."""
    if label == b"common":
        return b"common", b""
    text = token_value(label)
    return (b"number", text) if text and len(label) <= 4096 else None


def token_value(value):
    try:
        return unicodedata.normalize("NFKC", value.decode()).strip(WHITE_SPACE).encode()
    except UnicodeDecodeError:
        return value


# ---------------------------------------------------------------------------------------------------- 3.1 box and index

INDEX_LIMIT = sealed_length(128 + 128 * padme(65536))


class Bundle:
    __slots__ = ("id", "subject", "epoch", "records", "body", "table", "content", "first", "check", "box", "section")

    def __init__(self, row, box, section, sealed):
        (self.id, self.subject, self.epoch, self.records, body_at, body_size, table_at, table_size, self.content, first,
         self.check) = struct.unpack_from(">16s16sIIQQQQ32sQ8s", row)
        self.body, self.table, self.box, self.section = (body_at, body_size), (table_at, table_size), box, section
        if not self.epoch or self.records > 65536 or any(row[120:]):
            raise Refused("its index has a row that can't be")
        if (plain_length(body_size) or 0) > 64 * MIB or (plain_length(table_size) or 0) > 33 * MIB:
            raise Refused("its index has a bundle that is too large")
        if first if box.move is None else not (first in sealed and first < box.entry):
            raise IgnoredRow("names another first entry")
        self.first = first or box.entry

    @property
    def what(self):
        return f"bundle {self.id.hex()} of {self.box.name}"


class IgnoredRow(Exception):
    pass


def open_box(place, box):
    file = File(os.path.join(place.root, box.name), box.name)
    if file.size < box.size:
        os.close(file.fd)
        raise Refused(f"has {file.size} bytes where the ledger says {box.size}")
    return file


def read_index(file, box, keyring):
    """The section that a box belongs to and its index's plaintext; None where none of our keys opens it."""
    vault = keyring.vault
    if file.read(0, 32) != b"STRONGBX" + struct.pack(">H6x", 1) + vault:
        raise Refused("its header isn't that of a box of this vault")
    size = box.size - box.offset
    if size > INDEX_LIMIT or plain_length(size) is None:
        raise Refused("its index has an impossible length")
    data = file.read(box.offset, size)
    if hashlib.sha256(data).hexdigest() != box.index:
        raise Refused("its index is damaged: its digest differs")
    for section, n, key in keyring.index_keys:
        with contextlib.suppress(WrongKey):
            return section, unseal(key, context(INDEX, vault, section=section.id, number=n), data, "its index")
    return None


def read_bundles(plain, box, section, ignored, sealed=frozenset()):
    """The bundles of an index, whose layout must be exact (3.1). `sealed` are the numbers of `sealed` entries that count."""
    year, zero, count = struct.unpack_from(">HHI", plain)
    if len(plain) < 128 or zero or any(plain[8:128]) or not 1 <= count <= 65536 or len(plain) != 128 + 128 * padme(count):
        raise Refused("its index isn't as the format has it")
    if year != box.year or any(plain[128 + 128 * count :]):
        raise Refused("its index is of another year, or has rows beyond its end")
    bundles, layout = [], []
    for at in range(128, 128 + 128 * count, 128):
        row = plain[at : at + 128]
        layout.append(struct.unpack_from(">16s16s8xQQQQ32xQ", row))
        try:
            bundles.append(Bundle(row, box, section, sealed))
        except IgnoredRow as error:
            ignored(f"bundle {row[:16].hex()} of {box.name}", error)
    end = 32
    for offset, size in [(row[2], row[3]) for row in layout] + [(row[4], row[5]) for row in layout]:
        if offset != end or plain_length(size) is None:
            raise Refused("its index has bundles that don't lie as they must")
        end += size
    subjects = [row[1] for row in layout]
    if padme(end) != box.offset or len({(row[0], row[6]) for row in layout}) != count or subjects != sorted(subjects):
        raise Refused("its index has bundles out of order, twice, or another end")
    return bundles


# ---------------------------------------------------------------------------------------------------- 3.2 table


class Record:
    __slots__ = ("id", "path", "source", "subject", "title", "media_type", "size", "mtime", "mode", "sha256", "sealed_at",
                 "retention", "tags", "offset", "part", "elsewhere", "date", "bundle", "place", "begun", "is_owner")

    def __init__(self):
        self.id = self.path = self.sha256 = self.subject = self.elsewhere = b""
        self.source = self.title = self.media_type = ""
        self.size = self.mtime = self.mode = self.sealed_at = self.retention = self.offset = 0
        self.tags, self.part, self.date, self.bundle = [], None, None, None
        self.begun, self.is_owner = 0, True

    @property
    def customer(self):
        """The customer by a name that nobody else's records bear (5.1)."""
        return self.subject if self.is_owner else b"%id-" + self.bundle.subject.hex().encode()

    @property
    def total(self):
        return self.part.total if self.part else self.size

    @property
    def end(self):
        return self.offset + self.size


class Part:
    __slots__ = ("set", "number", "offset", "total", "last", "whole")

    def __init__(self):
        self.set = self.whole = b""
        self.number = self.offset = self.total = 0
        self.last = False


class FrameName:
    __slots__ = ("plain", "stored", "method")

    def __init__(self):
        self.plain = self.stored = self.method = 0


class Table:
    def __init__(self):
        self.records, self.frames = [], []


class Message:
    """Reads Protocol Buffers strictly: only the fields that a message has, each of its type, in their order, once unless
    it is repeated, and written in the one way that 3.2 allows."""

    @staticmethod
    def varint(data, at):
        value = shift = 0
        while True:
            if at >= len(data) or shift > 63:
                raise Refused("a number isn't one of Protocol Buffers")
            byte = data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                if value >= 2**64 or byte == 0 and shift > 7:
                    raise Refused("a number isn't one of Protocol Buffers")
                return value, at

    @staticmethod
    def fields(data):
        at = 0
        while at < len(data):
            tag, at = Message.varint(data, at)
            if tag & 7 == 0:
                value, at = Message.varint(data, at)
            elif tag & 7 == 2:
                size, at = Message.varint(data, at)
                if size > len(data) - at:
                    raise Refused("a field goes beyond its message")
                value, at = data[at : at + size], at + size
            else:
                raise Refused("a field is of a type that no message has")
            yield tag >> 3, tag & 7, value

    @staticmethod
    def read(data, into, fields):
        last = 0
        for n, wire, value in Message.fields(data):
            name, kind = fields.get(n, (None, None))
            repeated = kind == "strings" or isinstance(kind, tuple) and kind[2]
            if n < last or n == last and not repeated:
                raise Refused("a message has its fields out of order or twice")
            last = n
            if not repeated and not isinstance(kind, tuple) and name != "date" and not value:
                raise Refused("a message has a field that says nothing")
            number_kind = VARINTS.get(kind) if isinstance(kind, str) else None
            if name is None or wire != (0 if number_kind else 2):
                raise Refused(f"field {n} isn't one of its message")
            if number_kind:
                setattr(into, name, number_kind(value))
            elif kind == "bytes":
                setattr(into, name, bytes(value))
            elif kind == "string":
                setattr(into, name, text_of(value))
            elif kind == "strings":
                getattr(into, name).append(text_of(value))
            else:
                cls, inner, many = kind
                made = cls() if many or getattr(into, name) is None else getattr(into, name)
                Message.read(value, made, inner)
                getattr(into, name).append(made) if many else setattr(into, name, made)
                if cls is Record and len(value) > 64 * KIB:
                    raise Refused("a record's encoding is too long")
        return into


def text_of(value):
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        raise Refused("a text isn't UTF-8") from None


def u32(value):
    if value >= 2**32:
        raise Refused("a number is too large for its field")
    return value


def zigzag(value):
    return (value >> 1) ^ -(value & 1)


def boolean(value):
    if value > 1:
        raise Refused("a truth is neither 0 nor 1")
    return value == 1


VARINTS = {"u32": u32, "u64": int, "s32": lambda v: zigzag(u32(v)), "s64": zigzag, "bool": boolean}
PART_FIELDS = {1: ("set", "bytes"), 2: ("number", "u32"), 3: ("offset", "u64"), 4: ("total", "u64"), 5: ("last", "bool"),
               6: ("whole", "bytes")}
RECORD_FIELDS = {
    1: ("id", "bytes"), 2: ("path", "bytes"), 3: ("source", "string"), 4: ("subject", "bytes"), 5: ("title", "string"),
    6: ("media_type", "string"), 7: ("size", "u64"), 8: ("mtime", "s64"), 9: ("mode", "u32"), 10: ("sha256", "bytes"),
    11: ("sealed_at", "u64"), 12: ("retention", "u32"), 13: ("tags", "strings"), 14: ("offset", "u64"),
    15: ("part", (Part, PART_FIELDS, False)), 16: ("elsewhere", "bytes"), 17: ("date", "s32")}
FRAME_FIELDS = {1: ("plain", "u32"), 2: ("stored", "u32"), 3: ("method", "u32")}
TABLE_FIELDS = {1: ("records", (Record, RECORD_FIELDS, True)), 2: ("frames", (FrameName, FRAME_FIELDS, True))}


def unpack(data, limit, what):
    """The content of one zstd frame that states its size; `limit` bounds it before memory is taken."""
    try:
        head = zstandard.get_frame_parameters(data)
        if not data.startswith(zstandard.FRAME_HEADER) or head.dict_id or not 0 <= head.content_size <= limit:
            raise Refused(f"{what} isn't one zstd frame of a stated, allowed size")
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=head.content_size, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Refused(f"{what} doesn't decompress") from None
    if len(plain) != head.content_size:
        raise Refused(f"{what} isn't of the size that it states")
    return plain


FIRST_DAY, LAST_DAY = -719162, 2932896  # 0001-01-01 to 9999-12-31, in days since 1970


def check_record(r, year):
    parts = r.path.split(b"/")
    if not 1 <= len(r.path) <= 4096 or 0 in r.path or any(p in (b"", b".", b"..") for p in parts):
        raise Refused(f"a record has a path that can't be: {r.path!r}")
    if len(r.id) != 16 or len(r.sha256) != 32 or r.mode > 0o7777 or len(r.tags) > 256 or (
            r.retention != year or r.elsewhere):
        raise Refused("a record isn't as the format has it")
    if r.date is not None and not FIRST_DAY <= r.date <= LAST_DAY:
        raise Refused("a record's date is before the year 1 or after 9999")
    if r.size == 0 and r.offset:
        raise Refused("an empty record has a place")
    if p := r.part:
        ends = p.offset + r.size == p.total
        if not r.size or p.offset + r.size > p.total or ends != p.last or p.total <= 64 * MIB or len(p.set) != 16:
            raise Refused("a part isn't as the format has it")
        if (p.number == 0) != (p.offset == 0) or p.number > p.offset:
            raise Refused("a part isn't as the format has it")
        if len(p.whole) != (32 if p.last else 0):
            raise Refused("a part isn't as the format has it")


def check_table(table, bundle, body_size):
    records, frames = table.records, table.frames
    if len(records) != bundle.records or len({r.id for r in records}) != len(records):
        raise Refused("has other records than its index row says, or one twice")
    if len(frames) > 4096 or any(not 1 <= f.plain <= 4 * MIB or f.method > 1 for f in frames):
        raise Refused("has frames that can't be")
    if any((f.stored != f.plain) if f.method == 0 else not 0 < f.stored < f.plain for f in frames):
        raise Refused("has frames that can't be")
    content = sum(f.plain for f in frames)
    if sum(f.stored for f in frames) != body_size or content > 64 * MIB:
        raise Refused("has frames that aren't those of its body")
    for r in records:
        check_record(r, bundle.box.year)
    placed = sorted((r for r in records if r.size), key=lambda r: (r.offset, r.size))
    for a, b in zip(placed, placed[1:]):
        same = (a.offset, a.size, a.sha256) == (b.offset, b.size, b.sha256)
        if not same and b.offset < a.end:
            raise Refused("has records that overlap")
    if any(r.end > content for r in placed):
        raise Refused("has a record beyond its content")


class OpenBundle:
    """A bundle with its keys: its table, and its content as a stream of frames."""

    def __init__(self, bundle, file, subject_key, epoch_key, vault):
        self.bundle, self.file = bundle, file
        self.key = hkdf(subject_key + epoch_key, b"strongroom/v1 bundle", 32)
        self.content_key = hkdf(subject_key, b"strongroom/v1 content", 32)
        self.where = (vault, bundle.id, bundle.section.id, bundle.subject, bundle.epoch)
        self.table = self.read_table()

    def opener(self, kind, offset, size, what):
        read = lambda at, n: self.file.read(offset + at, n)  # noqa: E731
        return Opener(self.key, context(kind, *self.where), read, size, what)

    def read_table(self):
        bundle = self.bundle
        sealed = b"".join(self.opener(TABLE, *bundle.table, "its table").chunks())
        plain = unpack(sealed, 32 * MIB, "its table")
        if not hmac.compare_digest(hmac.digest(self.content_key, plain, "sha256"), bundle.content):
            raise Refused("its table isn't the one that its index row names")
        table = Message.read(memoryview(plain), Table(), TABLE_FIELDS)
        check_table(table, bundle, plain_length(bundle.body[1]))
        for place, record in enumerate(table.records):
            record.bundle, record.place = bundle, place
        return table

    def frames(self):
        """(offset in the content, bytes) frame by frame."""
        chunks = self.opener(BODY, *self.bundle.body, "its body").chunks()
        held, start = bytearray(), 0
        for i, frame in enumerate(self.table.frames):
            while len(held) < frame.stored:
                held += next(chunks)
            data = bytes(held[: frame.stored])
            del held[: frame.stored]
            if frame.method == 1:
                data = unpack(data, frame.plain, f"frame {i}")
                if len(data) != frame.plain:
                    raise Refused(f"frame {i} isn't of the size that its table says")
            yield start, data
            start += frame.plain
        for _ in chunks:  # the last chunk may be an empty one, whose tag counts as well
            pass

    def read(self, groups, sink):
        """Gives every group of records that share a place its content: sink(group) makes a thing with write, done and
        close."""
        waiting = deque(sorted((g for g in groups if g[0].size), key=lambda g: g[0].offset))
        for group in [g for g in groups if not g[0].size]:
            out = sink(group)
            self.finish(group, out, hashlib.sha256())
            out.close()
        running = []
        try:
            self.run_through(waiting, running, sink)
        finally:
            for _, out, _ in running:
                out.close()

    def run_through(self, waiting, running, sink):
        for start, data in self.frames():
            view, end = memoryview(data), start + len(data)
            while waiting and waiting[0][0].offset < end:
                group = waiting.popleft()
                running.append((group, sink(group), hashlib.sha256()))
            for group, out, digest in running:
                piece = view[max(0, group[0].offset - start) : max(0, group[0].end - start)]
                digest.update(piece)
                out.write(piece)
            for state in [s for s in running if s[0][0].end <= end]:
                self.finish(*state)
                state[1].close()
                running.remove(state)

    def finish(self, group, out, digest):
        out.done(group[0].sha256 == digest.digest())


def by_place(records):
    """Records of one table in groups that share a place and so their content."""
    groups = defaultdict(list)
    for r in records:
        groups[(r.offset, r.size) if r.size else (r.id,)].append(r)
    return list(groups.values())


# ---------------------------------------------------------------------------------------------------- the archive


class Journal:
    """What entries hold for the journal alone (4.3). Whether one counts doesn't depend on it."""

    def __init__(self, place, ledger, keyring):
        self.place, self.ledger, self.vault, self.keys = place, ledger, keyring.vault, keyring.journal

    def entries(self, wanted=None):
        """Number and entry, of all or of some."""
        firsts = sorted(self.ledger.commits)
        for n in firsts if wanted is None else sorted({firsts[bisect_right(firsts, w) - 1] for w in wanted}):
            name = f"ledger/{n:020d}"
            copies = [self.place.get(copy, COMMIT_LIMIT)[1] for copy in (name, f"second/{name}")]
            data = next((copy for copy in copies if copy and sha256(copy) == self.ledger.commits[n]), b"")
            for number_, line in enumerate(data.partition(b"\n\n")[0].splitlines(), n):
                if wanted is None or number_ in wanted:
                    yield number_, json.loads(line)

    def part(self, entry):
        """The sealed part; None where there is none, or its epoch's key isn't there."""
        sealed = entry.get("sealed")
        key = self.keys.get(sealed["epoch"]) if sealed else None
        if not key:
            return None
        info = context(JOURNAL, self.vault, section=JOURNAL_ID, number=sealed["epoch"]) + sha256(key.public)
        plain = key.open(bytes.fromhex(sealed["message"]), info + public_part(entry), "the message")
        size = int.from_bytes(plain[:4], "big")
        if len(plain) % 256 or size > len(plain) - 4 or any(plain[4 + size :]):
            raise Refused("it isn't as the format has it")
        value = decode_json(plain[4 : 4 + size], "it")
        if not isinstance(value, dict):
            raise Refused("it isn't an object")
        return value

    def part_of(self, entry, form):
        """The sealed part of an entry on whose sealed part something else depends."""
        value = self.part(entry)
        if value is None:
            raise Refused("it isn't there, or its key isn't")
        if not form(value):
            raise Refused("it isn't as the format has it")
        return value


class Gone(Refused):
    """A bundle that was erased, as far as one can know: no loss, and nobody's."""


def key_check(subject_key):
    return hkdf(subject_key, b"strongroom/v1 check", 8)


class Archive:
    """All that a key opens in a place."""

    def __init__(self, place, ledger, standing, keyring):
        self.place, self.ledger, self.standing, self.keyring = place, ledger, standing, keyring
        self.findings = place.findings
        self.journal = Journal(place, ledger, keyring)
        self.counts = defaultdict(int)
        self.owners = {}
        if not any(s.kind == 2 for s in keyring.sections.values()):
            self.findings.note("directory", "this identity doesn't open it: whose records are whose isn't known, and they go by ids")
        self.bundles = {s.id: defaultdict(list) for s in keyring.classes}
        known = {s.id: set() for s in keyring.classes}
        self.order = {}
        for box in standing.boxes:
            if box.hash in standing.missing:
                self.findings.add(box.name, "missing here, as its snapshot says")
            else:
                self.take_box(box, known)

    def take_box(self, box, known):
        try:
            with open_box(self.place, box) as file:
                opened = read_index(file, box, self.keyring)
                if opened is None:
                    self.counts["boxes not granted"] += 1
                    return
                section, plain = opened
                bundles = read_bundles(plain, box, section, self.findings.add, self.ledger.sealed)
        except FileNotFoundError:
            return self.findings.add(box.name, "missing")
        except OSError as error:
            return self.findings.add(box.name, error.strerror)
        except Refused as error:
            return self.findings.add(box.name, error)
        self.counts["boxes"] += 1
        for bundle in bundles:
            if (bundle.id, bundle.first) in known[section.id]:
                self.findings.add(bundle.what, "ignored: a box before it has a bundle of this id and first entry")
                continue
            known[section.id].add((bundle.id, bundle.first))
            self.bundles[section.id][bundle.subject].append(bundle)

    @contextlib.contextmanager
    def open(self, bundle):
        """The bundle, opened."""
        row, unsure = self.keyring.rows[bundle.section.id].find(bundle.subject)
        good = row and hmac.compare_digest(key_check(row), bundle.check)
        epochs = bundle.section.epochs
        if not good and unsure:
            raise Refused("its key may be in a page of the keyring that is refused")
        if not good or epochs.get(bundle.epoch) is None:
            self.account_for(bundle, good)
        try:
            file = open_box(self.place, bundle.box)
        except OSError as error:
            raise Refused(error.strerror) from None
        with file:
            yield OpenBundle(bundle, file, row, epochs[bundle.epoch], self.keyring.vault)

    def account_for(self, bundle, has_row):
        """Whether a bundle that no key opens was erased or is lost (3.1): always raises."""
        if has_row:
            self.counts["lost bundles"] += 1
            raise Refused("is lost: its class has no key of its epoch")
        if self.erased is None:
            self.counts["bundles erased or lost"] += 1
            raise Gone("is erased or lost")
        if bundle.section.id + bundle.subject + bundle.check in self.erased:
            self.counts["erased bundles"] += 1
            raise Gone("is erased")
        self.counts["lost bundles"] += 1
        raise Refused("is lost: its key is not in the keyring, and no entry accounts for that")

    @functools.cached_property
    def erased(self):
        """Class, subject and key check of all that was erased; None where only who opens the journal can know."""
        if self.standing.erased and not self.journal.keys:
            return None
        found = set()
        for _, entry in self.journal.entries(self.standing.erased):
            # What can't be read accounts for nothing; a verification says so.
            with contextlib.suppress(Refused):
                for one in self.journal.part_of(entry, is_account(entry["rows"]))["keys"]:
                    pairs = bytes.fromhex(one["pairs"])
                    found |= {bytes.fromhex(one["class"]) + pairs[at : at + 24] for at in range(0, len(pairs), 24)}
        return found

    def note_gone(self):
        if self.counts["erased bundles"]:
            self.findings.note("bundles", f"{self.counts['erased bundles']} were erased, as the journal says")
        if self.counts["bundles erased or lost"]:
            self.findings.note("bundles", f"{self.counts['bundles erased or lost']} are erased or lost, which only who opens the "
                               "journal can tell apart; of their records older versions may stand for them")

    def tables(self, section, subject):
        """The records of one subject in one class."""
        records = []
        for bundle in self.bundles[section.id][subject]:
            try:
                with self.open(bundle) as opened:
                    self.counts["bundles"] += 1
                    records += self.attributed(bundle, opened.table.records)
            except Gone:
                pass  # counted
            except Refused as error:
                self.findings.add(bundle.what, f"{error} (of its records older versions may stand for them)")
        return records

    def attributed(self, bundle, records):
        """The records of a bundle, with whether each is of the customer whom its label names."""
        others = 0
        for r in records:
            key = bundle.subject, r.subject
            if key not in self.owners:
                self.owners[key] = self.keyring.is_owner(*key)
            r.is_owner = self.owners[key]
            others += r.is_owner is False
        if others:
            self.findings.add(bundle.what, f"{others} of its records name another customer than the directory does")
        return records

    def subjects(self, section, wanted):
        return sorted(s for s in self.bundles[section.id] if wanted is None or s in wanted)

    def versions(self, section, records):
        """Of each record, by path and source, its versions, the newest first; a version is a list of its parts."""
        sets = defaultdict(list)
        for r in records:
            sets[(r.id, r.part.set) if r.part else (r.id, r.bundle, r.path)].append(r)
        found = defaultdict(list)
        for rows in sets.values():
            if rows[0].part:
                rows.sort(key=lambda r: r.part.number)
                if not complete(rows):
                    self.counts["incomplete records"] += 1
                    self.findings.note(label(section, rows[0]), "parts that aren't a whole record are no version of it")
                    continue
            found[rows[-1].path, rows[-1].source].append(rows)
        for versions in found.values():
            versions.sort(key=age, reverse=True)
        return [versions for _, versions in sorted(found.items())]


def age(rows):
    """By which of two versions the one that has more is newer (3.2); of a record in parts its last part tells."""
    r = rows[-1]
    return max(part.bundle.first for part in rows), r.sealed_at, r.bundle.id, r.place


def complete(rows):
    """Whether these parts, in order, make a whole record."""
    at = 0
    for i, r in enumerate(rows):
        if not r.part or r.part.number != i or r.part.offset != at or r.part.total != rows[0].part.total:
            return False
        at += r.size
    return rows[-1].part.last and at == rows[-1].part.total


def label(section, r):
    """What a record is called in messages."""
    return b"/".join([section.name.encode(), r.customer, r.path])


# ---------------------------------------------------------------------------------------------------- list


def command_list(options, archive, wanted):
    count = size = 0
    for section in selected(options, archive):
        for subject in archive.subjects(section, wanted):
            for versions in archive.versions(section, archive.tables(section, subject)):
                for age, rows in enumerate(versions if options.versions else versions[:1]):
                    print_record(options, section, rows, age)
                    count, size = count + 1, size + rows[-1].total
    if not options.json:
        print(f"{count} records, {size} bytes", file=sys.stderr)
    return {"records": count, "bytes": size}


def selected(options, archive):
    names = {c.name for c in archive.keyring.classes}
    if options.record_class and options.record_class not in names:
        raise Refused(f"no class {options.record_class!r} that this identity opens")
    return [c for c in archive.keyring.classes if options.record_class in (None, c.name)]


def readable(data):
    return data.decode("utf-8", "backslashreplace")


def print_record(options, section, rows, age):
    r = rows[-1]
    if options.json:
        print(json.dumps({
            "class": section.name, "customer": readable(r.customer), "customer_hex": r.customer.hex(), "labelled": readable(r.subject),
            "path": readable(r.path), "path_hex": r.path.hex(), "source": r.source, "title": r.title,
            "date": None if r.date is None else str(date.fromordinal(r.date + 719163)), "media_type": r.media_type, "size": r.total,
            "mtime_ns": r.mtime, "mode": r.mode, "sha256": (r.part.whole if r.part else r.sha256).hex(), "id": r.id.hex(),
            "sealed_at": r.sealed_at, "retention": r.retention, "tags": r.tags, "parts": len(rows), "version": age}))
        return
    seconds, _ = divmod(r.mtime, 10**9)
    try:
        when = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        when = f"@{seconds}"
    older = f"  (older version {age})" if age else ""
    print(f"{r.mode:04o} {r.total:>12} {when} {shown(label(section, r))}{older}")


# ---------------------------------------------------------------------------------------------------- export


class Target:
    """The folder that is exported to. Nothing in it is ever replaced, and no link in it is followed."""

    def __init__(self, root):
        os.makedirs(root, mode=0o700, exist_ok=True)
        self.root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def folder(self, parts):
        """A descriptor of the folder, made where it is missing."""
        at = os.dup(self.root)
        try:
            for part in parts:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=at)
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                os.close(at)
                at = inner
            return at
        except OSError:
            os.close(at)
            raise

    def spool(self):
        return Spool(self.root)

    def place(self, spool, r, parts):
        """Gives a spooled file its name, times and mode."""
        os.fchmod(spool.fd, r.mode & 0o777)
        os.utime(spool.fd, ns=(r.mtime, r.mtime))
        folder = self.folder(parts[:-1])
        try:
            os.link(spool.name, parts[-1], src_dir_fd=self.root, dst_dir_fd=folder, follow_symlinks=False)
        finally:
            os.close(folder)


class Spool:
    """A file below the target's root that nobody else reads, until it is whole."""

    def __init__(self, root):
        self.root, self.name = root, f".strongroom-{secrets.token_hex(8)}"
        self.fd = os.open(self.name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=root)
        self.whole = hashlib.sha256()

    def write(self, data):
        self.whole.update(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view) :]

    def copy(self):
        other, at = Spool(self.root), 0
        while data := os.pread(self.fd, MIB, at):
            other.write(data)
            at += len(data)
        return other

    def close(self):
        os.close(self.fd)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.name, dir_fd=self.root)


def one_name(data):
    """Bytes as one name of a file (5.1)."""
    if data in (b".", b".."):
        return data.replace(b".", b"%2E")
    return data.replace(b"%", b"%25").replace(b"/", b"%2F").replace(b"\0", b"%00") or b"%"


def whole_name(data):
    """A class's or customer's name as one name of a file, that no other one has (5.1)."""
    name = one_name(data)
    return name if len(name) <= 255 else cut(name, 189) + b"%~" + sha256(name).hex().encode()


def cut(name, limit):
    """The first bytes of a name, to a character's end (5.1)."""
    if len(name) <= limit:
        return name
    ends = [end for end in range(limit, limit - 4, -1) if name[end] & 0xC0 != 0x80]
    return name[: ends[0] if ends else limit]


def short(name):
    """A name of at most 255 bytes (5.1)."""
    return name if len(name) <= 255 else cut(name, 246) + b"~" + sha256(name).hex()[:8].encode()


def file_names(section, records):
    """Where each record of one customer and class is written, below the folder: each its own name (5.1)."""
    files, folders, names = set(), set(), {}

    def free(folder, part, r, taken):
        name, attempt = folder + b"/" + part, 1
        while any(name in names for names in taken):
            suffix = b"~" + cut(one_name(r.source.encode()), 127) + (b"~%d" % attempt if attempt > 1 else b"")
            name = folder + b"/" + cut(part, 255 - len(suffix)) + suffix
            attempt += 1
        return name

    for r in sorted(records, key=lambda r: (r.begun, r.path, r.source.encode())):
        name = whole_name(section.name.encode()) + b"/" + (whole_name(r.subject) if r.is_owner else r.customer)
        *parts, last = [short(part) for part in r.path.split(b"/")]
        for part in parts:
            name = free(name, part, r, [files])
            folders.add(name)
        names[id(r)] = free(name, last, r, [files, folders])
        files.add(names[id(r)])
    return [names[id(r)] for r in records]


class Export:
    def __init__(self, archive, target):
        self.archive, self.target, self.findings = archive, target, archive.findings
        self.count = self.size = 0

    def subject(self, section, files):
        """Writes records of one subject: those in parts one by one, the others bundle by bundle."""
        bundles = defaultdict(list)
        for rows, name in files:
            if rows[0].part:
                self.in_parts(section, rows, name)
            else:
                bundles[rows[0].bundle].append((rows[0], name))
        for bundle, wanted in bundles.items():
            names, done = {r.id: name for r, name in wanted}, set()
            try:
                with self.archive.open(bundle) as opened:
                    groups = by_place(r for r, _ in wanted)
                    opened.read(groups, lambda group: Sink(self, section, group, names, done))
            except Refused as error:
                for r, _ in wanted:
                    if r.id not in done:
                        self.findings.add(label(section, r), f"{error} (in {bundle.what})")

    def in_parts(self, section, rows, name):
        spool, r = None, rows[0]
        try:
            spool = self.target.spool()
            for r in rows:
                with self.archive.open(r.bundle) as opened:
                    opened.read([[r]], lambda group: PartSink(spool))
            if spool.whole.digest() != rows[-1].part.whole:
                raise Refused("its parts aren't the whole record")
            self.write(spool, rows[-1], name)
        except Refused as error:
            self.findings.add(label(section, r), f"{error} (in {r.bundle.what})")
        except OSError as error:
            self.findings.add(label(section, r), error.strerror)
        finally:
            if spool:
                spool.close()

    def write(self, spool, r, name):
        self.target.place(spool, r, name.split(b"/"))
        self.count, self.size = self.count + 1, self.size + r.total


class PartSink:
    def __init__(self, spool):
        self.write = spool.write

    def close(self):
        pass

    def done(self, whole):
        if not whole:
            raise Refused("a part's digest differs")


class Sink:
    """Takes the content that a group of records shares, and writes the file of each when the digest is right."""

    def __init__(self, export, section, group, names, finished):
        self.export, self.section, self.group, self.names, self.finished = export, section, group, names, finished
        self.spool = export.target.spool()

    def write(self, data):
        if self.spool:
            try:
                self.spool.write(data)
            except OSError as error:
                self.give_up(error.strerror)

    def give_up(self, why):
        for r in self.group:
            self.export.findings.add(label(self.section, r), why)
            self.finished.add(r.id)
        self.close()

    def close(self):
        if self.spool:
            self.spool.close()
            self.spool = None

    def done(self, whole):
        if not self.spool:
            return
        if not whole:
            return self.give_up(f"its digest differs (in {self.group[0].bundle.what})")
        for r in self.group:
            self.finished.add(r.id)
            mine = None
            try:
                mine = self.spool.copy() if r is not self.group[-1] else self.spool
                self.export.write(mine, r, self.names[r.id])
            except FileExistsError:
                self.export.findings.add(label(self.section, r), "there is a file of this name; nothing is replaced")
            except OSError as error:
                self.export.findings.add(label(self.section, r), error.strerror)
            finally:
                if mine and mine is not self.spool:
                    mine.close()


def command_export(options, archive, wanted):
    export = Export(archive, Target(options.out))
    for section in selected(options, archive):
        for subject in archive.subjects(section, wanted):
            newest = []
            for versions in archive.versions(section, archive.tables(section, subject)):
                versions[0][-1].begun = min(max(r.bundle.first for r in rows) for rows in versions)
                newest.append(versions[0])
            export.subject(section, list(zip(newest, file_names(section, [rows[-1] for rows in newest]))))
    os.sync()
    if not options.json:
        print(f"{export.count} records, {export.size} bytes", file=sys.stderr)
    return {"records": export.count, "bytes": export.size}


# ---------------------------------------------------------------------------------------------------- verify


class Verify:
    def __init__(self, place, ledger, standing, generation):
        self.place, self.ledger, self.standing, self.generation = place, ledger, standing, generation
        self.findings = place.findings

    def without_key(self):
        """Digests of every object that the ledger names, both copies of the keyring, and what nothing names."""
        file = self.standing.generation["file"]
        named = {f"keyring/{file}"}
        for identity in {g["identity"] for g in self.generation["grants"]} - self.ledger.active_at[file]:
            self.findings.add(f"keyring/{file}", f"opens to identity {identity}, which was not active when it was entered")
        pages = [(p["hash"], p["size"]) for p in self.generation["pages"]]
        pages += [(p["hash"], p["size"]) for e in self.standing.keys for p in e["pages"]]
        for digest, size in pages:
            named.add(f"keyring/{digest}")
            try:
                if len(self.place.keyring_file(digest, size)) != size:
                    raise Refused(f"keyring/{digest}: another size than the ledger or the generation says")
            except Refused as error:
                self.place.tell(f"keyring/{digest}", str(error))
        for box in self.standing.boxes:
            named.add(box.name)
            if box.hash in self.standing.missing:
                self.findings.add(box.name, "missing here, as its snapshot says")
            else:
                self.hash_box(box)
        self.strays(named)

    def hash_box(self, box):
        whole, index = hashlib.sha256(), hashlib.sha256()
        try:
            with open_box(self.place, box) as file:
                for at in range(0, box.size, MIB):
                    data = file.read(at, min(MIB, box.size - at))
                    whole.update(data)
                    index.update(memoryview(data)[max(0, box.offset - at) :] if box.offset < at + len(data) else b"")
                header = file.read(0, 32)
                if file.size != box.size:
                    raise Refused(f"has {file.size} bytes where the ledger says {box.size}")
            if header != b"STRONGBX" + struct.pack(">H6x", 1) + bytes.fromhex(self.ledger.vault):
                raise Refused("its header isn't that of a box of this vault")
            if whole.hexdigest() != box.hash:
                raise Refused("damaged: its digest differs")
            if index.hexdigest() != box.index:
                raise Refused("its index isn't the one that the ledger names")
        except FileNotFoundError:
            self.findings.add(box.name, "missing")
        except OSError as error:
            self.findings.add(box.name, error.strerror)
        except Refused as error:
            self.findings.add(box.name, error)

    def strays(self, named):
        commits = {f"ledger/{n:020d}" for n in self.ledger.commits}
        older = {f"keyring/{e['file']}" for _, e in self.ledger.generations}
        older |= {f"keyring/{p['hash']}" for _, e in self.ledger.keys for p in e["pages"]}
        # Boxes that others stand in the place of may be there still.
        known = named | commits | older | {box.name for box in self.ledger.boxes if box.entry < self.standing.size}
        known |= {f"second/{name}" for name in known}
        for folder in ("ledger", "keyring", "boxes", "second/ledger", "second/keyring"):
            for name in self.place.names(folder):
                if name not in known:
                    self.findings.note(name, "nothing names it (where this place stands)")

    def with_key(self, archive):
        keyring = archive.keyring
        for section_id, rows in keyring.rows.items():
            for page in rows.pages:
                rows.page(page)
        if keyring.journal:
            self.sealed_parts(archive.journal)
            self.brought_back(archive)
        for section in keyring.classes:
            for subject in archive.subjects(section, None):
                self.check_subject(archive, section, subject)
        self.shared_ids(keyring, archive)

    def brought_back(self, archive):
        """Rows that an entry says were erased (4.4)."""
        subjects = {erased[:32] for erased in archive.erased}
        for section in archive.keyring.classes:
            rows = archive.keyring.rows[section.id]
            found = set()
            for page in map(rows.page, rows.pages):
                for at in range(0, len(page or b""), 48):
                    row = section.id + page[at : at + 16]
                    if row in subjects and row + key_check(page[at + 16 : at + 48]) in archive.erased:
                        found.add(row[16:])
            for subject in sorted(found):
                self.findings.add(f"customer {subject.hex()} of {section.name}", "an entry says that this key was erased, and it is there")

    def shared_ids(self, keyring, archive):
        """Ids to which the directory leads more than the one customer whom the records under them name (2.1)."""
        directory = next((s for s in keyring.sections.values() if s.kind == 2), None)
        if directory is None:
            return
        rows, names, left = keyring.rows[directory.id], defaultdict(set), defaultdict(int)
        for (subject, label_), is_owner in archive.owners.items():
            if is_owner:
                names[subject].add(customer_name(label_))
        led = lambda token: (rows.find(token)[0] or b"")[:16]
        for page in map(rows.page, rows.pages):
            for at in range(0, len(page or b""), 48):
                if led(page[at : at + 16]) == page[at + 16 : at + 32]:
                    left[page[at + 16 : at + 32]] += 1
        for subject, of_it in sorted(names.items()):
            own = sum(led(token) == subject for name in of_it for token in tokens(directory, *name))
            if len(of_it) > 1 or left[subject] > own:
                self.findings.add(f"customer {subject.hex()}", "the directory leads more than one customer to this id")

    def check_subject(self, archive, section, subject):
        records = []
        for bundle in archive.bundles[section.id][subject]:
            try:
                with archive.open(bundle) as opened:
                    archive.counts["bundles"] += 1
                    records += archive.attributed(bundle, opened.table.records)
                    opened.read(by_place(opened.table.records), lambda group: Check(self.findings, section, group))
            except Gone:
                pass  # counted
            except Refused as error:
                self.findings.add(bundle.what, error)
        for versions in archive.versions(section, records):
            for rows in versions:
                archive.counts["records"] += 1
                archive.counts["bytes"] += rows[0].total
                if rows[0].part:
                    self.check_whole(archive, section, rows)

    def check_whole(self, archive, section, rows):
        whole = hashlib.sha256()
        try:
            for r in rows:
                with archive.open(r.bundle) as opened:
                    opened.read([[r]], lambda group: Digest(whole))
        except Refused:
            return  # already named with its bundle
        if whole.digest() != rows[-1].part.whole:
            self.findings.add(label(section, rows[0]), "its parts aren't the whole record")

    def sealed_parts(self, journal):
        """Opens what entries hold for the journal alone; nothing depends on most of it but what people read there."""
        uncounted = {number_ for number_, _, _ in self.ledger.uncounted}
        for number_, entry in journal.entries():
            try:
                if number_ in self.standing.held:
                    journal.part_of(entry, HOLD)
                elif number_ in self.standing.found:
                    text = bytes.fromhex(journal.part_of(entry, FINDING)["text"]).decode()
                    self.findings.note(f"entry {number_}", f"it says: {text}")
                elif entry["event"] == "accessed" and number_ not in uncounted:
                    journal.part_of(entry, ACCESS)
                elif number_ in self.standing.erased:
                    journal.part_of(entry, is_account(entry["rows"]))
                else:
                    journal.part(entry)
            except Refused as error:
                if number_ in self.standing.held:
                    self.findings.add(f"entry {number_}", f"its sealed part can't be read, so it holds everything: {error}")
                elif number_ in self.standing.erased:
                    self.findings.add(f"entry {number_}", f"its sealed part can't be read, so it accounts for nothing: {error}")
                elif entry["event"] == "accessed" and number_ not in uncounted:
                    self.findings.note(f"entry {number_}", f"its sealed part can't be read, so it says all was opened: {error}")
                else:
                    self.findings.note(f"entry {number_}", f"its sealed part can't be read: {error}")


class Check:
    def __init__(self, findings, section, group):
        self.findings, self.section, self.group = findings, section, group

    def write(self, data):
        pass

    def close(self):
        pass

    def done(self, whole):
        for r in [] if whole else self.group:
            self.findings.add(label(self.section, r), f"its digest differs (in {r.bundle.what})")


class Digest:
    def __init__(self, whole):
        self.write = whole.update

    def done(self, whole):
        pass

    def close(self):
        pass


# ---------------------------------------------------------------------------------------------------- 4.6 evidence

PROOF_LIMIT, LINK_LIMIT, PATH_LIMIT = 8 * MIB, 200, 64
EVIDENCE = shaped(entry=hexed(), format=word("strongroom evidence"), founding=hexed(), links=listed(hexed(), 0, LINK_LIMIT),
                  version=number(1, 1))
COUNT = re.compile(rb"0|[1-9][0-9]{0,15}")


def count_of(text):
    """A number as it is written in notes and proofs, without a second spelling."""
    if not COUNT.fullmatch(text) or int(text) >= 2**53:
        raise Refused("a number isn't one of the format")
    return int(text)


class Proof:
    """The text of a C2SP tlog-proof, taken apart: nothing of it is verified."""

    def __init__(self, data, what):
        self.what, self.path = what, []
        head, blank, self.note = data.partition(b"\n\n")
        lines = head.split(b"\n")
        if not blank or lines[0] != b"c2sp.org/tlog-proof@v1" or not 3 <= len(lines) <= 3 + PATH_LIMIT:
            raise Refused(f"{what} isn't a tlog-proof")
        if not lines[1].startswith(b"extra ") or not lines[2].startswith(b"index "):
            raise Refused(f"{what} lacks its extra data or its index")
        self.extra = base64_of(lines[1][6:])
        self.index = count_of(lines[2][6:])
        self.path = [base64_of(line, 32) for line in lines[3:]]
        if self.extra is None or None in self.path:
            raise Refused(f"{what} isn't written the one way")

    def verify(self, line, vault, ed25519):
        """That this line stands in a tree of the vault that the key signed, as one of a commit's entries. Returns its size."""
        origin = f"strongroom/{vault}".encode()
        text, _, signature = self.note.partition(b"\n\n")
        parts = text.split(b"\n")
        if len(parts) != 3 or parts[0] != origin:
            raise Refused(f"{self.what} has a note that isn't one of this vault")
        size, root = count_of(parts[1]), base64_of(parts[2], 32)
        if not self.index < size <= self.index + 256:
            raise Refused(f"{self.what} has a note that isn't that of the entry's commit")
        if root is None or path_root(sha256(b"\0", line), self.index, size, self.path) != root:
            raise Refused(f"{self.what} has a path that doesn't lead to the note's root")
        head = "— ".encode() + origin + b" "
        signed = base64_of(signature[len(head) : -1], 68)
        if not signature.startswith(head) or signature[-1:] != b"\n" or signed is None:
            raise Refused(f"{self.what} has a note without its one signature")
        if signed[:4] != sha256(origin, b"\n\1", ed25519)[:4] or not is_signature(ed25519, signed[4:], text + b"\n"):
            raise Refused(f"{self.what} isn't signed by who made the entry")
        return size


def entry_of(line, what):
    if len(line) > 32 * KIB:
        raise Refused(f"{what} is too long")
    entry = decode_json(line, what)
    check_entry(entry, what)
    return entry


def check_evidence(data, vault):
    """All that evidence claims, for a vault of which the id is known; returns what it shows."""
    if len(data) > PROOF_LIMIT:
        raise Refused("the evidence is over 8 MiB")
    last = Proof(data, "the proof")
    extra = decode_json(last.extra, "the proof's extra data")
    if not EVIDENCE(extra):
        raise Refused("the proof's extra data aren't those of evidence")
    founding = bytes.fromhex(extra["founding"])
    if sha256(founding)[:16].hex() != vault:
        raise Refused("the evidence is for another vault")
    founded = entry_of(founding, "the founding entry")
    ids = [identity_of(keys) for keys in founded["custodians"]] if founded["event"] == "founded" else []
    if not ids or len(set(ids)) != len(ids) or ids[0] != founded["by"]:
        raise Refused("the founding entry isn't one")
    shown = {id: (Member(keys, ["custodian"]), 0) for id, keys in zip(ids, founded["custodians"])}
    chain, before = [], None
    steps = [Proof(bytes.fromhex(link), f"link {i + 1}") for i, link in enumerate(extra["links"])]
    for step, line in [(link, link.extra) for link in steps] + [(last, bytes.fromhex(extra["entry"]))]:
        entry = entry_of(line, step.what)
        by, event = entry["by"], entry["event"]
        if step is not last and event != "granted":
            raise Refused(f"{step.what} is no grant")
        if (step.index == 0) != (event == "founded") or step.index == 0 and line != founding:
            raise Refused(f"{step.what}: entry 0 is the founding one, and no other is")
        if by not in shown:
            raise Refused(f"{step.what} is by {by}, who isn't shown to be anybody there")
        member, since = shown[by]
        if roles_for(entry).isdisjoint(member.roles):
            raise Refused(f"{step.what} is by {by}, who has no role for {event}")
        if before and not before[0].index < step.index:
            raise Refused(f"{step.what} is out of order")
        if before and before[0].note != step.note and step.index < before[1]:
            raise Refused(f"{step.what} and the one before it aren't of one ledger")
        before = (step, step.verify(line, vault, member.ed25519))
        chain.append({"entry": since, "identity": by, "roles": sorted(member.roles)})
        if step is not last:
            shown = {identity_of(entry): (Member(entry, entry["roles"]), step.index)}
    return {"vault": vault, "entry": last.index, "event": event, "by": by, "time": entry["time"],
            "document": entry.get("report", ""), "chain": chain}


def roles_for(entry):
    """Every role that its row names for what its members say; whoever made a finding ends it."""
    if entry["event"] == "verified" and (entry["keyrings"] or entry["moves"]) or entry["event"] == "founded":
        return {"custodian"}
    if entry["event"] == "attested":
        return set(ATTESTED[entry["kind"]])
    return set(ROLES if entry["event"] == "ended" else EVENTS[entry["event"]][1])


def command_proof(options):
    vault = options.vault_id.lower()
    if not ID(vault):
        raise Refused("a vault id has 32 digits")
    result = check_evidence(read_small(options.proof, PROOF_LIMIT), vault)
    if options.document is not None:
        with open(options.document, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != result["document"]:
            raise Refused(f"the document isn't the one that entry {result['entry']} names")
    return result | {"compared": int(options.document is not None)}


NOT_SHOWN = ("whether this entry and those that lead to it count, whether somebody's rights had ended by then, whether the "
             "time is right, and whether others see the same ledger")

# ---------------------------------------------------------------------------------------------------- command line


def parse(arguments):
    parser = argparse.ArgumentParser(prog="strongroom_reader.py", description=__doc__.split("\n\n")[0], epilog=__doc__[
        __doc__.index("Exit codes"):])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("list", "what is in it"), ("verify", "check all that can be checked"), ("export", "write the files")):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("vault", help="folder of a vault, a destination or a restored copy")
        if name == "export":
            command.add_argument("out", help="folder to write CLASS/CUSTOMER/PATH to")
        command.add_argument("--identity", metavar="FILE", help="identity file")
        command.add_argument("--passphrase", action="store_true", help="ask for a passphrase on the terminal")
        command.add_argument("--passphrase-file", metavar="FILE", help="passphrase, with or without a line feed at its end")
        command.add_argument("--shares", metavar="FILE", nargs="+", help="files of recovery shares, enough of them")
        command.add_argument("--vault-id", metavar="HEX", help="the id on the vault's card; another vault is refused")
        command.add_argument("--json", action="store_true", help="JSON; for list an object a line")
        if name != "verify":
            command.add_argument("--class", dest="record_class", metavar="NAME")
            command.add_argument("--customer", metavar="NUMBER", help="only what belongs to this customer")
        if name == "list":
            command.add_argument("--versions", action="store_true", help="older versions too")
    text = "check evidence that an entry stands in a vault's ledger; needs no vault and no key"
    command = commands.add_parser("proof", help=text, description=text)
    command.add_argument("proof", help="the file, *.tlog-proof")
    command.add_argument("--vault-id", metavar="HEX", required=True, help="the id on the vault's card")
    command.add_argument("--document", metavar="FILE", help="what the entry names")
    command.add_argument("--json", action="store_true", help="JSON")
    return parser.parse_args(arguments)


def find_identity(options, generation):
    def passphrase():
        if options.passphrase_file:
            return read_small(options.passphrase_file, 4 * KIB)
        return os.fsencode(getpass.getpass("Passphrase: "))

    by_passphrase = options.passphrase_file is not None or options.passphrase
    if options.passphrase_file is not None and options.passphrase or options.shares and (options.identity or by_passphrase):
        raise Refused("one way in at a time: --identity, --passphrase, --passphrase-file or --shares")
    if options.shares:
        return identity_from_shares(options.shares)
    if options.identity:
        # The passphrase is that of a closed file.
        return identity_from_file(options.identity, passphrase)
    return identity_from_passphrase(passphrase(), generation["grants"]) if by_passphrase else None


def run(options, findings):
    place = Place(options.vault, findings)
    ledger = Ledger(place)
    if options.vault_id and options.vault_id.lower() != ledger.vault:
        raise Refused(f"this is vault {ledger.vault}, not the one on the card")
    if not options.vault_id:
        findings.note("vault", f"no id was given, so whichever vault this is, it is consistent with itself: {ledger.vault}; "
                      "compare that with the card")
    if place.marked and place.marked != ledger.vault:
        findings.add("STRONGROOM", "its vault id isn't that of the ledger")
    standing = Standing(place, ledger)
    check_tail(place, ledger, standing)
    generation = read_generation(place, ledger, standing.generation)
    identity = find_identity(options, generation)
    if identity is None and options.command != "verify":
        raise Refused("an identity file, a passphrase or shares are needed; see --help")
    archive = identity and Archive(place, ledger, standing, Keyring(place, ledger, standing, generation, identity))
    if options.command == "verify":
        for index, event, broken in ledger.uncounted:
            findings.note(f"entry {index}", f"{event} doesn't count: {broken}")
        remarks(ledger, standing, findings)
        verify = Verify(place, ledger, standing, generation)
        verify.without_key()
        if archive:
            verify.with_key(archive)
        result = summary(ledger, standing, archive)
    else:
        wanted = None
        if options.customer is not None:
            wanted = archive.keyring.subjects((b"number", b"id"), os.fsencode(options.customer))
            if wanted is None:
                raise Refused("this identity doesn't open the directory, so it finds no customers")
        result = (command_list if options.command == "list" else command_export)(options, archive, wanted)
    if archive:
        archive.note_gone()
    if archive and archive.counts["boxes not granted"]:
        findings.note("boxes", f"{archive.counts['boxes not granted']} are of classes that this identity doesn't open")
    return result


def check_tail(place, ledger, standing):
    """Whether a destination's ledger ends where it must."""
    through = standing.through + ((standing.through, place.id) in ledger.verified)
    if standing.kind == "destination" and through < ledger.tree.size:
        findings = place.findings
        findings.note("ledger", f"entries from {through} on are a copy that broke off; nothing of them is used")


def remarks(ledger, standing, findings):
    """What people have to see to, as far as the ledger says it to whoever reads it."""
    for number_ in sorted(standing.found):
        found = ledger.found[number_]
        due = f", due at {found.due}" if found.due else ""
        findings.note(f"entry {number_}", f"a finding about entry {found.about} isn't ended{due}")
    for place in standing.forgotten:
        findings.note(f"place {place}", "it is forgotten: it held keys, and may hold them still")
    for erased, report in sorted(standing.certificates.items()):
        findings.note(f"entry {erased}", f"the newest certificate of this erasure is {report}")


def summary(ledger, standing, archive):
    result = {"vault": ledger.vault, "kind": standing.kind, "entries": ledger.tree.size,
              "root": ledger.tree.root().hex(), "stands_at": standing.through, "boxes": len(standing.boxes),
              "generation": standing.generation["generation"], "open_findings": len(standing.found),
              "forgotten_places": len(standing.forgotten)}
    if archive:
        result |= {"opened": {k.replace(" ", "_"): v for k, v in archive.counts.items()}}
    return result


def fail(why):
    print(f"strongroom_reader: {shown(str(why))}", file=sys.stderr)
    return 1


def main(arguments=None):
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options, findings = parse(arguments), Findings()
    try:
        if options.command == "proof":
            result = command_proof(options)
            print(json.dumps(result) if options.json else "\n".join(
                [f"{k}: {json.dumps(v) if isinstance(v, list) else v}" for k, v in result.items()] + [f"not shown: {NOT_SHOWN}"]))
            return 0
        result = run(options, findings)
    except Refused as error:
        return fail(error)
    except OSError as error:
        return fail(f"{error.filename or ''}: {error.strerror}")
    except KeyboardInterrupt:
        return fail("interrupted")
    if options.command == "verify" or options.json:
        result |= {"findings": len(findings.found)}
        if options.json:
            result["findings"] = [{"what": shown(w), "why": shown(y)} for w, y in findings.found]
            print(json.dumps(result)) if options.command != "list" else None
        else:
            print("\n".join(f"{k}: {json.dumps(v) if isinstance(v, dict) else v}" for k, v in result.items()))
    return 2 if findings.found else 0


if __name__ == "__main__":
    sys.exit(main())
