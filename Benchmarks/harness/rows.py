"""The operations of the table of goals, each as a row with its contestants."""

import json
import os
import shlex

import measure
from measure import Command, shell
from row import Row
from tools import BUILDS, TOOLS


def all_rows(bench):
    """In the order in which they are measured: what matters most first, what is large last."""
    return [
        unlock(bench),
        seal(bench, "mixed", floor=True),
        again(bench, "mixed"),
        verify(bench, "mixed"),
        snapshot(bench, "mixed"),
        export(bench, "mixed"),
        changed(bench, "mixed"),
        erase(bench, "mixed"),
        seal(bench, "small"),
        again(bench, "small"),
        seal(bench, "one", stays=False),
        export(bench, "small"),
        changed(bench, "small"),
        seal(bench, "unlike", stays=False),
        verify(bench, "small"),
        ledger(bench),
        *(growth(bench, name) for name in ("records-1", "records-2", "records-3")),
        find(bench, "records-3"),
        custody(bench, "people"),
        compare(bench, "people"),
        *(growth(bench, name) for name in ("bytes-1", "bytes-2", "bytes-3")),
        *trees(bench),
    ]


def unlock(bench):
    """What it costs to start, derive keys and open what is empty: part of every other command."""
    row = Row("unlock", "start and unlock, nothing to do")
    for tool in TOOLS.values():
        place = f"empty-{tool.name}"

        def prepare(turn, tool=tool, place=place):
            if turn == 1:
                bench.found(tool, place)

        row.add(tool.name, lambda turn, tool=tool, place=place: tool.unlock(place), prepare=prepare)
    ours = TOOLS["strongroom"]

    def with_passphrase(turn):
        if turn == 1:
            measure.remove("empty-passphrase")
            ours.found_by_passphrase("empty-passphrase")

    row.add("strongroom, passphrase", lambda turn: ours.unlock("empty-passphrase", *ours.by_passphrase),
            prepare=with_passphrase)  # fmt: skip
    return row


def seal(bench, name, floor=False, stays=True):
    """Into a new vault or repository each time; the last one stands for the rows that follow, where there are any."""
    archive = bench.archive(name)
    row = Row(f"seal-{name}", f"seal {archive.title}", archive)
    for tool in TOOLS.values():

        def prepare(turn, tool=tool):
            bench.discard(tool, name)
            bench.found(tool, bench.place(tool, name))

        row.add(
            tool.name, lambda turn, tool=tool: tool.seal(bench.place(tool, name), archive.folder),
            prepare=prepare, stored=lambda tool=tool: bench.place(tool, name), warms=[archive.folder])  # fmt: skip
    if floor:
        add_limits(row, archive)
    if not stays:
        row.after_all = lambda: bench.discard_all(name)
    return row


def add_limits(row, archive):
    """What the bytes cost without the program: each step alone, added up; and what one types without a program."""

    def added_up(run):
        steps = json.loads(run["printed"])
        run["steps"] = {step: steps[step] for step in ("read", "compress", "sha256", "aes_gcm", "write")}
        run["seconds"] = round(sum(run["steps"].values()), 4)
        run["stored"] = steps["compressed"]
        measure.remove("floor-out")

    for level in ("3", "1"):
        row.add(
            f"floor, level {level}", lambda turn, level=level: Command(["floor", archive.folder, "floor-out", level]),
            prepare=lambda turn: os.makedirs("floor-out", exist_ok=True), warms=[archive.folder],
            after=added_up)  # fmt: skip

    def counted(run):
        run["stored"] = int(run["printed"])

    row.add("tar | zstd -3", lambda turn: shell(f"tar cf - {archive.folder} | zstd -3 -T2 | wc -c"),
            warms=[archive.folder], after=counted)  # fmt: skip


def again(bench, name):
    archive = bench.archive(name)
    row = Row(f"again-{name}", f"seal {archive.title} again, nothing changed", archive)
    for tool in TOOLS.values():
        row.add(
            tool.name,
            lambda turn, tool=tool: tool.seal(bench.place(tool, name), archive.folder, f"again-{turn}"),
            prepare=lambda turn, tool=tool: bench.standing(tool, name), warms=[archive.folder])  # fmt: skip
    return row


