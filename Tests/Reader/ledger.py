"""Format.md, chapter 4: commits, entries, and what the entries that count add up to."""

import base64
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sealing import *

ROLES = ("archivist", "auditor", "clerk", "custodian", "operator")
EVENTS = {
    "founded": (), "granted": ("custodian",), "revoked": ("custodian",), "requested": ("custodian",),
    "policy": ("custodian",), "keyring": ("custodian",), "keys": ("custodian", "archivist"),
    "sealed": ("custodian", "archivist"), "copying": ("custodian", "operator"),
    "snapshot": ("custodian", "operator"), "verified": ("custodian", "operator", "clerk", "auditor"),
    "drilled": ("custodian", "operator", "clerk", "auditor"), "recovered": ("custodian",),
    "removed": ("custodian",), "clock": ("custodian",),
}  # fmt: skip
KEYS = {"ed25519": DIGEST, "kind": one_of("file", "passphrase", "shares"), "xwing": hex_bytes(1216)}
POLICY = members({
    "ahead": integer(1, 1440), "cryptoperiod": integer(1, 36500), "holdback": integer(0, 720), "limit": integer(1, 100),
    "classes": listed(members({"id": ID, "years": integer(0, 1000)}), 1, 256, by=lambda item: item["id"]),
    "eyes": listed(one_of("drop", "recovered"), by=str),
})  # fmt: skip
ROW_COUNTS = members({name: integer() for name in ("added", "after", "before", "dropped", "merged")})
BOX = members({"hash": DIGEST, "index": DIGEST, "offset": integer(32, 16 * GIB), "size": integer(32, 16 * GIB),
               "year": integer(1, 9999)})  # fmt: skip
KEY_PAGE = members(
    {"count": integer(1, 4096), "hash": DIGEST, "key": hex_bytes(104), "size": integer(1, (1 << 32) - 1)}
)
SEALED_PART = members({"epoch": integer(1, 1000), "message": hex_bytes(1136, 32 * KIB)})


def box_range(value):
    pair = listed(integer(), 2, 2)(value)
    need(pair[0] <= pair[1], "a range of boxes is refused")
    return pair


MEMBERS = {
    "founded": {"custodians": listed(members(KEYS), 1), "home": ID, "nonce": DIGEST, "policy": POLICY, "version": one_of(1)},
    "granted": KEYS | {"roles": listed(one_of(*ROLES), 1, by=str)},
    "revoked": {"identity": ID},
    "requested": {"act": one_of(*EVENTS), "drops": integer(), "expires": integer(), "particulars": DIGEST},
    "policy": {"policy": POLICY},
    "keyring": {"file": DIGEST, "generation": GENERATION, "previous": no_digest_or(DIGEST), "rows": ROW_COUNTS,
                "reason": one_of("dropped", "founded", "granted", "merged", "revoked", "rotated"),
                "refused": listed(members({"count": integer(1, 4096), "page": DIGEST})),
                "size": integer(1, 64 * MIB), "through": integer()},
    "keys": {"generation": GENERATION, "pages": listed(KEY_PAGE, 1)},
    "sealed": {"boxes": listed(BOX, 1), "generation": GENERATION},
    "copying": {"generation": GENERATION, "place": ID},
    "snapshot": {"generation": GENERATION, "missing": listed(DIGEST), "place": ID, "size": integer(), "started": integer()},
    "verified": {"boxes": listed(box_range), "damaged": listed(DIGEST), "generations": listed(GENERATION),
                 "level": one_of("list", "hash", "open", "restore", "drill"), "missing": listed(DIGEST), "place": ID,
                 "size": integer(), "strays": integer()},
    "drilled": {"destination": ID, "passed": integer(0, 1), "plan": DIGEST, "report": DIGEST, "rpo": integer(),
                "rto": integer(), "snapshot": integer()},
    "recovered": {"home": ID, "root": DIGEST, "size": integer(), "snapshot": integer()},
    "removed": {"objects": listed(members({"hash": DIGEST, "kind": one_of("box", "keyring")}))},
    "clock": {},
}  # fmt: skip


