#!/usr/bin/env python3
"""Checks the folder of a compliance report: every proof in it, with check_evidence.py and so with libraries that aren't
Strongroom's, and that the report says of itself what follows from what it says.

    check_compliance.py FOLDER VAULT_ID

prints how many proofs hold and who vouches for the report, and ends with 0; or says what doesn't hold and ends with 1.
"""

import hashlib
import json
import sys
from pathlib import Path

from check_evidence import PROOF_LIMIT, Refused, check_proof, need

REPORT_LIMIT, PROOFS_LIMIT = 8 << 20, 1000


def read(path, limit):
    with open(path, "rb") as file:
        data = file.read(limit + 1)
    need(len(data) <= limit, f"{path} is too large")
    return data


def verdict_of(lacks, entries):
    return "not_proved" if lacks else "proved" if entries else "nothing"


def check_report(report, vault):
    """What is proved names entries, and controls are as their facts."""
    need(report["format"] == "strongroom compliance report" and report["version"] == 1, "report.json isn't a compliance report")
    need(report["vault"] == vault, "report.json is of another vault")
    proofs, verdicts = set(report["proofs"]), {}
    need(len(proofs) == len(report["proofs"]) <= PROOFS_LIMIT, "report.json names a proof twice, or too many")
    for fact in report["facts"]:
        name, entries = fact["fact"], set(fact["entries"])
        need(fact["verdict"] == verdict_of(fact["lacks"], entries), f"the verdict on '{name}' doesn't follow")
        need(all(entry < report["size"] for entry in entries), f"'{name}' stands on entries that the ledger didn't have")
        without = fact["entriesLeftOut"] + len(entries - proofs)
        need(fact["withoutProof"] == without, f"'{name}' has {without} entries without a proof, and doesn't say so")
        for item in fact["items"]:
            need(not item["lacks"] or fact["lacks"], f"'{name}' doesn't lack what a part of it does")
        verdicts[name] = fact["verdict"]
    for control in report["controls"]:
        needs = [verdicts[name] for name in control["facts"]]
        wanted = next((one for one in ("not_proved", "proved") if one in needs), "nothing")
        need(needs and control["verdict"] == wanted, f"the verdict on '{control['control']}' isn't that of its facts")
    return proofs


def check(folder, vault):
    folder = Path(folder)
    data = read(folder / "report.json", REPORT_LIMIT)
    try:
        report = json.loads(data)
        proofs = check_report(report, vault)
        size = report["size"]
    except (ValueError, RecursionError, LookupError, TypeError):
        raise Refused("report.json isn't a compliance report") from None
    there = {path.name for path in (folder / "proofs").iterdir()}
    need(there == {f"{entry}.tlog-proof" for entry in proofs}, "the proofs that are there aren't those that report.json names")
    for entry in sorted(proofs):
        index, _ = check_proof(read(folder / f"proofs/{entry}.tlog-proof", PROOF_LIMIT), vault)
        need(index == entry, f"proofs/{entry}.tlog-proof is of entry {index}")
    if not (folder / "report.tlog-proof").exists():
        return len(proofs), None
    index, entry = check_proof(read(folder / "report.tlog-proof", PROOF_LIMIT), vault, "attested")
    need(entry.get("kind") == "compliance" and entry.get("report") == hashlib.sha256(data).hexdigest(),
         "report.tlog-proof is of another document")
    need(entry.get("about") == size - 1 and index >= size, "who vouches for the report had another ledger before them")
    return len(proofs), entry["by"]


def main(arguments):
    if len(arguments) != 2:
        sys.exit("usage: check_compliance.py FOLDER VAULT_ID")
    try:
        count, by = check(arguments[0], arguments[1].lower())
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"ok: {count} proofs; vouched for by {by or 'nobody'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
