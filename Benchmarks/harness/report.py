"""Docs/Performance.md: the measured part between its markers, made from the results alone. The prose around stays."""

import os

import goals
import plots

BEGIN, END = "<!-- measured: written by Benchmarks/bench --render -->", "<!-- end of what was measured -->"
GROWTH = [("bytes", "bytes"), ("records", "records")]
STEPS = ("seal", "again", "verify hash", "verify open", "export")


def write(results, docs):
    path = os.path.join(docs, "Performance.md")
    replace(path, BEGIN, END, measured(results))
    for name, picture in plots.all_pictures(results).items():
        with open(os.path.join(docs, name), "w") as file:
            file.write(picture)
    print(f"bench: wrote {os.path.relpath(path)} and {', '.join(plots.NAMES)}")


def replace(path, begin, end, part):
    """Puts a part in place of what stands between two markers, or at the end where they aren't there."""
    with open(path) as file:
        text = file.read()
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    if not rest:
        before = before.rstrip() + "\n\n"
    with open(path, "w") as file:
        file.write(f"{before}{begin}\n\n{part}\n{end}{after or chr(10)}")


def measured(results):
    parts = [
        "## Measured", about(results),
        "### Goals", goal_table(results),
        "![Throughput against the limit](throughput.svg)",
        "### Side by side", *row_tables(results),
        "### As the archive grows", growth_text(), "![Cost as the archive grows](growth.svg)", *growth_tables(results),
        "### Commands", commands(results),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def about(results):
    a = results.about
    versions = ", ".join(f"{name} {short(text)}" for name, text in a["versions"].items())
    return (
        f"Machine: {a['processor']}, {a['cores']} cores, {a['memory_gib']} GiB, {a['disk']}, {a['system']}, kernel "
        f"{a['kernel']}. Versions: {versions}. Commit {a['commit']}, {a['date']}; load at the start {a['load']:.1f}.\n\n"
        f"Each contestant of a row runs {a['rounds']} times, in turn (A B C A B C); in the rows of growth "
        f"{a['growth_rounds']} times, of the real trees twice. Before each run its input is read, so that it lies in "
        "memory, and what the one before left to be written is written (`sync`). Restored files stay until the end, "
        "emptied. Seconds are medians, the best in brackets. *Beyond unlocking* is without what the same program takes "
        "to start, derive its keys and open what is empty (first table). *Cores* is user and system time, *memory* the "
        "peak resident set of the largest process, MB are 10^6 bytes of input."
    )


def short(text):
    """A version without the program's name and whatever follows."""
    found = [word.strip("v,") for word in text.split() if any(c.isdigit() for c in word) and "." in word]
    return found[0] if found else text


def goal_table(results):
    lines = ["| operation | goal | found | |", "|---|---|---|---|"]
    for operation, findings in goals.all_findings(results):
        for finding in findings:
            goal, found = (cell.replace("|", "\\|") for cell in (finding.goal, finding.found))
            lines.append(f"| {operation} | {goal} | {found} | {finding.verdict} |")
            operation = ""
    return "\n".join(lines)


def row_tables(results):
    return [table(results, name) for name in results.rows if not name.startswith("growth-")]


def table(results, name):
    row = results.rows[name]
    if row.get("missing"):
        return f"**{row['title']}**: {row['missing']}."
    size = row.get("input", {}).get("bytes")
    lines = [
        f"**{row['title']}**", "",
        "| | seconds | beyond unlocking | cores | MB/s | memory | stored |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for contestant in row["contestants"]:
        lines.append(line(results, name, contestant, size))
    return "\n".join(lines + steps_of_floor(results, name))


def line(results, name, contestant, size):
    label = contestant.replace("|", "\\|")
    seconds = results.figure(name, contestant)
    if seconds is None:
        return f"| {label} | {results.why_not(name, contestant)} | | | | | |"
    best = results.figure(name, contestant, of=min)
    unlocking = results.figure("unlock", contestant.split(",")[0])
    beyond = f"{seconds - unlocking:.2f}" if unlocking and name != "unlock" else ""
    speed = f"{size / seconds / 1e6:,.0f}" if size and not name.startswith("find") else ""
    stored = results.figure(name, contestant, "stored")
    cells = [
        f"{seconds:.3g} ({best:.3g})" if seconds < 0.1 else f"{seconds:.2f} ({best:.2f})", beyond,
        f"{results.figure(name, contestant, 'cpu'):.2f}", speed,
        f"{results.figure(name, contestant, 'memory', of=max) / 2**20:.0f} MiB",
        f"{stored:,.0f}" if stored else "",
    ]  # fmt: skip
    return f"| {label} | " + " | ".join(cells) + " |"


def steps_of_floor(results, name):
    """What the floor is made of, where a row has one."""
    lines = []
    for contestant in ("floor, level 3", "floor, level 1"):
        steps = [run["steps"] for run in results.runs(name, contestant)]
        if steps:
            middle = {step: sorted(run[step] for run in steps)[len(steps) // 2] for step in steps[0]}
            text = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in middle.items())
            lines += ["", f"{contestant}: {text}."]
    return lines


def growth_text():
    return (
        "Strongroom alone; each column is a vault of its own. What is linear keeps its cost per byte or per record; the "
        "last column is the factor of the cost by the factor of the archive, from the smallest to the largest (1 is "
        "linear, less is better)."
    )


def growth_tables(results):
    for kind, what in GROWTH:
        names = [name for name in results.rows if name.startswith(f"growth-{kind}-")]
        if not names:
            continue
        titles = [results.rows[name]["title"].removeprefix("growth: ") for name in names]
        lines = [f"| seconds | {' | '.join(titles)} | cost / {what} |", "|---" * (len(names) + 2) + "|"]
        for step in STEPS:
            values = [results.figure(name, step) for name in names]
            cells = [
                results.why_not(name, step) if value is None else f"{value:.2f}" for name, value in zip(names, values)
            ]
            lines.append(f"| {step} | {' | '.join(cells)} | {growth(results, kind, names, values)} |")
        memory = [f"{most_memory(results, name) / 2**20:.0f} MiB" for name in names]
        lines.append(f"| memory, at most | {' | '.join(memory)} | |")
        yield "\n".join(lines)


def most_memory(results, name):
    return max(results.figure(name, step, "memory", of=max) or 0 for step in STEPS)


def growth(results, kind, names, values):
    """The factor of the cost by the factor of the archive's size."""
    if len(names) < 2 or values[0] is None or values[-1] is None:
        return ""
    unit = "bytes" if kind == "bytes" else "files"
    sizes = [results.rows[name]["input"][unit] for name in (names[0], names[-1])]
    return f"{values[-1] / values[0] / (sizes[1] / sizes[0]):.2f}"


def commands(results):
    """As they were typed in the last round; an archive's generator where it first appears."""
    lines, made = [], set()
    for row in results.rows.values():
        lines.append(f"# {row['title']}")
        if row.get("corpus") and row["corpus"] not in made:
            lines.append(f"corpus.py FOLDER {row['corpus']}")
            made.add(row["corpus"])
        lines += [record["command"] for record in row["contestants"].values() if "command" in record]
    return "```\n" + "\n".join(lines) + "\n```"
