#!/usr/bin/env python3
"""Proofs of an RFC 6962 tree, good ones and bad ones, by hashlib and the RFC's own words.

    make_vectors.py > vectors.json     the same bytes each time

Trees, paths and proofs are made by the recursive definitions of 2.1 to 2.1.2, and judged by walking the same recursion:
nothing here works bit by bit as Sources do. Each bad proof is a good one with one fault.
"""
import hashlib
import json
import sys
from functools import cache


def sha256(data):
    return hashlib.sha256(data).digest()


def entry(n):
    return f'{{"event":"test","number":{n}}}'.encode()


@cache
def root_of(start, end):
    """MTH of the entries from start to end, 2.1."""
    if start == end:
        return sha256(b"")
    if end - start == 1:
        return sha256(b"\0" + entry(start))
    middle = start + split(end - start)
    return sha256(b"\1" + root_of(start, middle) + root_of(middle, end))


def split(n):
    """The largest power of two below n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, start, end):
    """PATH, 2.1.1."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if m < middle:
        return path(m, start, middle) + [root_of(middle, end)]
    return path(m, middle, end) + [root_of(start, middle)]


def proof(m, start, end, whole=True):
    """SUBPROOF, 2.1.2; m counts from 0, as start and end do."""
    if m == end:
        return [] if whole else [root_of(start, end)]
    middle = start + split(end - start)
    if m <= middle:
        return proof(m, start, middle, whole) + [root_of(middle, end)]
    return proof(m, middle, end, False) + [root_of(start, middle)]


def root_by_path(leaf, index, size, given):
    """The root that a path gives, from the top down; None where it has another length than it must have."""
    if size == 1:
        return leaf if not given else None
    if not given:
        return None
    k = split(size)
    if index < k:
        left = root_by_path(leaf, index, k, given[:-1])
        return left and sha256(b"\1" + left + given[-1])
    right = root_by_path(leaf, index - k, size - k, given[:-1])
    return right and sha256(b"\1" + given[-1] + right)


def roots_by_proof(old_size, old_root, new_size, given, whole=True):
    """(old root, new root) that a proof gives; None where it has another length than it must have."""
    if old_size == new_size:
        if whole:
            return (old_root, old_root) if not given else None
        return (given[0], given[0]) if len(given) == 1 else None
    if not given:
        return None
    k = split(new_size)
    if old_size <= k:
        below = roots_by_proof(old_size, old_root, k, given[:-1], whole)
        return below and (below[0], sha256(b"\1" + below[1] + given[-1]))
    below = roots_by_proof(old_size - k, old_root, new_size - k, given[:-1], False)
    return below and tuple(sha256(b"\1" + given[-1] + root) for root in below)


def included(case):
    if case["index"] >= case["size"]:
        return False
    return root_by_path(case["leaf"], case["index"], case["size"], case["path"]) == case["root"]


def continued(case):
    if not 0 < case["oldSize"] <= case["newSize"]:
        return False
    roots = roots_by_proof(case["oldSize"], case["oldRoot"], case["newSize"], case["path"])
    return roots == (case["oldRoot"], case["newRoot"])


def flipped(data, at=0):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def listed(good, judge, comment, faults):
    """A good case, and for each fault a bad one; where a fault makes no difference it is none."""
    assert judge(good), comment
    cases, seen = [good | {"comment": comment, "holds": True}], [good]
    for what, change in faults:
        case = good | change
        if case not in seen and not judge(case):
            seen.append(case)
            cases.append(case | {"comment": f"{comment}: {what}", "holds": False})
    return cases


