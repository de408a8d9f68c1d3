"""Format.md, chapter 2: what an identity may open of the present generation, and the rows in its pages."""

import hmac
import struct
import unicodedata
from dataclasses import dataclass

from sealing import *


def token(directory_key, kind, value):
    """How the directory calls a subject of whom this is known; `value` is bytes as given."""
    try:
        text = unicodedata.normalize("NFKC", value.decode("utf-8"))
        value = text.strip(WHITE_SPACE).encode()
    except UnicodeDecodeError:
        pass
    return hmac.digest(directory_key, kind.encode() + b"\0" + value, "sha256")[:16]


# Unicode's property White_Space; Python's own strip() takes four control characters more.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


@dataclass
class Section:
    id: bytes
    kind: int
    name: str
    epochs: dict  # number -> key, those that aren't destroyed
    pages: (
        list  # (digest, page key, count, size, first id and last 8 or None), in the order in which rows count
    )
    readers: list
    rows: dict = None

    CLASS, DIRECTORY, JOURNAL = 1, 2, 3


def parse_section(plain):
    need(len(plain) >= 128, "a section is too short")
    id, kind, length, epochs, pages, readers, name = struct.unpack(">16sHHIII96s", plain[:128])
    need(
        len(plain) == 128 + 48 * epochs + 96 * pages + 16 * readers,
        "a section's length doesn't match its head",
    )
    need(
        1 <= epochs <= 1000 and pages <= 65536 and readers <= 1000,
        "a section has too many epochs, pages or readers",
    )
    need(kind == {DIRECTORY: 2, JOURNAL: 3}.get(id, 1), "a section's kind is refused")
    need(
        1 <= length <= 96 and 0 not in name[:length] and not any(name[length:]), "a section's name is refused"
    )
    need(kind != Section.JOURNAL or pages == 0, "the journal has pages")
    section = Section(id, kind, utf8(name[:length], "a section's name"), {}, [], [])
    for number in range(1, epochs + 1):
        at = 128 + 48 * (number - 1)
        found, state, marks, _, key = struct.unpack(">IHHQ32s", plain[at : at + 48])
        need(found == number and 1 <= state <= 4 and marks <= 1, "a section's epoch is refused")
        need((state == 1) == (number == epochs), "not exactly the newest epoch is sealing")
        need((state == 4) == (key == bytes(32)), "an epoch's key is zero, or should be")
        if state != 4:
            section.epochs[number] = key
    pages_at, readers_at = 128 + 48 * epochs, len(plain) - 16 * readers
    for at in range(pages_at, readers_at, 96):
        first, digest, key, count, size, last = struct.unpack(">16s32s32sII8s", plain[at : at + 96])
        need(1 <= count <= 4096, "a section's page is refused")
        section.pages.append((digest, key, count, size, (first, last)))
    section.readers = [plain[at : at + 16] for at in range(readers_at, len(plain), 16)]
    need(
        all(a < b for a, b in zip(section.readers, section.readers[1:])),
        "a section's readers aren't in order",
    )
    return section


def parse_page(data, section, vault, page):
    """The rows of a page, id -> the 32 bytes that follow."""
    digest, key, count, size, ends = page
    name = f"page {digest.hex()}"
    need(len(data) == size and sha256(data) == digest, f"{name} isn't what was named")
    try:
        plain = open_stream(data, key, context(PAGE, vault, section=section.id))
    except Refused as refusal:
        raise Refused(f"{name}: {refusal}") from None
    need(len(plain) == 48 * count, f"{name} has a wrong count")
    ids = [plain[at : at + 16] for at in range(0, len(plain), 48)]
    need(all(a < b for a, b in zip(ids, ids[1:])), f"{name} isn't in order")
    need(ends in (None, (ids[0], ids[-1][:8])), f"{name} begins or ends with another id")
    rows = {id: plain[48 * i + 16 : 48 * i + 48] for i, id in enumerate(ids)}
    if section.kind == Section.DIRECTORY:
        need(
            all(any(row[:16]) and not any(row[16:]) for row in rows.values()),
            f"{name} has a row that is refused",
        )
    need(all(any(row) for row in rows.values()), f"{name} has a key of zeros")
    return rows


GENERATION_FILE = members({
    "grants": listed(members({"identity": ID, "message": hex_bytes(1136, MIB)}, {"scrypt": SCRYPT}), 1, 1000,
                     by=lambda grant: grant["identity"]),
    "journal": listed(members({"epoch": integer(1, 1000), "xwing": hex_bytes(1216)}), by=lambda j: j["epoch"]),
    "number": GENERATION,
    "pages": listed(members({"hash": DIGEST, "size": integer(1)}), by=lambda page: page["hash"]),
    "previous": no_digest_or(DIGEST),
    "sections": listed(hex_bytes(STREAM_HEAD, 64 * MIB), 2, 1000),
    "through": integer(),
    "vault": ID,
    "version": one_of(1),
})  # fmt: skip


