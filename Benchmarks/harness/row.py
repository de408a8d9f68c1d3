"""A row of the table: contestants that do the same work in turn, round by round."""

from datetime import datetime, timezone

import measure
from measure import Failed
from tools import say


class Contestant:
    def __init__(self, name, command, prepare=None, warms=(), stored=None, after=None, finish=None):
        self.name, self.command = name, command
        self.prepare, self.finish = prepare or nothing, finish or nothing
        self.warms, self.stored, self.after = warms, stored, after or nothing


def nothing(_):
    pass


class Row:
    """`before_round` and `after_all` belong to all contestants, what is given to `add` to one."""

    def __init__(self, name, title, archive=None, rounds=None):
        self.name, self.title, self.archive, self.rounds = name, title, archive, rounds
        self.contestants = []
        self.before_round = nothing
        self.after_all = lambda: None
        self.missing = None

    def add(self, name, command, **more):
        """A contestant. `prepare` comes before the clock starts, then the folders of `warms` are read; `stored` is
        the folder whose size is told; `after` completes the figures of a run; `finish` tidies up."""
        self.contestants.append(Contestant(name, command, **more))

    def measure(self, bench):
        """Runs all rounds; what fails is said, and isn't tried again."""
        result = {
            "title": self.title, "when": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M"),
            "missing": self.missing, "contestants": {},
        }  # fmt: skip
        if self.archive:
            facts = bench.inputs.get(self.archive.name).facts()
            result |= {"input": facts, "corpus": self.archive.options}
        rounds = self.rounds or bench.rounds
        try:
            for turn in range(1, rounds + 1):
                self.before_round(turn)
                for contestant in self.contestants:
                    record = result["contestants"].setdefault(contestant.name, {"runs": [], "failed": None})
                    if not record["failed"]:
                        self.run_once(contestant, turn, rounds, record)
                bench.results.put(self.name, result)
        finally:
            self.after_all()
        bench.results.put(self.name, result)

    def run_once(self, contestant, turn, rounds, record):
        try:
            contestant.prepare(turn)
            command = contestant.command(turn)
            record["command"] = command.text
            measure.warm(*(place() if callable(place) else place for place in contestant.warms))
            measure.settle()
            run = measure.run(command)
            if contestant.stored:
                run["stored"] = measure.contents(contestant.stored())[1]
            contestant.after(run)
            del run["printed"], run["said"]
            record["runs"].append(run)
            self.tell(contestant, turn, rounds, run)
            contestant.finish(turn)
        except (Failed, OSError, ValueError, KeyError) as error:
            record["failed"] = str(error)
            say(f"{self.name} {turn}/{rounds} {contestant.name}: {error}")

    def tell(self, contestant, turn, rounds, run):
        figures = f"{run['seconds']:.2f} s, cores {run['cpu']:.2f} s, {run['memory'] / 2**20:.0f} MiB"
        if "stored" in run:
            figures += f", {run['stored']:,} bytes stored"
        say(f"{self.name} {turn}/{rounds} {contestant.name}: {figures}")