def of_path(given):
    """Faults of the list itself."""
    other = sha256(b"other")
    faults = [("one more at the beginning", [other] + given), ("one more at the end", given + [other]),
              ("an empty digest's more", given + [sha256(b"")])]  # fmt: skip
    for n in sorted({0, len(given) // 2, len(given) - 1} if given else ()):
        faults += [(f"a flipped bit in {n}", given[:n] + [flipped(given[n], 31)] + given[n + 1 :]),
                   (f"{n} is missing", given[:n] + given[n + 1 :]), (f"{n} stands twice", given[: n + 1] + given[n:]),
                   (f"{n} is another", given[:n] + [other] + given[n + 1 :])]  # fmt: skip
    if len(given) > 1:
        faults += [("first two exchanged", [given[1], given[0]] + given[2:]), ("backwards", given[::-1]), ("none", [])]
    return [(what, {"path": path}) for what, path in faults]


def inclusion():
    cases = []
    for size in (1, 2, 3, 4, 5, 7, 8, 17, 100, 257, 1000):
        indexes = range(size) if size <= 7 else sorted({0, 1, size // 2, split(size) - 1, split(size) % size, size - 2, size - 1})
        for index in indexes:
            good = {"index": index, "size": size, "leaf": sha256(b"\0" + entry(index)), "root": root_of(0, size),
                    "path": path(index, 0, size)}  # fmt: skip
            faults = [
                ("another leaf", {"leaf": sha256(b"\0other")}), ("the entry's digest for a leaf", {"leaf": sha256(entry(index))}),
                ("a leaf hashed as a node", {"leaf": sha256(b"\1" + entry(index))}), ("another root", {"root": sha256(b"other")}),
                ("a flipped bit in the root", {"root": flipped(good["root"])}), ("the root of nothing", {"root": root_of(0, 0)}),
                ("the root of the next size", {"root": root_of(0, size + 1)}), ("the next index", {"index": index + 1}),
                ("index beyond", {"index": index + size}), ("index 2^63", {"index": index + (1 << 63)}),
                ("no size", {"size": 0}), ("twice the size", {"size": size * 2}), ("size 2^64 - 1", {"size": (1 << 64) - 1}),
            ]  # fmt: skip
            if index:
                faults.append(("the index before", {"index": index - 1}))
            if size <= 7 or index in (size // 2, size - 1):
                faults += of_path(good["path"])
            cases += listed(good, included, f"{index} in {size}", faults)
    return cases


def consistency():
    cases = []
    pairs = [(m, n) for n in range(1, 8) for m in range(1, n + 1)]
    pairs += [(m, n) for n in (8, 17, 100, 257, 1000) for m in sorted({1, 2, n // 2, split(n), n - 1, n})]
    for old, new in pairs:
        good = {"oldSize": old, "oldRoot": root_of(0, old), "newSize": new, "newRoot": root_of(0, new), "path": proof(old, 0, new)}
        faults = [
            ("another old root", {"oldRoot": sha256(b"other")}), ("another new root", {"newRoot": sha256(b"other")}),
            ("a flipped bit in the old root", {"oldRoot": flipped(good["oldRoot"], 31)}),
            ("a flipped bit in the new root", {"newRoot": flipped(good["newRoot"], 31)}),
            ("the old root for the new", {"newRoot": good["oldRoot"]}), ("the new root for the old", {"oldRoot": good["newRoot"]}),
            ("roots exchanged", {"newRoot": good["oldRoot"], "oldRoot": good["newRoot"]}),
            ("sizes exchanged", {"oldSize": new, "newSize": old}), ("from nothing", {"oldSize": 0}),
            ("from nothing, with its root", {"oldSize": 0, "oldRoot": root_of(0, 0)}),
            ("from one more", {"oldSize": old + 1}), ("from one less", {"oldSize": old - 1}),
            ("to one more", {"newSize": new + 1}), ("to one less", {"newSize": new - 1}), ("to nothing", {"newSize": 0}),
            ("from 2^63", {"oldSize": 1 << 63}), ("to 2^64 - 1", {"newSize": (1 << 64) - 1}),
        ]  # fmt: skip
        if new <= 7 or old in (new // 2, new - 1):
            faults += of_path(good["path"])
        cases += listed(good, continued, f"{old} in {new}", faults)
    return cases


digests = {}


def short(value):
    """A digest is named by its place in the list of all of them, since most occur many times."""
    if isinstance(value, bytes):
        return digests.setdefault(value.hex(), len(digests))
    return [short(part) for part in value] if isinstance(value, list) else value


def lines(cases):
    return ",\n".join(json.dumps({key: short(value) for key, value in case.items()}) for case in cases)


made = {name: lines(cases) for name, cases in (("inclusion", inclusion()), ("consistency", consistency()))}
roots = json.dumps([short(root_of(0, size)) for size in range(300)])
listing = ",\n".join(json.dumps(digest) for digest in digests)
sys.stdout.write(f'{{"roots":{roots},\n"digests":[\n{listing}],\n')
sys.stdout.write(f'"inclusion":[\n{made["inclusion"]}],\n"consistency":[\n{made["consistency"]}]}}\n')
