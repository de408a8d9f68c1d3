"""What is measured with buckets, each as a row with its contestants."""

import bucket
import measure
from bucket import BUCKET
from measure import Command, shell
from row import Row

ARCHIVE = "mixed"


def all_rows(bench):
    return [
        seal(bench), verify(bench), export(bench), snapshot(bench), restore(bench), bad_network(bench), writers(bench),
    ]  # fmt: skip


def noting_traffic(run):
    found = bucket.traffic(run["said"])
    if found:
        run["traffic"] = found


def rclone(source, target, transfers, *more):
    """As many files at once as ours has workers; checkers only look at what is there already."""
    options = ["--transfers", str(transfers), "--checkers", str(transfers), *more]
    return ["rclone", "copy", source, target, *options]


def line(*commands):
    return shell(" && ".join(" ".join(words) for words in commands))


def seal(bench):
    """Into a new vault or repository each time; the last ones stand for the rows that follow."""
    archive, ours, restic = bench.archive(ARCHIVE), bench.ours, bench.restic
    row = Row("s3-seal", f"seal {archive.title} into a bucket", archive)

    def keep_last(tool, turn, name):
        if turn < bench.rounds:
            bucket.purge(name)
        else:
            bench.keep(tool, name)

    row.add(
        "strongroom", lambda turn: ours.seal(ours.place(f"vault-{turn}"), archive.folder),
        prepare=lambda turn: ours.found(ours.place(f"vault-{turn}")), warms=[archive.folder], after=noting_traffic,
        finish=lambda turn: keep_last(ours, turn, f"vault-{turn}"))  # fmt: skip

    def new_folder(turn):
        bench.found_folder(bench.folder_vault)

    row.add(
        "to a folder, rclone copy",
        lambda turn: line(
            ["strongroom", "seal", archive.folder, "--vault", bench.folder_vault, "--quiet"],
            rclone(f"{bench.folder_vault}/boxes", f"ceph:{BUCKET}/sealed-{turn}", bench.workers)),
        prepare=new_folder, warms=[archive.folder],
        finish=lambda turn: bucket.purge(f"sealed-{turn}"))  # fmt: skip
    row.add(
        "restic", lambda turn: restic.seal(restic.place(f"restic-{turn}"), archive.folder),
        prepare=lambda turn: restic.found(restic.place(f"restic-{turn}")), warms=[archive.folder],
        finish=lambda turn: keep_last(restic, turn, f"restic-{turn}"))  # fmt: skip
    return row


def verify(bench):
    archive, ours, restic = bench.archive(ARCHIVE), bench.ours, bench.restic
    row = Row("s3-verify", f"verify {archive.title} in a bucket", archive)
    for level in ("hash", "open"):
        row.add(f"strongroom, {level}", lambda turn, level=level: ours.verify(bench.standing(ours), level),
                after=noting_traffic)  # fmt: skip
    row.add("restic", lambda turn: restic.check(bench.standing(restic)))
    return row


def export(bench):
    """To plain files, out of the bucket."""
    archive = bench.archive(ARCHIVE)
    row = Row("s3-export", f"export {archive.title} from a bucket", archive)
    for tool in (bench.ours, bench.restic):
        out = f"out-{tool.name}"
        row.add(
            tool.name, lambda turn, tool=tool, out=out: tool.restore(bench.standing(tool), f"{out}-{turn}"),
            after=noting_traffic, finish=lambda turn, out=out: bench.check_restored(f"{out}-{turn}", archive))  # fmt: skip
    return row


def take(bench, place, jobs=None, **environment):
    words = ["strongroom", "snapshot", "take", place, "--new", "--vault", bench.folder_vault, "--quiet"]
    return Command(words + (["--jobs", str(jobs)] if jobs else []), environment=environment)


def bring_back(place, out, jobs=None, **environment):
    words = ["strongroom", "restore", place, out, "--quiet"]
    return Command(words + (["--jobs", str(jobs)] if jobs else []), environment=environment)


def snapshot(bench):
    """Of a vault in a folder, each time to where nothing is; with as many workers as there are cores, and with four, as
    rclone has by itself."""
    archive = bench.archive(ARCHIVE)
    row = Row("s3-snapshot", f"snapshot of {archive.title} to a bucket", archive)
    boxes = f"{bench.folder_vault}/boxes"
    for count in dict.fromkeys((bench.workers, 4)):
        row.add(
            f"strongroom, {count}",
            lambda turn, count=count: take(bench, f"s3://{BUCKET}/snapshot-{count}-{turn}", count),
            prepare=lambda turn: bench.standing_folder(), warms=[boxes], after=noting_traffic,
            finish=lambda turn, count=count: bucket.purge(f"snapshot-{count}-{turn}"))  # fmt: skip
        row.add(
            f"rclone, {count}",
            lambda turn, count=count: Command(rclone(boxes, f"ceph:{BUCKET}/copy-{count}-{turn}", count)),
            prepare=lambda turn: bench.standing_folder(), warms=[boxes],
            finish=lambda turn, count=count: bucket.purge(f"copy-{count}-{turn}"))  # fmt: skip
    return row


