"""Writes evidence by Docs/Format.md 4.6 alone, for readers to be tested with."""

import base64

import make_place as made


def audit_path(index, lines):
    """RFC 6962, 2.1.1, as it is written there."""
    if len(lines) == 1:
        return []
    k = 1
    while 2 * k < len(lines):
        k *= 2
    if index < k:
        return audit_path(index, lines[:k]) + [made.root(lines[k:])]
    return audit_path(index - k, lines[k:]) + [made.root(lines[:k])]


def proof_text(index, lines, note, extra):
    """A C2SP tlog-proof; `lines` are those in the tree of the note."""
    path = "".join(f"{base64.b64encode(node).decode()}\n" for node in audit_path(index, lines))
    return f"c2sp.org/tlog-proof@v1\nextra {base64.b64encode(extra).decode()}\nindex {index}\n{path}\n".encode() + note


def evidence_data(founding, entry, links, /, **other):
    return made.encode({"entry": entry.hex(), "format": "strongroom evidence", "founding": founding.hex(),
                        "links": [link.hex() for link in links], "version": 1} | other)


def evidence(lines, ledger, index, links):
    """Format.md 4.6: of an entry of this ledger's folder, over links to others."""

    def proof(index, extra):
        names = sorted(file.name for file in ledger.iterdir())
        note = (ledger / max(name for name in names if int(name) <= index)).read_bytes().partition(b"\n\n")[2]
        return proof_text(index, lines[: int(note.split(b"\n")[1])], note, extra)

    steps = [proof(link, lines[link]) for link in links]
    return proof(index, evidence_data(lines[0], lines[index], steps))