def changed(bench, name):
    """Each round changes another 1 %, which all contestants then find."""
    archive = bench.archive(name)
    row = Row(f"changed-{name}", f"seal {archive.title} again, 1 % changed", archive)

    def before_round(turn):
        for tool in TOOLS.values():
            bench.standing(tool, name)
        bench.inputs.change(archive)

    row.before_round = before_round
    row.after_all = lambda: bench.inputs.undo(archive)
    for tool in TOOLS.values():
        row.add(
            tool.name,
            lambda turn, tool=tool: tool.seal(bench.place(tool, name), archive.folder, f"changed-{turn}"),
            warms=[archive.folder])  # fmt: skip
    return row


def verify(bench, name):
    """Ours at both levels; restic and borg know one, which is done with both."""
    archive = bench.archive(name)
    row = Row(f"verify-{name}", f"verify {archive.title}", archive)
    ours, restic, borg = TOOLS["strongroom"], TOOLS["restic"], TOOLS["borg"]
    digests = "xargs -0 -P2 -n2 openssl dgst -sha256 | wc -l"
    commands = {
        **{f"{build.name}, {level}": (build, lambda place, build=build, level=level: build.verify(place, level))
           for level in ("hash", "open") for build in BUILDS},
        "restic": (restic, restic.check),
        "borg": (borg, borg.check),
        "openssl, two processes": (
            ours, lambda place: shell(f"find {place} -type f -print0 | {digests}")),
    }  # fmt: skip
    for contestant, (tool, command) in commands.items():
        row.add(
            contestant, lambda turn, tool=tool, command=command: command(bench.place(tool, name)),
            prepare=lambda turn, tool=tool: bench.standing(tool, name),
            warms=[lambda tool=tool: bench.place(tool, name)])  # fmt: skip
    return row


def snapshot(bench, name):
    """To a folder on the same disk, durable at the end."""
    row = Row(f"snapshot-{name}", f"snapshot of {bench.archive(name).title} to a folder", bench.archive(name))

    def add(contestant, build, command, folder):
        row.add(
            contestant, command, prepare=lambda turn: bench.standing(build, name),
            warms=[lambda: bench.place(build, name)],
            finish=lambda turn: measure.remove(f"{folder}-{turn}"))  # fmt: skip

    def take(build):
        return lambda turn: Command([build.name, "snapshot", "take", f"snapshot-{build.name}-{turn}", "--new",
                                     "--vault", bench.place(build, name), "--quiet"])  # fmt: skip

    for build in BUILDS:
        add(build.name, build, take(build), f"snapshot-{build.name}")
    ours = BUILDS[0]
    add("cp -r, sync", ours, lambda turn: shell(f"cp -r {bench.place(ours, name)} copy-{turn} && sync"), "copy")
    return row


def export(bench, name):
    """To plain files. Ours are durable at the end; `sync` isn't added to the others' time, but to cp's."""
    archive = bench.archive(name)
    row = Row(f"export-{name}", f"export {archive.title}", archive)
    for tool in TOOLS.values():
        out = f"out-{name}-{tool.name}"
        row.add(
            tool.name,
            lambda turn, tool=tool, out=out: tool.restore(bench.place(tool, name), f"{out}-{turn}"),
            prepare=lambda turn, tool=tool: bench.standing(tool, name),
            warms=[lambda tool=tool: bench.place(tool, name)],
            finish=lambda turn, out=out: bench.check_restored(f"{out}-{turn}", archive))  # fmt: skip
    out = f"out-{name}-cp"
    row.add("cp -r, sync", lambda turn: shell(f"cp -r {archive.folder} {out}-{turn} && sync"), warms=[archive.folder],
            finish=lambda turn: bench.check_restored(f"{out}-{turn}", archive))  # fmt: skip
    return row