def restore(bench):
    """Of the same boxes, to a new folder; ours is durable at the end, rclone's with `sync`."""
    archive = bench.archive(ARCHIVE)
    row = Row("s3-restore", f"restore {archive.title} from a bucket", archive)
    for count in dict.fromkeys((bench.workers, 4)):
        row.add(
            f"strongroom, {count}",
            lambda turn, count=count: bring_back(bench.standing_snapshot(), f"back-{turn}", count),
            prepare=lambda turn: bench.standing_snapshot(), after=noting_traffic,
            finish=lambda turn: measure.remove(f"back-{turn}"))  # fmt: skip
        for name, more in ("rclone", []), ("rclone and sync", [["sync"]]):
            row.add(
                f"{name}, {count}",
                lambda turn, count=count, more=more: line(
                    rclone(f"ceph:{BUCKET}/{bench.SNAPSHOT}/boxes", f"back-{turn}", count), *more),
                prepare=lambda turn: bench.standing_snapshot(),
                finish=lambda turn: measure.remove(f"back-{turn}"))  # fmt: skip
    return row


def bad_network(bench):
    """All by the same program in between: once it only passes on what comes, once it holds each byte for 25 ms and loses
    every hundredth answer."""
    archive = bench.archive(ARCHIVE)
    row = Row("s3-bad", f"{archive.title} over a network that is long and bad", archive)
    networks = {}

    def before_round(turn):
        if turn == 1:
            networks["good"], networks["bad"] = bench.network(), bench.network("--each-way", "25", "--lose", "100")
            for name, network in networks.items():
                bench.make_known(network)
        bench.standing_snapshot()

    row.before_round = before_round
    boxes = f"{bench.folder_vault}/boxes"
    for name in ("good", "bad"):
        row.add(
            f"snapshot, {name}",
            lambda turn, name=name: take(bench, f"s3://{BUCKET}/{name}-{turn}", **networks[name].environment),
            warms=[boxes], after=noting_traffic, finish=lambda turn, name=name: bucket.purge(f"{name}-{turn}"))  # fmt: skip
        row.add(
            f"restore, {name}",
            lambda turn, name=name: bring_back(
                bench.standing_snapshot(), f"back-{name}-{turn}", **networks[name].environment),
            after=noting_traffic, finish=lambda turn, name=name: measure.remove(f"back-{name}-{turn}"))  # fmt: skip
    for name in ("good", "bad"):
        row.add(
            f"rclone to the bucket, {name}",
            lambda turn, name=name: Command(
                rclone(boxes, f"ceph:{BUCKET}/copy-{name}-{turn}", bench.workers),
                environment=networks[name].environment),
            warms=[boxes], finish=lambda turn, name=name: bucket.purge(f"copy-{name}-{turn}"))  # fmt: skip
        row.add(
            f"rclone from the bucket, {name}",
            lambda turn, name=name: Command(
                rclone(f"ceph:{BUCKET}/{bench.SNAPSHOT}/boxes", f"back-{name}-{turn}", bench.workers),
                environment=networks[name].environment),
            finish=lambda turn, name=name: measure.remove(f"back-{name}-{turn}"))  # fmt: skip
    return row


WRITERS = 8


def writers(bench):
    """Eight, each with the memory of a machine of its own, seal small batches into one vault that is 50 ms away; and one
    does."""
    row = Row("s3-writers", "small batches sealed into one vault at 50 ms latency")
    far = []

    def prepare(turn, count):
        if not far:
            far.append(bench.network("--each-way", "25"))
            bench.make_known(far[0])
        vault = bench.ours.place(f"writers-{count}-{turn}")
        bench.ours.found(vault)
        measure.run(command(turn, count, "--prepare"))

    def command(turn, count, *more):
        words = ["writers.py", bench.ours.place(f"writers-{count}-{turn}"), str(count), str(bench.batches), *more]
        return Command(words, environment=far[0].environment)

    for count in (1, WRITERS):
        row.add(
            f"writers: {count}", lambda turn, count=count: command(turn, count),
            prepare=lambda turn, count=count: prepare(turn, count),
            finish=lambda turn, count=count: bucket.purge(f"writers-{count}-{turn}"))  # fmt: skip
    return row