class Keys:
    """What an identity may open of the present generation, with the additions since."""

    def __init__(self, place, state, unlock):
        self.place, self.vault, self.sections = place, state.vault, []
        present = state.present
        data = place.keyring(present["file"])
        need(len(data) == present["size"] <= 64 * MIB, "the generation's size isn't that of its entry")
        self.file = file = GENERATION_FILE(decode(data, "the generation"))
        need(file["vault"] == self.vault, "the generation is another vault's")
        need((file["number"], file["previous"], file["through"])
             == (present["generation"], present["previous"], present["through"]),
             "the generation isn't what its entry says")  # fmt: skip
        need(
            sum("scrypt" in grant for grant in file["grants"]) <= 4, "the generation has too many passphrases"
        )
        identity, message = unlock(file["grants"])
        bound = context(GRANT, self.vault, number=file["number"])
        plain = open_envelope(
            identity.opening, message, envelope_info(bound, identity.xwing + identity.ed25519)
        )
        self.open_sections(plain, identity.id)
        for entry, generation, page in state.pending:
            self.add(entry, generation, page)

    def open_sections(self, plain, reader):
        count, sections = int.from_bytes(plain[:2], "big"), self.file["sections"]
        need(len(plain) == 2 + 48 * len(sections) and count <= len(sections), "the grant's length is refused")
        need(not any(plain[2 + 48 * count :]), "the grant isn't padded with zero bytes")
        granted = [(plain[at : at + 16], plain[at + 16 : at + 48]) for at in range(2, 2 + 48 * count, 48)]
        need(all(a[0] < b[0] for a, b in zip(granted, granted[1:])), "the grant isn't in order")
        self.keys = dict(granted)
        listed_pages, named = {page["hash"]: page["size"] for page in self.file["pages"]}, set()
        for id, key in granted:
            section = parse_section(self.try_sections(id, key))
            need(
                section.id == id and reader in section.readers,
                "a section is another one, or isn't for this reader",
            )
            need(
                all(listed_pages.get(digest) == size for digest, _, _, size, _ in section.pages),
                "a page isn't listed",
            )
            named |= {page[0] for page in section.pages}
            self.sections.append(section)
            if section.kind == Section.JOURNAL:
                public = {number: xwing_pair(seed)[1] for number, seed in section.epochs.items()}
                need(
                    public == {item["epoch"]: item["xwing"] for item in self.file["journal"]},
                    "the journal has other keys",
                )
        need(
            count < len(sections) or named == listed_pages.keys(),
            "the generation lists a page that no section names",
        )
        names = [section.name for section in self.classes()]
        need(len(set(names)) == len(names), "two classes have one name")

    def try_sections(self, id, key):
        bound = context(SECTION, self.vault, section=id, number=self.file["number"])
        for sealed in self.file["sections"]:
            try:
                return open_stream(sealed, key, bound)
            except WrongKey:
                continue
        raise Refused(f"no section opens for {id.hex()}")

    def add(self, entry, generation, page):
        """A page of a `keys` entry counts in the section whose key opens its key; others' stay closed."""
        for section in self.sections:
            try:
                bound = context(PAGE_KEY, self.vault, section=section.id, number=generation)
                key = open_stream(page["key"], self.keys[section.id], bound)
            except WrongKey:
                continue
            need(len(key) == 32, f"entry {entry} has a page key of a wrong length")
            section.pages.append((page["hash"], key, page["count"], page["size"], None))
            return

    def classes(self):
        return [section for section in self.sections if section.kind == Section.CLASS]

    def directory(self):
        found = [section for section in self.sections if section.kind == Section.DIRECTORY]
        need(found, "this identity isn't granted the directory")
        return found[0]

    def rows(self, section):
        """All rows of a section; the first one for an id wins."""
        if section.rows is None:
            section.rows = {}
            for page in section.pages:
                try:
                    found = parse_page(self.place.keyring(page[0]), section, self.vault, page)
                except Refused as refusal:
                    report(refusal)
                    continue
                for id, rest in found.items():
                    section.rows.setdefault(id, rest)
        return section.rows

    def subject(self, kind, value):
        rows = self.rows(self.directory())
        for key in self.directory().epochs.values():
            if (row := rows.get(token(key, kind, value))) is not None:
                return row[:16]
        return None
