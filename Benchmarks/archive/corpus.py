#!/usr/bin/env python3
"""Writes the archives that the benchmark measures with; what stands in them is in corpus_texts.py.

    corpus.py FOLDER --size-mib 2048 --files 8000 --customers 400 --seed 1
    corpus.py FOLDER --profile small --files 100000 --customers 2000 --seed 2
    corpus.py FOLDER --profile one --size-mib 4096          # one large file
    corpus.py FOLDER --profile people --customers 1000000   # one record of each customer
    corpus.py FOLDER --mutate 1.0 --undo-dir U --seed 7     # change about 1 % in place
    corpus.py FOLDER --undo --undo-dir U                    # put back what was changed

The layout is CLASS/CUSTOMER/FILE. The same arguments give the same bytes, whatever --jobs is. How it compresses:
rows of customers, orders and payments 4 or 5 to 1, contracts 1.2 to 1, letters in between, recordings not at all.
--dup says which share of the bytes shall also occur elsewhere: a file filed twice, or the body of a contract's
template. A summary is printed as JSON.
"""

import argparse
import json
import os
import shutil
import sys
from multiprocessing import Pool

from corpus_texts import content, random_for

#         kind             share in a mixed, a small archive; file extension, class, name
KINDS = [
    ("csv_customer", 0.05, 0.08, "csv", "basic", "客户资料"),
    ("json_customer", 0.08, 0.12, "json", "basic", "profile"),
    ("csv_order", 0.17, 0.15, "csv", "transactions", "orders"),
    ("jsonl_payment", 0.15, 0.15, "jsonl", "transactions", "payments"),
    ("contract", 0.13, 0.03, "pdf", "contracts", "合同"),
    ("eml", 0.35, 0.46, "eml", "communications", "mail"),
    ("recording", 0.07, 0.01, "amr", "communications", "call"),
]
TEMPLATES = 24
MIB = 1 << 20


