"""What must not be found, in every form in which it could stand somewhere."""

import base64
import os
import re
import sqlite3
import tempfile
from pathlib import Path

import zstandard

SHORTEST_IN_RANDOM = 6  # bytes; a shorter text stands in a few MiB of random bytes by chance


def forms(text):
    """(form, bytes) of a text or of bytes: as it is, UTF-16, hex, base64 at each of its three alignments."""
    data = text.encode() if isinstance(text, str) else text
    yield "as it is", data
    if isinstance(text, str):
        yield "UTF-16LE", text.encode("utf-16-le")
        yield "UTF-16BE", text.encode("utf-16-be")
    yield "hex", data.hex().encode()
    yield "HEX", data.hex().upper().encode()
    for shift in range(3):
        # What depends on the bytes before and behind is cut off.
        whole = base64.b64encode(bytes(shift) + data)
        kept = whole[(0, 2, 3)[shift] : (shift + len(data)) * 8 // 6]
        yield f"base64 at {shift}", kept
        url = kept.translate(bytes.maketrans(b"+/", b"-_"))
        if url != kept:
            yield f"base64url at {shift}", url


class Needles:
    def __init__(self, texts):
        self.by_form = {}
        for kind, text in texts:
            for form, data in forms(text):
                self.by_form.setdefault(data, (kind, form, text))

    def find(self, data, shortest=4):
        """(kind, form, text) of everything that stands in the data, in what is packed in it, or in its SQLite rows."""
        found = set()
        for part in unpacked(data):
            for needle, what in self.by_form.items():
                if len(needle) >= shortest and needle in part:
                    found.add(what)
        return found


def unpacked(data):
    """The data, what its zstd frames hold, and the values of its rows where it is a SQLite file."""
    yield data
    yield from frames(data)
    if data.startswith(b"SQLite format 3\0"):
        rows = sqlite_values(data)
        yield rows
        yield from frames(rows)


def frames(data):
    for match in re.finditer(re.escape(zstandard.FRAME_HEADER), data):
        try:
            opened = zstandard.ZstdDecompressor().decompressobj()
            yield opened.decompress(data[match.start() : match.start() + (64 << 20)])
        except zstandard.ZstdError:
            continue


def sqlite_values(data):
    """All values of all tables, which in the file itself may be cut by pages."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copy.db"
        # The header's bytes 18 and 19 ask for a write-ahead log, which isn't beside the copy.
        file.write_bytes(data[:18] + b"\1\1" + data[20:])
        database = sqlite3.connect(file)
        database.text_factory = bytes
        values = []
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{os.fsdecode(table)}"'):
                values += [v if isinstance(v, bytes) else str(v).encode() for v in row if v is not None]
        database.close()
        return b"\0\0".join(values)


RAW = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")


def raw_controls(output):
    """What a terminal could act on, or an eye be deceived by, but line feeds and tabs."""
    found = [match.group() for match in RAW.finditer(output)]
    try:
        output.decode()
    except UnicodeDecodeError as error:
        found.append(output[error.start : error.end])
    return found
