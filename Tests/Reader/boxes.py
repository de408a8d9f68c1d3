"""Format.md, chapter 3: indexes, tables and bodies of boxes."""

import hmac
import struct
from dataclasses import dataclass

import zstandard

from keyring import Section
from sealing import *


@dataclass
class Bundle:
    box: dict
    section: Section
    id: bytes
    subject: bytes
    epoch: int
    records: int
    body: tuple  # offset, length
    table: tuple
    content: bytes
    entry: int
    check: bytes


def parse_index(plain, box, section):
    year, z1, count, z2 = struct.unpack(">H2sI120s", plain[:128])
    need(not any(z1) and not any(z2) and 1 <= count <= 65536, "the index's head is refused")
    need(
        len(plain) == 128 + 128 * padme(count) and not any(plain[128 + 128 * count :]),
        "the index's rows are refused",
    )
    need(year == box["year"], "the index has another year than the entry")
    bundles = []
    for at in range(128, 128 + 128 * count, 128):
        row = struct.unpack(">16s16sIIQQQQ32sQ8sQ", plain[at : at + 128])
        need(row[11] == 0 and row[2] in range(1, 1001) and 1 <= row[3] <= 65536, "an index row is refused")
        bundles.append(Bundle(box, section, *row[:4], row[4:6], row[6:8], *row[8:11]))
    position = 32
    for offset, length in [bundle.body for bundle in bundles] + [bundle.table for bundle in bundles]:
        need(offset == position and plain_size(length) is not None, "the index isn't the box's layout")
        position += length
    need(padme(position) == box["offset"], "the index isn't where the bundles end")
    need(len({bundle.id for bundle in bundles}) == count, "the index names a bundle twice")
    subjects = [bundle.subject for bundle in bundles]
    need(subjects == sorted(subjects), "the bundles aren't in the order of their subjects")
    return bundles


def open_index(place, box, classes, vault):
    """The bundles of a box, or None where it is of a class that this identity can't open."""
    data = place.box(box["hash"], box["offset"], box["size"] - box["offset"])
    need(sha256(data) == box["index"], "its index isn't what the entry names")
    need(plain_size(len(data)) is not None, "its index has an impossible length")
    for section in classes:
        for number, key in section.epochs.items():
            try:
                bound = context(INDEX, vault, section=section.id, number=number)
                return parse_index(open_stream(data, hkdf(key, b"strongroom/v1 index"), bound), box, section)
            except WrongKey:
                continue
    return None


def bundle_key(bundle, subject_key):
    epoch = bundle.section.epochs.get(bundle.epoch)
    need(epoch, f"epoch {bundle.epoch} of {bundle.section.name} isn't there")
    return hkdf(subject_key + epoch, b"strongroom/v1 bundle")


def open_part(place, bundle, subject_key, kind, vault):
    offset, length = bundle.body if kind == BODY else bundle.table
    bound = context(kind, vault, bundle.id, bundle.section.id, bundle.subject, bundle.epoch)
    return open_stream(place.box(bundle.box["hash"], offset, length), bundle_key(bundle, subject_key), bound)


def unzstd(data, limit, expected=None):
    """One frame that states its content size, and nothing behind it."""
    try:
        size = zstandard.get_frame_parameters(data).content_size
        need(size <= limit and (expected is None or size == expected), "a zstd frame has a wrong size")
        stream = zstandard.ZstdDecompressor().decompressobj()
        plain = stream.decompress(data)
    except zstandard.ZstdError as error:
        raise Refused(f"not a zstd frame: {error}") from None
    need(
        stream.eof and not stream.unused_data and len(plain) == size,
        "a zstd frame is cut, or more follows it",
    )
    return plain


def varint(data, at):
    value = shift = 0
    while True:
        need(at < len(data) and shift < 70, "a varint is cut or too long")
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            need(value < 1 << 64, "a varint is too long")
            return value, at