def main():
    options = arguments()
    if options.undo:
        undo(options)
    elif options.mutate:
        mutate(options)
    elif options.profile == "one":
        write_one(options)
    elif options.profile == "people":
        write_people(options)
    else:
        write_many(options)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--size-mib", type=int, default=256)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dup", type=float, default=0.20)
    parser.add_argument("--profile", choices=("mixed", "small", "one", "people"), default="mixed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--mutate", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--undo", action="store_true")
    parser.add_argument("--undo-dir", default="")
    return parser.parse_args()


def write_people(options):
    """One record of each customer: what counts is how many customers there are."""
    r, bytes = random_for(options.seed, "people"), 0
    for number in range(options.customers):
        folder = os.path.join(options.out, "basic", f"C{number:07d}")
        os.makedirs(folder, exist_ok=True)
        record = json.dumps({"customer": f"C{number:07d}", "since": 1990 + r.randrange(35), "branch": r.randrange(400)})
        bytes += len(record)
        with open(os.path.join(folder, "profile.json"), "w") as file:
            file.write(record)
    print(json.dumps({"files": options.customers, "bytes": bytes, "duplicate_bytes": 0}))


def write_many(options):
    files, duplicates = plan(options)
    for folder in sorted({os.path.dirname(file[0]) for file in files}):
        os.makedirs(os.path.join(options.out, folder), exist_ok=True)
    step = max(1, min(200, len(files) // (options.jobs * 4)))
    batches = [(options.out, options.seed, files[i : i + step]) for i in range(0, len(files), step)]
    with Pool(options.jobs) as pool:
        size = sum(pool.imap_unordered(write_batch, batches))
    print(json.dumps({"files": len(files), "bytes": size, "duplicate_bytes": duplicates}))


def write_batch(batch):
    out, seed, files = batch
    written = 0
    for path, kind, number, size, template, template_size, time in files:
        path = os.path.join(out, path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        written += os.write(descriptor, content(seed, kind, number, size, template, template_size))
        os.close(descriptor)
        os.utime(path, (time, time))
    return written


def plan(options):
    """The files as (path, kind, number, size, template, the template's size, time), and the duplicate bytes."""
    r = random_for(options.seed, "plan")
    small = options.profile == "small"
    kinds = []
    for kind, in_mixed, in_small, *_ in KINDS:
        kinds += [kind] * round(options.files * (in_small if small else in_mixed))
    kinds = (kinds + ["eml"] * options.files)[: options.files]
    r.shuffle(kinds)
    sizes = [natural_size(kind, r, small) for kind in kinds]
    if options.size_mib and not small:
        sizes = scaled(kinds, sizes, options.size_mib * MIB)
    templates = [
        int(700 * 5 ** r.random()) if small else int(0.45 * 51200 * 16 ** r.random()) for _ in range(TEMPLATES)
    ]
    return place(options, r, kinds, sizes, templates)


def natural_size(kind, r, small):
    if small:
        return int(1024 * 8 ** r.random())
    if kind in ("csv_customer", "json_customer"):
        return int(min(max(r.lognormvariate(10.6, 1.0), 1500), 1 << 20))
    if kind in ("csv_order", "jsonl_payment"):
        return int(min(max(r.lognormvariate(11.8, 1.1), 3000), 4 << 20))
    if kind == "contract":
        return int(51200 * 16 ** r.random())
    if kind == "eml":
        return int(2048 * 10 ** r.random())
    return int(204800 * 15 ** r.random())


def scaled(kinds, sizes, total):
    """Letters and contracts keep their size; the rest is scaled to the total asked for."""
    keep = ("eml", "contract")
    kept = sum(size for kind, size in zip(kinds, sizes) if kind in keep)
    rest = sum(sizes) - kept
    factor = (total - kept) / rest if rest else 1
    if factor < 0.05:
        return [max(512, int(size * total / sum(sizes))) for size in sizes]
    return [size if kind in keep else max(512, int(size * factor)) for kind, size in zip(kinds, sizes)]


def place(options, r, kinds, sizes, templates):
    """Gives each file its customer and time; some are filed twice, most contracts share a template."""
    total = sum(sizes)
    wanted, duplicates = options.dup * total, 0
    by_templates = sum(size for kind, size in zip(kinds, sizes) if kind == "contract") * 0.24
    twice = max(0.0, min(0.9, (wanted - by_templates) / max(1, total - by_templates)))
    written, used, files = {}, set(), []
    names = {kind: (extension, folder, name) for kind, _, _, extension, folder, name in KINDS}
    for i, (kind, size) in enumerate(zip(kinds, sizes)):
        before = written.setdefault(kind, [])
        number, template, template_size = i, 0, 0
        if before and duplicates < wanted and r.random() < twice:
            number, size, template, template_size = before[r.randrange(len(before))]
            duplicates += size
        else:
            if kind == "contract" and duplicates < wanted and r.random() < 0.8:
                fitting = [j for j in range(TEMPLATES) if templates[j] < size * 0.85]
                if fitting:
                    template = fitting[r.randrange(len(fitting))]
                    template_size = templates[template]
                    duplicates += template_size if template in used else 0
                    used.add(template)
            before.append((number, size, template, template_size))
        customer = r.randrange(options.customers)
        year, month = 2012 + r.randrange(13), 1 + r.randrange(12)
        extension, folder, name = names[kind]
        path = f"{folder}/C{customer:06d}/{name}-{year}-{month:02d}-{i:06d}.{extension}"
        time = 1325376000 + (year - 2012) * 31556952 + (month - 1) * 2629746 + r.randrange(2500000)
        files.append((path, kind, number, size, template, template_size, time))
    return files, duplicates


def write_one(options):
    """One file: pieces of a MiB of every kind in turn, no two alike."""
    path = os.path.join(options.out, "transactions", "C000001", "export.dump")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(options.size_mib * MIB)
    with Pool(options.jobs) as pool:
        pieces = ((path, options.seed, i) for i in range(options.size_mib))
        size = sum(pool.imap_unordered(write_piece, pieces, chunksize=16))
    os.utime(path, (1325376000, 1325376000))
    print(json.dumps({"files": 1, "bytes": size, "duplicate_bytes": 0}))


def write_piece(piece):
    path, seed, number = piece
    kind = KINDS[number % len(KINDS)][0]
    descriptor = os.open(path, os.O_WRONLY)
    written = os.pwrite(descriptor, content(seed, kind, number, MIB, 0, 0), number * MIB)
    os.close(descriptor)
    return written


def mutate(options):
    """Changes about that share of the files and bytes: appends, inserts, overwrites, adds a file beside one."""
    r = random_for(options.seed, "mutate")
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(options.out) for name in names]
    paths.sort()
    r.shuffle(paths)
    sizes = {path: os.stat(path).st_size for path in paths}
    most_files = len(paths) * options.mutate / 100
    most_bytes = sum(sizes.values()) * options.mutate / 100
    os.makedirs(options.undo_dir)
    changes, files, bytes = [], 0, 0
    remember(options, changes)
    for path in paths:
        if files >= most_files and bytes >= most_bytes * 0.8:
            break
        too_small = files >= most_files and sizes[path] < most_bytes / 40
        if too_small or bytes + sizes[path] > most_bytes * 1.1 or path.endswith(".rev2"):
            continue
        bytes += change(path, r, options, changes)
        files += 1
    print(json.dumps({"changed_files": files, "changed_bytes": bytes}))


def change(path, r, options, changes):
    """Changes one file, keeps what it was, and says how many bytes it has now."""
    with open(path, "rb") as file:
        old = file.read()
    name, how = os.path.relpath(path, options.out), r.random()
    if how >= 0.85 and not os.path.exists(path + ".rev2"):
        changes.append([name + ".rev2", None])
        remember(options, changes)
        with open(path + ".rev2", "wb") as file:
            file.write(old[::-1])
        return len(old)
    kept = f"{len(changes):06d}"
    shutil.copy2(path, os.path.join(options.undo_dir, kept))
    changes.append([name, kept])
    remember(options, changes)
    middle = len(old) // 2
    if how < 0.4:
        new = old + r.randbytes(200).hex().encode()
    elif how < 0.7:
        new = old[:middle] + r.randbytes(60).hex().encode() + old[middle:]
    else:
        new = r.randbytes(middle) + old[middle:]
    with open(path, "r+b") as file:
        file.write(new)
    return len(new)


def remember(options, changes):
    """Before anything is changed, so that a run that breaks off can be undone."""
    with open(os.path.join(options.undo_dir, "changes.json"), "w") as log:
        json.dump(changes, log)


def undo(options):
    with open(os.path.join(options.undo_dir, "changes.json")) as log:
        changes = json.load(log)
    for name, kept in changes:
        path = os.path.join(options.out, name)
        if kept is None:
            if os.path.exists(path):
                os.unlink(path)
            continue
        kept = os.path.join(options.undo_dir, kept)
        with open(kept, "rb") as source, open(path, "r+b") as file:
            file.write(source.read())
            file.truncate()
        shutil.copystat(kept, path)
    shutil.rmtree(options.undo_dir)


if __name__ == "__main__":
    sys.exit(main())
