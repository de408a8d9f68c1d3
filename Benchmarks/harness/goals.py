"""The goals, and whether what was measured meets them. No figure is adjusted; what is missing is said."""

from dataclasses import dataclass

LIMIT_OF_MEMORY = 160 << 20
OURS = "strongroom"


@dataclass
class Finding:
    """One goal: what was found, and the verdict."""

    goal: str
    found: str
    verdict: str


def all_findings(results):
    """For each operation its findings, as (operation, [Finding])."""
    return [
        (title(results, "seal-mixed"), [
            *faster(results, "seal-mixed", 3.5),
            size_near_zstd(results),
            not_slower(results, "seal-mixed", "floor, level 3"),
            not_slower(results, "seal-mixed", "floor, level 1"),
        ]),
        (title(results, "seal-one"), faster(results, "seal-one", 2.5)),
        (title(results, "seal-small"), faster(results, "seal-small", 6)),
        *((title(results, f"again-{name}"), faster(results, f"again-{name}", 5)) for name in ("mixed", "small")),
        *((title(results, f"changed-{name}"), faster(results, f"changed-{name}", 3)) for name in ("mixed", "small")),
        ("stored size", [size_without_duplicates(results), size_with_duplicates(results)]),
        (title(results, "snapshot-mixed"), [not_slower(results, "snapshot-mixed", "cp -r, sync")]),
        ("verify --level hash", [
            times(results, "verify-mixed", "restic", 8, "strongroom, hash"),
            not_slower(results, "verify-mixed", "openssl, two processes", "strongroom, hash"),
        ]),
        ("verify --level open", [
            times(results, "verify-mixed", tool, 3, "strongroom, open") for tool in ("restic", "borg")
        ]),
        *((title(results, f"export-{name}"), [
            *faster(results, f"export-{name}", 2.5), not_slower(results, f"export-{name}", "cp -r, sync"),
        ]) for name in ("mixed", "small")),
        (title(results, "find-records-3"), [
            within(results, "find-records-3", "find and export", 0.2), catalog_rate(results),
        ]),
        (title(results, "ledger"), [
            within(results, "ledger", "seen before", 0.1), within(results, "ledger", "never seen", 4),
        ]),
        (title(results, "erase-mixed"), [not_slower(results, "erase-mixed", "borg")]),
        (title(results, "custody-people"), [
            within(results, "custody-people", "find one", 0.3), *(
                within(results, "custody-people", step, 2)
                for step in ("erase one", "grant add", "grant change", "grant revoke", "keys rotate")
            ), written(results, "erase one", 5_000_000), kept_within(results, "custody-people", 200),
        ]),
        (title(results, "compare-people"), [within(results, "compare-people", "compare, with gc", 5)]),
        ("memory, whatever the input's size", [memory(results)]),
    ]  # fmt: skip


def title(results, row):
    return results.title(row, row)


def faster(results, row, goal):
    return [times(results, row, tool, goal) for tool in ("restic", "borg")]


def times(results, row, other, goal, ours=OURS):
    """That many times faster than another contestant."""
    what = f"{goal:g} times faster than {other}"
    a, b = results.figure(row, ours), results.figure(row, other)
    if a is None or b is None:
        return missing(results, what, row, ours if a is None else other)
    apart = beyond_unlocking(results, a, b, other) if row.startswith(("again", "changed")) else ""
    return Finding(what, f"{b / a:.2f} times ({a:.2f} s, {b:.2f} s{apart})", verdict(b / a, goal))


def beyond_unlocking(results, ours, theirs, other):
    """The same without what both take to derive their keys, which is most of what a short command does."""
    mine, its = results.figure("unlock", OURS), results.figure("unlock", other)
    if mine is None or its is None or ours <= mine:
        return ""
    return f"; beyond unlocking {ours - mine:.2f} s, {theirs - its:.2f} s"


def not_slower(results, row, other, ours=OURS):
    what = f"no slower than {other}"
    a, b = results.figure(row, ours), results.figure(row, other)
    if a is None or b is None:
        return missing(results, what, row, ours if a is None else other)
    return Finding(what, f"{b / a:.2f} times as fast ({a:.2f} s, {b:.2f} s)", verdict(b / a, 1))