def erase(bench, name):
    """Each round another customer, by all contestants; last of an archive's rows, since what stands lacks them then. restic
    before 0.15 can't leave anything out of a snapshot."""
    archive = bench.archive(name)
    row = Row(f"erase-{name}", f"one customer of {archive.title} erased", archive)
    row.after_all = lambda: bench.discard_all(name)

    def customer(turn):
        customers = sorted(os.listdir(f"{archive.folder}/basic"))
        return customers[len(customers) * turn // (bench.rounds + 2)]

    for tool in (*BUILDS, TOOLS["borg"]):
        row.add(
            tool.name, lambda turn, tool=tool: tool.erase(bench.place(tool, name), customer(turn)),
            prepare=lambda turn, tool=tool: bench.standing(tool, name),
            warms=[lambda tool=tool: bench.place(tool, name)])  # fmt: skip
    return row


def custody(bench, name):
    """What custodians do to the keys of very many customers, ours alone: each run erases others, and what it writes at the
    vault is told. Orders of erasures stay beside the vault."""
    archive, ours = bench.archive(name), TOOLS["strongroom"]
    row = Row(f"custody-{name}", f"keys of {archive.title}", archive, rounds=bench.growth_rounds)
    vault, before = (lambda: bench.place(ours, name)), {}

    def customers(turn, first, count):
        return [f"C{number:07d}" for number in range(turn * 1010 + first, turn * 1010 + first + count)]

    def add(step, words, prepare=lambda turn: None):
        def ready(turn):
            bench.standing(ours, name)
            prepare(turn)
            before["bytes"] = measure.contents(vault())[1]

        def written(run):
            run["written"] = measure.contents(vault())[1] - before["bytes"]

        row.add(step, lambda turn: Command(["strongroom", *words(turn), "--vault", vault(), "--quiet"]),
                prepare=ready, after=written, warms=[lambda: f"{vault()}/keyring"])  # fmt: skip

    def list_many(turn):
        with open("many.txt", "w") as file:
            file.write("\n".join(customers(turn, 10, 1000)) + "\n")

    clerk = lambda turn: ours.public_identity(f"clerk-{turn}")
    add("find one", lambda turn: ["find", "--subject", customers(turn, 0, 1)[0]])
    add("erase one", lambda turn: ["erase", customers(turn, 1, 1)[0], "--yes"])
    add("erase 1,000", lambda turn: ["erase", "--subjects-file", "many.txt", "--yes"], list_many)
    add("grant add", lambda turn: ["grant", "add", clerk(turn), "--role", "clerk", "--class", "basic", "--yes"], clerk)
    add("grant change", lambda turn: [
        "grant", "change", ours.identity_id(f"clerk-{turn}"), "--role", "clerk", "--class", "contracts", "--yes"])  # fmt: skip
    add("grant revoke", lambda turn: ["grant", "revoke", ours.identity_id(f"clerk-{turn}"), "--yes"])
    add("keys rotate", lambda turn: ["keys", "rotate", "--class", "basic"])
    return row


def compare(bench, name):
    """A second custodian's program compares what the first one made with what it replaced, whatever it was called for; last
    of an archive's rows, since from then on it takes two to erase."""
    archive, ours = bench.archive(name), TOOLS["strongroom"]
    row = Row(f"compare-{name}", f"generations of {archive.title} compared", archive, rounds=bench.growth_rounds)
    row.after_all = lambda: bench.discard_all(name)
    vault = lambda: bench.place(ours, name)

    def begin(turn):
        bench.standing(ours, name)
        words = ["--vault", vault(), "--quiet"]
        if turn == 1:
            second = ours.public_identity("second")
            measure.run(Command(["strongroom", "grant", "add", second, "--role", "custodian", "--yes", *words]))
        measure.run(Command(["strongroom", "keys", "rotate", "--class", "basic", *words]))

    row.add("compare, with gc", lambda turn: Command(
        ["strongroom", "gc", "--identity", "second", "--vault", vault(), "--quiet"], accepts=(0, 2)),
        prepare=begin, warms=[lambda: f"{vault()}/keyring"])  # fmt: skip
    return row


def growth(bench, name):
    """Ours alone, step after step on a vault of its own: what they cost as the archive grows."""
    archive, ours = bench.archive(name), TOOLS["strongroom"]
    row = Row(f"growth-{name}", f"growth: {archive.title}", archive, rounds=bench.growth_rounds)
    vault = lambda: bench.place(ours, name)

    def begin(turn):
        bench.discard(ours, name)
        bench.found(ours, vault())

    def add(step, command, **more):
        row.add(step, command, **({"warms": [vault]} | more))

    out = f"out-{name}"
    add("seal", lambda turn: ours.seal(vault(), archive.folder), prepare=begin, stored=vault, warms=[archive.folder])
    add("again", lambda turn: ours.seal(vault(), archive.folder), warms=[archive.folder])
    add("verify hash", lambda turn: ours.verify(vault(), "hash"))
    add("verify open", lambda turn: ours.verify(vault(), "open"))
    add("export", lambda turn: ours.restore(vault(), f"{out}-{turn}"),
        finish=lambda turn: bench.check_restored(f"{out}-{turn}", archive))  # fmt: skip
    return row


def find(bench, name):
    """One record by its customer and a part of its name; and the same after the catalog was dropped."""
    archive, ours = bench.archive(name), TOOLS["strongroom"]
    row = Row(f"find-{name}", f"one record among {archive.title}", archive)

    def wanted():
        customers = sorted(os.listdir(f"{archive.folder}/basic"))
        customer = customers[len(customers) // 2]
        record = sorted(os.listdir(f"{archive.folder}/basic/{customer}"))[0]
        return ["--subject", customer, "--text", record, "--vault", bench.place(ours, name)]

    prepare = lambda turn: bench.standing(ours, name)

    def drop(turn):
        bench.standing(ours, name)
        measure.remove("cache")

    export_it = lambda turn: Command(["strongroom", "export", f"one-{turn}", *wanted(), "--quiet"])
    find_it = lambda turn: Command(["strongroom", "find", *wanted(), "--quiet"])
    row.add("find and export", export_it, prepare=prepare)
    row.add("find", find_it, prepare=prepare)
    row.add("find, catalog dropped", find_it, prepare=drop)
    return row


def ledger(bench):
    """A vault with a long ledger, looked at by a machine that saw it before, and by one that never did."""
    (vault, entries), apart = ledger_vault(bench.quick), {}
    row = Row("ledger", f"open a vault whose ledger has {entries:,} entries")

    def never_seen(turn):
        apart["STRONGROOM_VAULT_ID"] = bench.long_ledger(vault, entries)
        measure.remove("ledger")

    def status(turn):
        apart["STRONGROOM_STATE"] = os.path.abspath("ledger/state")
        apart["STRONGROOM_CACHE"] = os.path.abspath("ledger/cache")
        return Command(["strongroom", "status", "--vault", vault, "--quiet"], environment=dict(apart))

    row.add("never seen", status, prepare=never_seen, warms=[vault])
    row.add("seen before", status, warms=[vault])
    return row


def ledger_vault(quick):
    """Where that vault lies, and how many entries its ledger has besides the first ones."""
    entries = 1000 if quick else 100_000
    return f"inputs/ledger-{entries}", entries


def trees(bench):
    """Real trees, as nobody made them for this: does effort auto pay there?"""
    for tree in ("/usr/share/doc",) if bench.quick else ("/usr/share", "/usr/lib"):
        name = tree.strip("/").replace("/", "-")
        row = Row(f"tree-{name}", f"seal {tree}", rounds=min(bench.rounds, 2))
        for tool in TOOLS.values():

            def prepare(turn, tool=tool, name=name):
                bench.discard(tool, name)
                bench.found(tool, bench.place(tool, name))

            row.add(
                tool.name, lambda turn, tool=tool, tree=tree, name=name: tool.seal_tree(bench.place(tool, name), tree),
                prepare=prepare, stored=lambda tool=tool, name=name: bench.place(tool, name), warms=[tree])  # fmt: skip

        def counted(run):
            run["stored"] = int(run["printed"])

        line = f"tar cf - -C / {shlex.quote(tree[1:])} | zstd -3 -T2 | wc -c"
        row.add("tar | zstd -3", lambda turn, line=line: shell(line), warms=[tree], after=counted)
        row.after_all = lambda name=name: bench.discard_all(name)
        yield row
