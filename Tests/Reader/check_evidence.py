#!/usr/bin/env python3
"""Checks a drill's report by its proof, with libraries that aren't Strongroom's. Docs/Evidence.md says the same step by step.

    check_evidence.py REPORT PROOF VAULT_ID

prints "ok" and ends with 0, or says what doesn't hold and ends with 1. No vault and no key is needed.

What the signatures and the Merkle tree say is decided by metamorphic-log (PyPI, a Rust library with C2SP's signed-note and
tlog-checkpoint and RFC 6962's inclusion proofs): checkpoint_verify_inclusion() takes a step's note, its signer's verifier key,
its leaf and its audit path. Each signature is then checked once more with cryptography (PyPI, OpenSSL's Ed25519). Nothing is
imported from this repository. Here stands only what those libraries can't know: the lines of a tlog-proof, for which PyPI has
no reader; how the founding entry gives the vault id; who may sign what; and that the report is the one that the entry names,
and says the same. It isn't a reader of the whole format: members that Docs/Format.md, 4.4, has and these steps don't need are
left alone. strongroom_reader.py in Docs/reader looks at those, too.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

import metamorphic_log
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROOF_LIMIT, REPORT_LIMIT, LINE_LIMIT, LINKS_LIMIT, COMMIT_LIMIT = 8 << 20, 4 << 20, 32 << 10, 200, 256
CUSTODIANS, EVERYBODY = {"custodian"}, {"archivist", "auditor", "clerk", "custodian", "operator"}
# Docs/Format.md, 4.4: who may enter what.
MAY = {
    **dict.fromkeys(("founded", "granted", "revoked", "requested", "policy", "keyring", "recovered", "removed", "clock", "erased",
                     "forgotten", "moved"), CUSTODIANS),
    **dict.fromkeys(("keys", "sealed"), {"archivist", "custodian"}), **dict.fromkeys(("copying", "snapshot"), {"custodian", "operator"}),
    **dict.fromkeys(("drilled", "found", "verified"), EVERYBODY - {"archivist"}), **dict.fromkeys(("accessed", "ended"), EVERYBODY),
    "attested": {"archivist", "auditor", "custodian"}, "held": {"auditor", "custodian"}}
NUMBER = r"(0|[1-9][0-9]{0,15})"


class Refused(Exception):
    """What doesn't hold."""


def need(holds, otherwise):
    if not holds:
        raise Refused(otherwise)


def decoded(text, what):
    """Base64 as C2SP wants it: RFC 4648, 4, padded, and one text for the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(f"{what} isn't base64") from None
    need(base64.b64encode(data) == text, f"{what} isn't base64 as it should be")
    return data


def canonical(data, what):
    """Canonical JSON (Format.md 1.5): what is encoded again must be the same bytes."""
    need(re.fullmatch(rb"[\x20-\x7e]+", data) and b"\\" not in data, f"{what} has bytes that don't belong there")
    try:
        value = json.loads(data)
        again = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise Refused(f"{what} isn't JSON") from None
    need(isinstance(value, dict) and again == data, f"{what} isn't canonical JSON")
    return value


def entry_of(line, what):
    need(len(line) <= LINE_LIMIT, f"{what} is too long for an entry")
    entry = canonical(line, what)
    need(isinstance(entry.get("event"), str) and isinstance(entry.get("by"), str), f"{what} isn't an entry")
    return entry


def unhexed(value, what, size=None):
    need(isinstance(value, str) and re.fullmatch(r"([0-9a-f]{2})+", value), f"{what} isn't hex")
    data = bytes.fromhex(value)
    need(size in (None, len(data)), f"{what} has another length than it should")
    return data


def identity(keys, what):
    """The id of who holds these two public keys (Format.md 1.3), and the one that signs."""
    need(isinstance(keys, dict), f"{what} has no keys")
    signing = unhexed(keys.get("ed25519"), f"{what}: ed25519", 32)
    sealing = unhexed(keys.get("xwing"), f"{what}: xwing", 1216)
    return hashlib.sha256(b"strongroom/v1 identity\0" + sealing + signing).hexdigest()[:32], signing


def verifier_key(name, signing):
    """C2SP signed-note: name + key id + type 1 and the Ed25519 key."""
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + signing).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(bytes([1]) + signing).decode()}"


class Step:
    """One tlog-proof: of a grant, or of the drill's entry."""

    FORM = re.compile(
        rb"c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/=]+)\nindex " + NUMBER.encode() + rb"\n((?:[A-Za-z0-9+/=]{44}\n){0,64})\n"
        rb"((?:[^\n]+\n" + NUMBER.encode() + rb"\n[A-Za-z0-9+/=]{44}\n)\n\xe2\x80\x94 [^\n ]+ ([A-Za-z0-9+/=]+)\n)")

    def __init__(self, data, what):
        form = self.FORM.fullmatch(data)
        need(form, f"{what} isn't a C2SP tlog-proof with one signature")
        extra, index, path, note, size, signature = form.groups()
        self.what, self.note = what, note
        self.extra = decoded(extra, f"{what}: extra")
        self.index, self.size = int(index), int(size)
        self.path = [decoded(node, f"{what}: a digest") for node in path.split()]
        decoded(note.split(b"\n")[2], f"{what}: the root")
        self.signature = decoded(signature, f"{what}: the signature")[4:]
        need(self.index < self.size <= self.index + COMMIT_LIMIT, f"{what}: its note isn't that of its commit")

    def verify(self, line, origin, signing):
        """That the signer's note is for this log, and that the entry's line is at its place under it."""
        text, _, last = self.note.decode(errors="replace").rpartition("\n\n")
        need(text.split("\n")[0] == origin and last.startswith(f"— {origin} "), f"{self.what}: its note is of another log")
        leaf = hashlib.sha256(b"\0" + line).digest()
        try:
            metamorphic_log.checkpoint_verify_inclusion(
                self.note.decode(), [verifier_key(origin, signing)], self.index, leaf, self.path)
        except metamorphic_log.VerifyError as error:
            raise Refused(f"{self.what}: metamorphic-log: {error}") from None
        try:
            Ed25519PublicKey.from_public_bytes(signing).verify(self.signature, f"{text}\n".encode())
        except (InvalidSignature, ValueError):
            raise Refused(f"{self.what}: cryptography: the signature doesn't verify") from None


