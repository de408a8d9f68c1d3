"""The part of Docs/Performance.md about buckets, made from the results alone."""

import os
import re
from statistics import median

import report
from goals import Finding, verdict

BEGIN, END = "<!-- measured in buckets: written by Benchmarks/bench-s3 --render -->", "<!-- end of what was measured in buckets -->"
LIMIT_OF_MEMORY = 200 << 20
OURS = "strongroom"


def write(results, docs):
    path = os.path.join(docs, "Performance.md")
    report.replace(path, BEGIN, END, measured(results))
    print(f"bench-s3: wrote {os.path.relpath(path)}")


def measured(results):
    parts = [
        "## In buckets", about(results),
        "### Goals of buckets", goal_table(results),
        "### Side by side in buckets", *(table(results, name) for name in results.rows),
        "### Commands of buckets", re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", report.commands(results)),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def about(results):
    a = results.about
    versions = ", ".join(f"{name} {report.short(a['versions'][name])}" for name in ("strongroom", "restic", "rclone"))
    return (
        f"Machine: {a['processor']}, {a['cores']} cores, {a['memory_gib']} GiB, {a['disk']}, {a['system']}. The server is "
        f"Ceph {report.short(a['versions']['radosgw'])} with its gateway, one node, on the same machine: programs and "
        f"server share the cores, and nothing lies between them but the loopback. Versions: {versions}. Commit "
        f"{a['commit']}, {a['date']}; load at the start {a['load']:.1f}.\n\n"
        f"`make bench-s3`. Each contestant of a row runs {a['rounds']} times, in turn, into a bucket's prefix of its own. "
        "Seconds are medians, with the least and the most. *Cores* is user and system time of the program, not of the "
        "server; *memory* the peak resident set of the largest process. *Requests* are all tries; MB are 10^6 bytes of "
        f"input. The number behind a contestant says how many boxes are on their way at once: `--jobs` of ours, which is "
        f"{a['workers']} here by itself, and `--transfers` of rclone, which is 4 by itself. restic uses five connections. "
        "What is long and bad is a program between both: each byte comes 25 ms later either way, a connection takes 50 ms "
        "to make, every hundredth answer is lost with its connection. *good* goes through the same program, which then "
        f"only passes on. Each of the writers seals {a['batches']} batches of ten records of 4 KB, one after the other."
    )


def goal_table(results):
    lines = ["| operation | goal | found: medians (least to most) | |", "|---|---|---|---|"]
    for operation, findings in findings_of(results):
        for finding in findings:
            lines.append(f"| {operation} | {finding.goal} | {finding.found} | {finding.verdict} |")
            operation = ""
    return "\n".join(lines)


def findings_of(results):
    title = lambda row: results.title(row, row)
    counts = [contestant.split(", ")[1] for contestant in contestants(results, "s3-snapshot") if contestant.startswith(OURS)]
    return [
        (title("s3-seal"), [
            at_least(results, 1, ("s3-seal", OURS), ("s3-seal", "to a folder, rclone copy")),
            at_least(results, 1.4, ("s3-seal", OURS), ("s3-seal", "restic")),
        ]),
        (title("s3-verify"), [
            at_least(results, 1.4, ("s3-verify", f"{OURS}, {level}"), ("s3-verify", "restic"), f"{level}: ")
            for level in ("hash", "open")
        ]),
        (title("s3-export"), [at_least(results, 1.4, ("s3-export", OURS), ("s3-export", "restic"))]),
        (title("s3-snapshot"), [
            within(results, 1.25, ("s3-snapshot", f"{OURS}, {count}"), ("s3-snapshot", f"rclone, {count}"))
            for count in counts
        ]),
        (title("s3-restore"), [
            within(results, 1.25, ("s3-restore", f"{OURS}, {count}"), ("s3-restore", f"{other}, {count}"))
            for count in counts for other in ("rclone", "rclone and sync")
        ]),
        (title("s3-bad"), [
            within(results, 2, ("s3-bad", f"{what}, bad"), ("s3-bad", f"{what}, good")) for what in ("snapshot", "restore")
        ]),
        (title("s3-writers"), [throughput(results)]),
        ("memory of each command", [memory(results)]),
    ]  # fmt: skip


def contestants(results, row):
    return list(results.rows.get(row, {}).get("contestants", {}))


def seconds(results, row, contestant):
    """The median, with the least and the most."""
    middle, least, most = (results.figure(row, contestant, of=of) for of in (median, min, max))
    return f"{middle:.2f} s ({least:.2f} to {most:.2f})"


def lacking(results, what, *pairs):
    for row, contestant in pairs:
        if results.figure(row, contestant) is None:
            return Finding(what, f"{contestant}: {results.why_not(row, contestant)}", "not measured")
    return None


def at_least(results, goal, ours, other, label=""):
    """Ours is that many times as fast."""
    what = label + ("no slower than " if goal == 1 else f"{goal:g} times as fast as ") + other[1]
    none = lacking(results, what, ours, other)
    if none:
        return none
    ratio = results.figure(*other) / results.figure(*ours)
    found = f"{ratio:.2f} times as fast: {seconds(results, *ours)}, {seconds(results, *other)}"
    return Finding(what, found, verdict(ratio, goal))


def within(results, goal, ours, other):
    """Ours takes at most so many times as long."""
    label = f"{ours[1]}: " if ours[1].split(",")[0] != OURS else ""
    what = f"{label}within {goal:g} of {other[1]}"
    none = lacking(results, what, ours, other)
    if none:
        return none
    ratio = results.figure(*ours) / results.figure(*other)
    found = f"{ratio:.2f}: {seconds(results, *ours)}, {seconds(results, *other)}"
    return Finding(what, found, verdict(goal, ratio))


def throughput(results):
    names = contestants(results, "s3-writers")
    what = "eight writers seal five times what one does"
    if len(names) != 2:
        return Finding(what, "not measured", "not measured")
    one, many = (("s3-writers", name) for name in names)
    none = lacking(results, what, one, many)
    if none:
        return none
    counts = [int(name.split(": ")[1]) for name in names]
    ratio = counts[1] / counts[0] * results.figure(*one) / results.figure(*many)
    return Finding(what, f"{ratio:.2f} times: {seconds(results, *one)}, {seconds(results, *many)}", verdict(ratio, 5))


def memory(results):
    what, most, where = f"{LIMIT_OF_MEMORY >> 20} MiB at most", 0, ""
    for row in results.rows:
        for contestant in contestants(results, row):
            ours = contestant.startswith((OURS, "snapshot", "restore")) or row == "s3-writers"
            found = results.figure(row, contestant, "memory", of=max) if ours else None
            if found and found > most:
                most, where = found, f"{results.title(row, row)}, {contestant}"
    if not most:
        return Finding(what, "not measured", "not measured")
    return Finding(what, f"{most / 2**20:.0f} MiB ({where})", verdict(LIMIT_OF_MEMORY, most))


def table(results, name):
    row = results.rows[name]
    if row.get("missing"):
        return f"**{row['title']}**: {row['missing']}."
    size = row.get("input", {}).get("bytes")
    lines = [
        f"**{row['title']}**", "",
        "| | seconds | cores | MB/s | memory | requests | sent | received |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    return "\n".join(lines + [line(results, name, contestant, size) for contestant in row["contestants"]])


def line(results, name, contestant, size):
    middle = results.figure(name, contestant)
    if middle is None:
        return f"| {contestant} | {results.why_not(name, contestant)} | | | | | | |"
    cells = [
        seconds(results, name, contestant).replace(" s", ""), f"{results.figure(name, contestant, 'cpu'):.2f}",
        f"{size / middle / 1e6:,.0f}" if size else "",
        f"{results.figure(name, contestant, 'memory', of=max) / 2**20:.0f} MiB", *traffic(results, name, contestant),
    ]  # fmt: skip
    return f"| {contestant} | " + " | ".join(cells) + " |"


def traffic(results, name, contestant):
    """Of the last run: requests by kind, bytes sent and received."""
    runs = [run["traffic"] for run in results.runs(name, contestant) if "traffic" in run]
    if not runs:
        return "", "", ""
    last = runs[-1]
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in last["requests"].items())
    return kinds, f"{last['sent'] / 1e6:,.1f} MB", f"{last['received'] / 1e6:,.1f} MB"