def within(results, row, contestant, seconds):
    what = f"{contestant}: {seconds:g} s"
    a = results.figure(row, contestant)
    if a is None:
        return missing(results, what, row, contestant)
    return Finding(what, f"{a:.3f} s", verdict(seconds, a))


def written(results, step, most):
    what = f"{step}: {most / 1e6:g} MB written at the vault"
    bytes = results.figure("custody-people", step, "written")
    if bytes is None:
        return missing(results, what, "custody-people", step)
    return Finding(what, f"{bytes:,.0f} bytes", verdict(most, bytes))


def kept_within(results, row, mib):
    contestants = results.rows.get(row, {}).get("contestants", {})
    runs = [run for contestant in contestants for run in results.runs(row, contestant)]
    if not runs:
        return Finding(f"{mib} MiB at most", "not measured", "not measured")
    most = max(run["memory"] for run in runs)
    return Finding(f"{mib} MiB at most", f"{most / 2**20:.0f} MiB", verdict(mib << 20, most))


def size_near_zstd(results):
    what = "stored within 1.5 % of tar | zstd -3"
    ours = results.figure("seal-mixed", OURS, "stored")
    plain = results.figure("seal-mixed", "tar | zstd -3", "stored")
    if ours is None or plain is None:
        return missing(results, what, "seal-mixed", OURS if ours is None else "tar | zstd -3")
    found = f"{(ours / plain - 1) * 100:+.2f} % ({ours:,.0f} bytes, {plain:,.0f} bytes)"
    return Finding(what, found, verdict(1.015 * plain, ours))


def size_without_duplicates(results):
    what = "no larger than restic's without duplicates"
    ours, theirs = (results.figure("seal-unlike", tool, "stored") for tool in (OURS, "restic"))
    if ours is None or theirs is None:
        return missing(results, what, "seal-unlike", OURS if ours is None else "restic")
    found = f"{(ours / theirs - 1) * 100:+.2f} % ({ours:,.0f} bytes, {theirs:,.0f} bytes)"
    return Finding(what, found, verdict(theirs, ours))


def size_with_duplicates(results):
    """The duplicates are counted as what they take compressed, at the archive's own rate."""
    what = "with duplicates, larger by those at most"
    ours, theirs = (results.figure("seal-mixed", tool, "stored") for tool in (OURS, "restic"))
    plain = results.figure("seal-mixed", "tar | zstd -3", "stored")
    if ours is None or theirs is None or plain is None:
        return missing(results, what, "seal-mixed", OURS if ours is None else "restic")
    facts = results.rows["seal-mixed"]["input"]
    allowed = facts["duplicate_bytes"] * plain / facts["bytes"]
    found = f"{ours - theirs:,.0f} bytes more; the duplicates take about {allowed:,.0f} compressed"
    return Finding(what, found, verdict(theirs + allowed, ours))


def catalog_rate(results):
    what = "catalog dropped: rebuilt at 200,000 records/s"
    seconds = results.figure("find-records-3", "find, catalog dropped")
    if seconds is None:
        return missing(results, what, "find-records-3", "find, catalog dropped")
    rate = results.rows["find-records-3"]["input"]["files"] / seconds
    return Finding(what, f"{rate:,.0f} records/s ({seconds:.2f} s with everything around it)", verdict(rate, 200_000))


def memory(results):
    """The largest of all runs of ours."""
    most, where = 0, "nothing"
    for name, row in results.rows.items():
        for contestant, record in row.get("contestants", {}).items():
            ours = contestant.startswith(OURS) or name.startswith(("growth-", "find-", "ledger"))
            for run in record["runs"] if ours else []:
                if run["memory"] > most:
                    most, where = run["memory"], f"{row['title']}, {contestant}"
    if not most:
        return Finding("160 MiB at most", "not measured", "not measured")
    return Finding("160 MiB at most", f"{most / 2**20:.0f} MiB ({where})", verdict(LIMIT_OF_MEMORY, most))


def verdict(larger, smaller):
    """Met where the first is no smaller; otherwise by how much it is."""
    return "met" if larger >= smaller else f"**missed** by {(1 - larger / smaller) * 100:.0f} %"


def missing(results, what, row, contestant):
    return Finding(what, results.why_not(row, contestant), "not measured")