def founders(founding, vault):
    """From the founding entry's line: the signing keys of the first custodians, by id."""
    need(hashlib.sha256(founding).hexdigest()[:32] == vault, "the founding entry is another vault's")
    entry = entry_of(founding, "the founding entry")
    need(entry["event"] == "founded" and isinstance(entry.get("custodians"), list), "the founding entry isn't one")
    named = [identity(keys, "a founding custodian") for keys in entry["custodians"]]
    need(named and len(dict(named)) == len(named) and named[0][0] == entry["by"], "the founding entry's custodians aren't right")
    return dict(named)


def check_proof(data, vault, event=None):
    """All steps from the vault id to the entry, of this event where one is named; returns its number, and the entry."""
    need(len(data) <= PROOF_LIMIT, "the proof is too large")
    last = Step(data, "the proof")
    extra = canonical(last.extra, "the proof's extra data")
    need(set(extra) == {"entry", "format", "founding", "links", "version"} and extra["format"] == "strongroom evidence"
         and type(extra["version"]) is int and extra["version"] == 1, "the proof's extra data aren't those of evidence")
    need(isinstance(extra["links"], list) and len(extra["links"]) <= LINKS_LIMIT, "the proof's links aren't a list of at most 200")
    links = [Step(unhexed(link, f"link {n}"), f"link {n}") for n, link in enumerate(extra["links"], 1)]
    origin = f"strongroom/{vault}"
    keys = founders(unhexed(extra["founding"], "the founding entry"), vault)
    roles, before = {"custodian"}, None
    for step, line in [(link, link.extra) for link in links] + [(last, unhexed(extra["entry"], "the entry"))]:
        entry = entry_of(line, f"{step.what}: its entry")
        wanted = "granted" if step is not last else event or entry["event"]
        need(entry["event"] == wanted, f"{step.what} is of an entry '{entry['event']}', and not '{wanted}'")
        need(wanted in MAY, f"{step.what} is of an event that isn't known, '{wanted}'")
        need((step.index == 0) == (wanted == "founded") and (step.index > 0 or line == unhexed(extra["founding"], "the founding entry")),
             f"{step.what}: entry 0 is the founding entry")
        need(entry["by"] in keys, f"{step.what}: nothing shows who {entry['by']} is")
        need(roles & MAY[wanted], f"{step.what}: {entry['by']} has no role for '{wanted}'")
        if before:
            need(step.index > before.index, f"{step.what} is out of order")
            need(step.note == before.note or step.index >= before.size, f"{step.what} and the one before aren't of one ledger")
        step.verify(line, origin, keys[entry["by"]])
        if step is not last:
            need(isinstance(entry.get("roles"), list) and all(isinstance(role, str) for role in entry["roles"]), f"{step.what} has no roles")
            keys, roles, before = dict([identity(entry, step.what)]), set(entry["roles"]), step
    return last.index, entry


def check_report(data, entry, vault):
    """That the entry names this very report, and that the two say the same."""
    need(len(data) <= REPORT_LIMIT, "the report is too large")
    need(hashlib.sha256(data).hexdigest() == entry.get("report"), "the report isn't the one that the entry names")
    try:
        report = json.loads(data)
        said = {
            "format": report["format"], "vault": report["vault"], "by": report["by"], "outcome": report["outcome"],
            "plan": report["plan"]["digest"], "level": report["plan"]["level"], "destination": report.get("destination"),
            "rto": report.get("rto"), "rpo": report.get("rpo"), "snapshot": (report.get("snapshot") or {}).get("entry")}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise Refused("the report isn't a drill's") from None
    for name, value in said.items():
        wanted = {"format": "strongroom drill report", "vault": vault}.get(name, entry.get(name))
        need(value == wanted, f"the report says of '{name}' something else than its entry")


def check(report, proof, vault):
    vault = vault.lower()
    need(re.fullmatch(r"[0-9a-f]{32}", vault), "a vault id has 32 hexadecimal digits")
    check_report(report, check_proof(proof, vault, "drilled")[1], vault)


def main(arguments):
    if len(arguments) != 3:
        sys.exit("usage: check_evidence.py REPORT PROOF VAULT_ID")
    try:
        check(Path(arguments[0]).read_bytes(), Path(arguments[1]).read_bytes(), arguments[2])
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