def parse_entry(line, number):
    need(len(line) <= 32 * KIB, f"entry {number} is too long")
    raw = decode(line, f"entry {number}")
    event = raw.get("event")
    need(
        isinstance(event, str) and event in EVENTS,
        f"entry {number} has an unknown event: a newer program wrote it",
    )
    required = MEMBERS[event] | {"by": ID, "event": str, "time": integer()}
    optional = {"request": integer()} | ({} if event == "founded" else {"sealed": SEALED_PART})
    try:
        return members(required, optional)(raw), raw
    except Refused as refusal:
        raise Refused(f"entry {number}: {refusal}") from None


class Tree:
    """The root of an RFC 6962 tree that grows, from the roots of its complete subtrees."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, line):
        node, width = sha256(b"\0" + line), self.size
        while width & 1:
            node, width = sha256(b"\1" + self.peaks.pop() + node), width >> 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        node = self.peaks[-1] if self.peaks else sha256(b"")
        for peak in reversed(self.peaks[:-1]):
            node = sha256(b"\1" + peak + node)
        return node

    def copy(self):
        tree = Tree()
        tree.size, tree.peaks = self.size, list(self.peaks)
        return tree


@dataclass
class State:
    """What the entries that count add up to."""

    vault: bytes = None
    home: bytes = None
    policy: dict = None
    tree: Tree = field(default_factory=Tree)
    active: dict = field(default_factory=dict)  # identity -> (roles, Ed25519 public key)
    present: dict = None  # the newest `keyring` entry that counts
    pending: list = field(default_factory=list)  # (entry, generation, page) of additions not taken over
    boxes: dict = field(default_factory=dict)  # hash -> box with `entry` and `gone`, in the order of ordinals
    removed: set = field(default_factory=set)
    requests: dict = field(default_factory=dict)
    copying: set = field(default_factory=set)
    snapshots: list = field(default_factory=list)
    uncounted: list = field(default_factory=list)  # (entry, event, rule)

    def fold(self, number, entry, raw, before):
        rule = self.broken(number, entry, raw, before)
        if rule:
            self.uncounted.append((number, entry["event"], rule))
        else:
            getattr(self, "on_" + entry["event"], lambda number, entry: None)(number, entry)

    def broken(self, number, e, raw, before):
        """The first rule of 4.5 that the entry breaks; None where it counts."""
        event, present = e["event"], self.present
        if event == "founded":
            return None
        roles = self.active.get(e["by"], ((), b""))[0]
        if not set(roles) & set(EVENTS[event]):
            return "role"
        if event in ("keys", "sealed", "snapshot", "copying") and (
            not present or e["generation"] != present["generation"]
        ):
            return "generation"
        if event == "keyring" and not self.follows(number, e):
            return "generation"
        names = [box["hash"] for box in e.get("boxes", [])] if event == "sealed" else []
        if len(set(names)) < len(names) or any(
            name in self.boxes or ("box", name) in self.removed for name in names
        ):
            return "box"
        files = (
            [e["file"]]
            if event == "keyring"
            else [page["hash"] for page in e["pages"]] if event == "keys" else []
        )
        if any(("keyring", name) in self.removed for name in files):
            return "box"
        if event == "keys" and len(set(files) - {page["hash"] for _, _, page in self.pending}) < len(files):
            return "counts"
        if event == "keyring" and not self.adds_up(e):
            return "counts"
        if self.needs_request(e) and not self.request_fits(e, raw):
            return "four eyes"
        if event == "snapshot" and (e["size"] > number or e["place"] not in self.copying):
            return "snapshot"
        if event == "granted" and identity_id(e["xwing"], e["ed25519"]) in self.active:
            return "identity"
        if event == "revoked" and not (e["identity"] in self.active and self.custodians() - {e["identity"]}):
            return "identity"
        if event == "recovered" and (e["size"], e["root"]) != before:
            return "place"
        if event == "removed" and any(self.needed(item) for item in e["objects"]):
            return "removed"
        if event == "policy" and not {c["id"] for c in self.policy["classes"]} <= {
            c["id"] for c in e["policy"]["classes"]
        }:
            return "classes"
        return None

    def follows(self, number, e):
        last = self.present or {"generation": 0, "file": b"", "through": 0}
        return (e["generation"] == last["generation"] + 1 and e["previous"] == last["file"]
                and last["through"] <= e["through"] <= number
                and all(entry < e["through"] for entry, _, _ in self.pending))  # fmt: skip

    def adds_up(self, e):
        rows, pending = e["rows"], {page["hash"]: page["count"] for _, _, page in self.pending}
        refused = {item["page"]: item["count"] for item in e["refused"]}
        added = sum(pending.values()) - sum(refused.values())
        return (rows["before"] == (self.present["rows"]["after"] if self.present else 0) and rows["added"] == added
                and len(refused) == len(e["refused"]) and refused.items() <= pending.items()
                and rows["before"] + added - rows["dropped"] - rows["merged"] == rows["after"]
                and (rows["merged"] == 0 or e["reason"] == "merged")
                and (rows["dropped"] == 0 or e["reason"] == "dropped"))  # fmt: skip

    def custodians(self):
        return {id for id, (roles, _) in self.active.items() if "custodian" in roles}

    def needs_request(self, e):
        concerns = {"granted": "custodian" in e.get("roles", ()), "revoked": e.get("identity") in self.custodians(),
                    "policy": True, "recovered": "recovered" in self.policy["eyes"],
                    "keyring": "drop" in self.policy["eyes"] and e.get("rows", {}).get("dropped", 0) > 0}  # fmt: skip
        return len(self.custodians()) >= 2 and concerns.get(e["event"], False)

    def request_fits(self, e, raw):
        asked = self.requests.get(e.get("request"))
        hidden = {"by", "request", "time", "sealed"} | (
            {"root", "size"} if e["event"] == "recovered" else set()
        )
        particulars = sha256(encode({key: value for key, value in raw.items() if key not in hidden}))
        return (asked is not None and asked["by"] != e["by"] and asked["by"] in self.custodians()
                and asked["act"] == e["event"] and e["time"] <= asked["expires"]
                and asked["particulars"] == (bytes(32) if e["event"] == "keyring" else particulars)
                and e.get("rows", {}).get("dropped", 0) <= asked["drops"])  # fmt: skip

    def needed(self, item):
        if item["kind"] == "box":
            return item["hash"] in self.boxes and self.boxes[item["hash"]]["gone"] is None
        return item["hash"] in {self.present and self.present["file"]} | {
            page["hash"] for _, _, page in self.pending
        }

    def on_founded(self, number, e):
        self.home, self.policy = e["home"], e["policy"]
        for keys in e["custodians"]:
            id = identity_id(keys["xwing"], keys["ed25519"])
            need(id not in self.active, "a custodian stands twice in the founding entry")
            self.active[id] = (["custodian"], keys["ed25519"])
        need(next(iter(self.active)) == e["by"], "the founding entry isn't its first custodian's")

    def on_granted(self, number, e):
        self.use(e, "custodian" in e["roles"])
        self.active[identity_id(e["xwing"], e["ed25519"])] = (e["roles"], e["ed25519"])

    def on_revoked(self, number, e):
        self.use(e, e["identity"] in self.custodians())
        del self.active[e["identity"]]

    def on_requested(self, number, e):
        self.requests[number] = e

    def on_policy(self, number, e):
        self.use(e, True)
        self.policy = e["policy"]

    def on_keyring(self, number, e):
        self.use(e, self.needs_request(e))
        self.present, self.pending = e, []

    def on_keys(self, number, e):
        self.pending += [(number, e["generation"], page) for page in e["pages"]]

    def on_sealed(self, number, e):
        for box in e["boxes"]:
            self.boxes[box["hash"]] = box | {"entry": number, "gone": None}

    def on_copying(self, number, e):
        self.copying.add(e["place"])

    def on_snapshot(self, number, e):
        self.snapshots.append((number, e))

    def on_recovered(self, number, e):
        self.use(e, self.needs_request(e))
        self.home = e["home"]

    def on_removed(self, number, e):
        for item in e["objects"]:
            self.removed.add((item["kind"], item["hash"]))
            if item["kind"] == "box" and item["hash"] in self.boxes:
                self.boxes[item["hash"]]["gone"] = number

    def use(self, e, needed):
        if needed and len(self.custodians()) >= 2:
            self.requests.pop(e.get("request"), None)


ORIGIN = re.compile(r"strongroom/[0-9a-f]{32}")


def parse_commit(data, state):
    """The entries of the commit that stands at `ledger/<state.tree.size>`, and the tree with them. Refuses what
    isn't a commit by an identity that was active before it."""
    start = state.tree.size
    need(len(data) <= 8 * MIB + 4 * KIB, "the commit is too long")
    body, separator, note = data.partition(b"\n\n")
    lines = body.split(b"\n")
    need(separator and 1 <= len(lines) <= 256, "the commit has no note, or too many entries")
    entries = [parse_entry(line, start + i) for i, line in enumerate(lines)]
    for i, (entry, _) in enumerate(entries):
        need(
            (entry["event"] == "founded") == (start + i == 0),
            "`founded` isn't the first entry, or stands elsewhere",
        )
        need(entry["by"] == entries[0][0]["by"], "the commit's entries are by different identities")
    tree = state.tree.copy()
    for line in lines:
        tree.append(line)
    vault, key = state.vault, state.active.get(entries[0][0]["by"], ((), None))[1]
    if start == 0:
        vault, key = sha256(lines[0])[:16], entries[0][0]["custodians"][0]["ed25519"]
    need(key, "the commit is by an identity that isn't active")
    check_note(note, vault, tree, key)
    return entries, vault, tree