def protobuf(data, fields):
    """A message as a dictionary. `fields`: number -> (name, kind), kind being int, bool, sint, bytes, str or
    fields again, in a list where it repeats. What isn't there has proto3's default; a field that isn't in
    `fields` is refused."""
    plain = lambda kind: (
        0 if kind in ("int", "sint", "bool") else "" if kind == "str" else b"" if kind == "bytes" else None
    )
    message = {name: [] if isinstance(kind, list) else plain(kind) for name, kind in fields.values()}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        need(tag >> 3 in fields, f"the table has an unknown field {tag >> 3}")
        name, kind = fields[tag >> 3]
        one = kind[0] if isinstance(kind, list) else kind
        value, at = varint(data, at)
        if one in ("int", "sint", "bool"):
            need(tag & 7 == 0, f"{name} has a wrong wire type")
            value = (value >> 1) ^ -(value & 1) if one == "sint" else value
        else:
            need(tag & 7 == 2 and at + value <= len(data), f"{name} has a wrong wire type or is cut")
            value, at = data[at : at + value], at + value
            value = (
                utf8(value, name)
                if one == "str"
                else protobuf(value, one) if isinstance(one, dict) else value
            )
        if isinstance(kind, list):
            message[name].append(value)
        else:
            message[name] = value
    return message


PART = {1: ("set", "bytes"), 2: ("number", "int"), 3: ("offset", "int"), 4: ("total", "int"), 5: ("last", "bool"),
        6: ("whole", "bytes")}  # fmt: skip
RECORD = {1: ("id", "bytes"), 2: ("path", "bytes"), 3: ("source", "str"), 4: ("subject", "bytes"), 5: ("title", "str"),
          6: ("media_type", "str"), 7: ("size", "int"), 8: ("mtime", "sint"), 9: ("mode", "int"),
          10: ("sha256", "bytes"), 11: ("sealed_at", "int"), 12: ("retention", "int"), 13: ("tags", ["str"]),
          14: ("offset", "int"), 15: ("part", PART), 16: ("elsewhere", "bytes")}  # fmt: skip
FRAME = {1: ("plain", "int"), 2: ("stored", "int"), 3: ("method", "int")}
TABLE_MESSAGE = {1: ("records", [RECORD]), 2: ("frames", [FRAME])}


def check_path(path):
    need(1 <= len(path) <= 4096 and b"\0" not in path, "a record's path is refused")
    need(not {b"", b".", b".."} & set(path.split(b"/")), "a record's path is refused")


def open_table(place, bundle, subject_key, vault):
    message = unzstd(open_part(place, bundle, subject_key, TABLE, vault), 32 * MIB)
    mac = hmac.digest(hkdf(subject_key, b"strongroom/v1 content"), message, "sha256")
    need(hmac.compare_digest(mac, bundle.content), "the table isn't what the index names")
    table = protobuf(message, TABLE_MESSAGE)
    content = sum(frame["plain"] for frame in table["frames"])
    need(content <= 64 * MIB and len(table["records"]) == bundle.records, "the table's counts are refused")
    for frame in table["frames"]:
        need(1 <= frame["plain"] <= 4 * MIB and frame["method"] in (0, 1), "a frame is refused")
        need(frame["method"] == 1 or frame["plain"] == frame["stored"], "a stored frame's lengths differ")
    need(
        sum(frame["stored"] for frame in table["frames"]) == plain_size(bundle.body[1]),
        "the frames aren't the body",
    )
    for record in table["records"]:
        check_path(record["path"])
        need(
            len(record["id"]) == 16 and len(record["sha256"]) == 32 and not record["elsewhere"],
            "a record is refused",
        )
        need(record["offset"] + record["size"] <= content and record["mode"] <= 0o7777, "a record is refused")
        need(record["size"] > 0 or record["offset"] == 0, "an empty record has a place")
        need(record["retention"] == bundle.box["year"], "a record has another year than its box")
        if part := record["part"]:
            need(len(part["set"]) == 16 and part["total"] > 64 * MIB, "a part is refused")
            need(len(part["whole"]) == (32 if part["last"] else 0), "a part's digest is refused")
    return table


def read_content(place, bundle, subject_key, vault, table, start, size):
    """These bytes of a bundle's content; frames that don't touch them stay closed."""
    body, found, stored, plain = open_part(place, bundle, subject_key, BODY, vault), [], 0, 0
    for frame in table["frames"]:
        if plain < start + size and start < plain + frame["plain"]:
            data = body[stored : stored + frame["stored"]]
            data = data if frame["method"] == 0 else unzstd(data, 4 * MIB, frame["plain"])
            found.append(data[max(0, start - plain) : start + size - plain])
        stored, plain = stored + frame["stored"], plain + frame["plain"]
    return b"".join(found)
