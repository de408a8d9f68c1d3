#!/usr/bin/env python3
"""Writes evidence (Docs/Format.md 4.6) that holds, and evidence that somebody forged for a vault whose id is known.

    forge_proof.py OUT

writes OUT/NAME.tlog-proof for each kind, OUT/document, and OUT/kinds.json: of each kind the vault id that a reader is
told, and whether it must be taken. The ledger is that of an archive with one founder, a custodian whom the founder granted, and an archivist
whom that one granted; what is forged is signed by who holds the keys that the name says.
"""

import base64
import json
import sys
from pathlib import Path

import make_place as made
import make_proof
from strongroom_reader import sha256

FOUNDER, CUSTODIAN, ARCHIVIST, AUDITOR, STRANGER = (
    made.Identity(made.fixed(f"evidence {name}", 32)) for name in ("founder", "custodian", "archivist", "auditor", "stranger"))
DOCUMENT = b"the report of a drill\n"


class Ledger:
    """A ledger that takes whatever somebody signs."""

    def __init__(self, nonce="nonce", founder=FOUNDER, founders=(FOUNDER,)):
        self.lines, self.notes, self.time = [], [], made.START
        policy = {"access": 0, "ahead": 10, "classes": [{"id": made.fixed("class").hex(), "keep": 0, "years": 6}], "cryptoperiod": 365,
                  "destinations": 1, "drill": 90, "eyes": [], "holdback": 72, "limit": 10, "rehearse": 0, "snapshot": 24,
                  "verify": 90}
        founding = self.entry(founder, "founded", custodians=[self.keys(one) for one in founders], home=made.fixed("place").hex(),
                              nonce=made.fixed(nonce, 32).hex(), policy=policy, version=1)
        self.vault = sha256(founding)[:16].hex()
        self.commit(founder, founding)

    def copy(self, size):
        other = object.__new__(Ledger)
        other.__dict__ = self.__dict__ | {"lines": self.lines[:size], "notes": self.notes[:size]}
        return other

    @staticmethod
    def keys(identity):
        return {"ed25519": identity.ed25519.hex(), "kind": "file", "xwing": identity.xwing.hex()}

    def entry(self, by, event, **rest):
        self.time += 60
        return made.encode({"by": by.id.hex(), "event": event, "time": self.time, **rest})

    @staticmethod
    def padded(line, size):
        """The entry with a sealed part, so long that its line has so many bytes."""
        entry = json.loads(line) | {"sealed": {"epoch": 1, "message": ""}}
        room = size - len(made.encode(entry))
        # A digit more in the time makes an odd number even.
        entry["time"] = entry["time"] * 10 if room % 2 else entry["time"]
        entry["sealed"]["message"] = "00" * (room // 2)
        assert len(made.encode(entry)) == size
        return made.encode(entry)

    def granted(self, by, identity, *roles, **forged):
        return self.entry(by, "granted", roles=sorted(roles), **(self.keys(identity) | forged))

    def commit(self, signer, *lines, vault=None, name=None):
        """Returns the number of the first one. The note may name another vault, or be signed under another name."""
        self.lines += lines
        origin = f"strongroom/{vault or self.vault}"
        text = f"{origin}\n{len(self.lines)}\n{base64.b64encode(made.root(self.lines)).decode()}\n"
        key_id = sha256((name or origin).encode() + b"\n\1" + signer.ed25519)[:4]
        signature = base64.b64encode(key_id + signer.signing.sign(text.encode())).decode()
        self.notes += [f"{text}\n— {name or origin} {signature}\n".encode()] * len(lines)
        return len(self.lines) - len(lines)

    def proof(self, index, extra=None):
        size = int(self.notes[index].split(b"\n")[1])
        return make_proof.proof_text(index, self.lines[:size], self.notes[index], self.lines[index] if extra is None else extra)

    def evidence(self, index, *links, **other):
        """Over links that are numbers of its own, or proofs."""
        steps = [self.proof(link) if isinstance(link, int) else link for link in links]
        return self.proof(index, make_proof.evidence_data(self.lines[0], self.lines[index], steps, **other))


def drilled(ledger, by):
    return ledger.entry(by, "drilled", destination=made.fixed("place").hex(), level="functional", outcome="passed", plan=sha256(b"plan").hex(),
                        report=sha256(DOCUMENT).hex(), rpo=1, rto=2, snapshot=1)


def boxes(ledger, by):
    box = {"hash": sha256(b"box").hex(), "index": sha256(b"index").hex(), "offset": 4096, "size": 8192, "year": 2036}
    return ledger.entry(by, "sealed", boxes=[box], generation=1)


def verified(ledger, by, keyrings, moves=()):
    return ledger.entry(by, "verified", boxes=[], damaged=[], generations=[], keyrings=keyrings, level="hash", missing=[],
                        moves=list(moves), place=made.fixed("place").hex(), size=1, strays=0)


class Forgery:
    def __init__(self):
        self.ledger = ledger = Ledger()
        ledger.commit(FOUNDER, ledger.granted(FOUNDER, CUSTODIAN, "custodian"))
        ledger.commit(CUSTODIAN, ledger.granted(CUSTODIAN, ARCHIVIST, "archivist"))
        ledger.commit(ARCHIVIST, boxes(ledger, ARCHIVIST))
        ledger.commit(CUSTODIAN, drilled(ledger, CUSTODIAN))
        ledger.commit(FOUNDER, ledger.granted(FOUNDER, AUDITOR, "auditor"))
        ledger.commit(AUDITOR, verified(ledger, AUDITOR, []))
        self.kinds = {}  # name -> (bytes, the vault id that the reader is told, whether they hold)
        self.honest()
        self.signers()
        self.chains()
        self.notes()
        self.foundings()
        self.sizes()
        self.forms()

    def holds(self, name, data, vault=None):
        self.kinds[name] = (data, vault or self.ledger.vault, True)

    def fails(self, name, data, vault=None):
        self.kinds[name] = (data, vault or self.ledger.vault, False)

    def honest(self):
        ledger = self.ledger
        self.holds("archivist", ledger.evidence(3, 1, 2))
        self.holds("document", ledger.evidence(4, 1))
        self.holds("founding", ledger.evidence(0))
        self.holds("founder", ledger.evidence(1))
        self.holds("auditor", ledger.evidence(6, 5))
        late = ledger.copy(7)
        late.commit(FOUNDER, late.entry(FOUNDER, "revoked", identity=CUSTODIAN.id.hex()))
        self.holds("revoked", late.evidence(late.commit(CUSTODIAN, late.entry(CUSTODIAN, "clock")), 1))
        one = ledger.copy(5)
        first = one.commit(FOUNDER, one.granted(FOUNDER, FOUNDER, "custodian", "operator"), one.entry(FOUNDER, "clock"))
        self.holds("one_commit", one.evidence(first + 1, first))
        ends = ledger.copy(7)
        self.holds("ended_by_auditor", ends.evidence(ends.commit(AUDITOR, ends.entry(AUDITOR, "ended", entry=1)), 5))

    def signers(self):
        own = self.ledger.copy(7)
        self.fails("self_signed", own.evidence(own.commit(STRANGER, own.entry(STRANGER, "clock"))))
        self.fails("self_signed_behind_a_link", own.evidence(len(own.lines) - 1, 1))
        self.fails("in_anothers_name", own.evidence(own.commit(STRANGER, own.entry(CUSTODIAN, "clock")), 1))
        self.fails("by_a_stranger_whom_the_founder_signs", own.evidence(own.commit(FOUNDER, own.entry(STRANGER, "clock"))))
        granted = own.commit(STRANGER, own.granted(STRANGER, STRANGER, "custodian"))
        self.fails("granted_oneself", own.evidence(own.commit(STRANGER, own.entry(STRANGER, "clock")), granted))
        named = own.commit(STRANGER, own.granted(FOUNDER, STRANGER, "custodian"))
        self.fails("granted_in_anothers_name", own.evidence(own.commit(STRANGER, own.entry(STRANGER, "clock")), named))
        archivist = self.ledger.copy(7)
        other = archivist.commit(ARCHIVIST, archivist.granted(ARCHIVIST, STRANGER, "custodian"))
        clock = archivist.commit(STRANGER, archivist.entry(STRANGER, "clock"))
        self.fails("archivist_grants", archivist.evidence(clock, 1, 2, other))
        raised = archivist.commit(ARCHIVIST, archivist.granted(ARCHIVIST, ARCHIVIST, "custodian"))
        clock = archivist.commit(ARCHIVIST, archivist.entry(ARCHIVIST, "clock"))
        self.fails("archivist_grants_oneself", archivist.evidence(clock, 1, 2, raised))
        self.fails("no_role", archivist.evidence(clock, 1, 2))
        compared = self.ledger.copy(7)
        self.fails("auditor_compares_keyrings", compared.evidence(compared.commit(AUDITOR, verified(compared, AUDITOR, [2])), 5))
        moved = self.ledger.copy(7)
        self.fails("auditor_compares_moves", moved.evidence(moved.commit(AUDITOR, verified(moved, AUDITOR, [], [2])), 5))
        mixed = self.ledger.copy(7)
        self.fails("anothers_note", mixed.evidence(mixed.commit(CUSTODIAN, boxes(mixed, ARCHIVIST)), 1, 2))
        nobody = self.ledger.copy(7)
        key = nobody.granted(FOUNDER, STRANGER, "custodian", ed25519="01" + "00" * 31)
        self.fails("a_key_that_nobody_holds", nobody.evidence(nobody.commit(FOUNDER, key)))

    def chains(self):
        ledger = self.ledger
        for name, links in {"none": [], "first_missing": [2], "last_missing": [1], "swapped": [2, 1], "twice": [1, 1, 2],
                            "last_twice": [1, 2, 2], "itself": [1, 2, 3], "beside": [1, 2, 5]}.items():
            self.fails(f"links_{name}", ledger.evidence(3, *links))
        self.fails("links_not_needed", ledger.evidence(4, 1, 2))
        late = ledger.copy(7)
        clock = late.commit(STRANGER, late.entry(STRANGER, "clock"))
        self.fails("granted_afterwards", late.evidence(clock, late.commit(FOUNDER, late.granted(FOUNDER, STRANGER, "custodian"))))
        long = Ledger()
        for turn in range(202):
            by, to = (FOUNDER, CUSTODIAN) if turn % 2 == 0 else (CUSTODIAN, FOUNDER)
            long.commit(by, long.granted(by, to, "custodian"))
        self.holds("links_200", long.evidence(201, *range(1, 201)), long.vault)
        self.fails("links_201", long.evidence(202, *range(1, 202)), long.vault)
        one = ledger.copy(5)
        first = one.commit(FOUNDER, one.entry(FOUNDER, "clock"), one.granted(FOUNDER, FOUNDER, "custodian"))
        self.fails("later_in_one_commit", one.evidence(first, first + 1))

    def notes(self):
        ledger, other = self.ledger, Ledger("another nonce")
        foreign = ledger.copy(7)
        self.fails("note_of_another_vault", foreign.evidence(foreign.commit(
            FOUNDER, foreign.entry(FOUNDER, "clock"), vault=other.vault)))
        self.fails("note_under_another_name", foreign.evidence(foreign.commit(
            FOUNDER, foreign.entry(FOUNDER, "clock"), name=f"strongroom/{other.vault}")))
        self.fails("note_text_of_another_vault", foreign.evidence(foreign.commit(
            FOUNDER, foreign.entry(FOUNDER, "clock"), vault=other.vault, name=f"strongroom/{ledger.vault}")))
        theirs = other.commit(FOUNDER, other.granted(FOUNDER, CUSTODIAN, "custodian"))
        self.fails("link_of_another_vault", ledger.evidence(4, other.proof(theirs)))
        self.fails("another_vault", other.evidence(theirs))
        self.fails("another_founding", ledger.evidence(4, 1, founding=other.lines[0].hex()))
        wide = ledger.copy(1)
        wide.commit(FOUNDER, wide.granted(FOUNDER, CUSTODIAN, "custodian"), *[wide.entry(FOUNDER, "clock") for _ in range(9)])
        self.fails("two_ledgers", ledger.evidence(4, wide.proof(1)))
        far = ledger.copy(7)
        far.commit(FOUNDER, *[far.entry(FOUNDER, "clock") for _ in range(256)])
        far.notes[7] = far.notes[-1]
        self.holds("note_256_on", far.evidence(7))
        far.commit(FOUNDER, far.entry(FOUNDER, "clock"))
        far.notes[7] = far.notes[-1]
        self.fails("note_257_on", far.evidence(7))

    def foundings(self):
        ledger = self.ledger
        again = ledger.copy(7)
        self.fails("founded_again", again.evidence(again.commit(FOUNDER, again.lines[0])))
        anew = ledger.copy(0)
        grant = anew.commit(FOUNDER, anew.granted(FOUNDER, CUSTODIAN, "custodian"))
        self.fails("entry_0_is_no_founding", anew.evidence(grant, founding=ledger.lines[0].hex()))
        self.fails("link_to_entry_0", ledger.evidence(4, anew.proof(grant)))
        anew = ledger.copy(0)
        anew.commit(FOUNDER, Ledger("another nonce").lines[0])
        self.fails("entry_0_is_another_founding", anew.evidence(0, founding=ledger.lines[0].hex()))
        two = Ledger(founders=(FOUNDER, CUSTODIAN))
        self.holds("second_founder", two.evidence(two.commit(CUSTODIAN, two.entry(CUSTODIAN, "clock"))), two.vault)
        for name, founders in {"stranger": (CUSTODIAN,), "second": (CUSTODIAN, FOUNDER), "twice": (FOUNDER, FOUNDER),
                               "none": ()}.items():
            odd = Ledger(founders=founders)
            self.fails(f"founders_{name}", odd.evidence(0), odd.vault)
        clock = made.encode({"by": FOUNDER.id.hex(), "event": "clock", "time": 1})
        self.fails("founded_by_a_clock", ledger.evidence(4, 1, founding=clock.hex()), sha256(clock)[:16].hex())

    def sizes(self):
        ledger = self.ledger.copy(7)
        for name, size, claim in (("line_32_kib", 32 * made.reader.KIB, self.holds), ("line_too_long", 32 * made.reader.KIB + 1, self.fails)):
            claim(name, ledger.evidence(ledger.commit(FOUNDER, ledger.padded(ledger.entry(FOUNDER, "clock"), size))))
        for name, index, claim in (("index_2_53", 2**53 - 2, self.holds), ("index_beyond_2_53", 2**53 + 4, self.fails)):
            claim(name, self.crafted(index))
        for name, count, claim in (("below_8_mib", 70, self.holds), ("above_8_mib", 73, self.fails)):
            wide = Ledger()
            for _ in range(count):
                wide.commit(FOUNDER, wide.padded(wide.granted(FOUNDER, FOUNDER, "custodian"), 32 * made.reader.KIB - 8))
            data = wide.evidence(wide.commit(FOUNDER, wide.entry(FOUNDER, "clock")), *range(1, count + 1))
            assert (len(data) <= 8 * made.MIB) == (claim == self.holds), len(data)
            claim(name, data, wide.vault)

    def crafted(self, index):
        """A proof under a root that its signer made for it: whoever signs may state any size."""
        ledger = self.ledger
        line = ledger.entry(FOUNDER, "clock")
        node, at, last, path = sha256(b"\0" + line), index, index, []
        while last:
            path.append(sha256(b"%d" % len(path)))
            if at & 1 or at == last:
                node = sha256(b"\1" + path[-1] + node)
                while not at & 1 and at:
                    at, last = at >> 1, last >> 1
            else:
                node = sha256(b"\1" + node + path[-1])
            at, last = at >> 1, last >> 1
        encoded = lambda data: base64.b64encode(data).decode()  # noqa: E731
        origin = f"strongroom/{ledger.vault}"
        text = f"{origin}\n{index + 1}\n{encoded(node)}\n"
        signature = sha256(origin.encode() + b"\n\1" + FOUNDER.ed25519)[:4] + FOUNDER.signing.sign(text.encode())
        extra = make_proof.evidence_data(ledger.lines[0], line, [])
        lines = "".join(f"{encoded(node)}\n" for node in path)
        return (f"c2sp.org/tlog-proof@v1\nextra {encoded(extra)}\nindex {index}\n{lines}\n"
                f"{text}\n— {origin} {encoded(signature)}\n").encode()

    def forms(self):
        good = self.ledger.evidence(4, 1)
        extra = good.split(b"\n")[1][6:]
        data = json.loads(base64.b64decode(extra))
        spoilt = {"version_2": data | {"version": 2}, "format": data | {"format": "strongroom"}, "more": data | {"more": 1},
                  "no_links": {k: v for k, v in data.items() if k != "links"}, "entry_empty": data | {"entry": ""},
                  "entry_swapped": data | {"entry": self.ledger.lines[3].hex()}, "link_empty": data | {"links": [""]},
                  "link_garbage": data | {"links": ["00" * 100]}, "links_text": data | {"links": "00"}}
        for name, changed in spoilt.items():
            self.fails(name, good.replace(extra, base64.b64encode(made.encode(changed))))
        plain = json.dumps(data, sort_keys=True).encode()
        upper = made.encode(data).replace(data["entry"].encode(), data["entry"].upper().encode())
        for name, bytes_ in {"blanks": plain, "upper_case": upper, "garbage": b"\xff" * 99, "deep": b"[" * 5000,
                             "no_extra_data": b""}.items():
            self.fails(name, good.replace(extra, base64.b64encode(bytes_)))
        for name, (old, new) in {
                "index_huge": (b"index 4", b"index " + b"9" * 5000), "index_53_bits": (b"index 4", b"index 9007199254740996"),
                "index_64_bits": (b"index 4", b"index 18446744073709551620"), "index_zeros": (b"index 4", b"index 04"),
                "index_sign": (b"index 4", b"index +4"), "index_other": (b"index 4", b"index 3"),
                "index_digits": (b"index 4", "index ٤".encode()), "no_index": (b"index 4\n", b""),
                "no_extra": (b"extra " + extra + b"\n", b""), "extra_twice": (b"extra ", b"extra " + extra + b"\nextra "),
                "version": (b"proof@v1", b"proof@v2"), "crlf": (b"\n", b"\r\n"), "path_gap": (b"\n\n", b"\n\n\n"),
                "path_junk": (b"index 4\n", b"index 4\nAAAA\n"), "padding": (b"index 4\n", b"index 4\n\n"),
                "size_zeros": (b"\n5\n", b"\n05\n"), "size_huge": (b"\n5\n", b"\n" + b"9" * 400 + b"\n")}.items():
            assert good.count(old) >= 1, name
            self.fails(f"text_{name}", good.replace(old, new, 1) if name != "crlf" else good.replace(old, new))
        self.fails("long_path", good.replace(b"index 4\n", b"index 4\n" + (base64.b64encode(bytes(32)) + b"\n") * 65))
        self.fails("cosigned", good + good.rstrip(b"\n").split(b"\n")[-1] + b"\n")
        self.fails("line_behind", good + b"\n")
        self.fails("blank_at_the_end", good[:-1] + b" ")
        self.fails("empty", b"")


def write(out):
    forged = Forgery()
    out.mkdir(parents=True)
    (out / "document").write_bytes(DOCUMENT)
    for name, (data, _, _) in forged.kinds.items():
        (out / f"{name}.tlog-proof").write_bytes(data)
    kinds = {name: {"holds": holds, "vault": vault} for name, (_, vault, holds) in forged.kinds.items()}
    (out / "kinds.json").write_text(json.dumps(kinds))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