def check_note(note, vault, tree, key):
    origin = b"strongroom/" + vault.hex().encode()
    text = b"%s\n%d\n%s\n" % (origin, tree.size, base64.b64encode(tree.root()))
    lead = text + b"\n" + "— ".encode() + origin + b" "
    need(note.startswith(lead) and note.endswith(b"\n"), "the note has another origin, size or root")
    try:
        signature = base64.b64decode(note[len(lead) : -1], validate=True)
    except ValueError:
        raise Refused("the signature isn't base64") from None
    need(
        base64.b64encode(signature) == note[len(lead) : -1] and len(signature) == 68,
        "the signature is refused",
    )
    need(signature[:4] == sha256(origin + b"\n\1" + key)[:4], "the signature is by another key")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], text)
    except InvalidSignature:
        raise Refused("the signature is wrong") from None


def read_ledger(copies):
    """Folds the ledger; `copies` gives for a name what stands there, first copy and second, those that exist.
    Returns the state, and every entry as (number, entry, raw, size and root before its commit)."""
    state, entries = State(), []
    while found := copies(f"{state.tree.size:020d}"):
        commit, refusals = None, []
        for data in found:
            try:
                read = parse_commit(data, state)
            except Refused as refusal:
                refusals.append(refusal)
                continue
            if commit and data != first:
                report(f"the two copies of ledger/{state.tree.size:020d} differ; the first one counts")
            commit, first = commit or read, first if commit else data
        if commit is None:
            raise Refused(f"ledger/{state.tree.size:020d}: {refusals[0]}")
        for refusal in refusals:
            report(f"a copy of ledger/{state.tree.size:020d}: {refusal}")
        before, start = (state.tree.size, state.tree.root()), state.tree.size
        read, state.vault, state.tree = commit
        for i, (entry, raw) in enumerate(read):
            entries.append((start + i, entry, raw, before))
            state.fold(*entries[-1])
    need(entries, "the ledger is empty")
    return state, entries


def fold(entries):
    """The state after these entries of a ledger that was read."""
    state = State()
    for entry in entries:
        state.fold(*entry)
    return state
