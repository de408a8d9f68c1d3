"""What was measured, as it was measured: a file that is written after every round."""

import json
import os
from statistics import median


class Results:
    def __init__(self, path):
        self.path = path
        self.all = {"about": {}, "rows": {}}
        if os.path.exists(path):
            with open(path) as file:
                self.all = json.load(file)

    def describe(self, about):
        self.all["about"] = about
        self.write()

    def put(self, name, row):
        self.all["rows"][name] = row
        self.write()

    def write(self):
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        with open(self.path + ".new", "w") as file:
            json.dump(self.all, file, indent=1, ensure_ascii=False)
            file.write("\n")
        os.replace(self.path + ".new", self.path)

    @property
    def about(self):
        return self.all["about"]

    @property
    def rows(self):
        return self.all["rows"]

    def title(self, row, otherwise):
        return self.rows[row]["title"] if row in self.rows else otherwise

    def runs(self, row, contestant):
        """The runs of a contestant; empty where it wasn't measured or failed."""
        record = self.rows.get(row, {}).get("contestants", {}).get(contestant)
        return record["runs"] if record and not record["failed"] else []

    def figure(self, row, contestant, name="seconds", of=median):
        """The median, or another figure, of all runs; None where there is none."""
        values = [run[name] for run in self.runs(row, contestant) if name in run]
        return of(values) if values else None

    def why_not(self, row, contestant):
        """Why there is no figure."""
        if row not in self.rows:
            return "not measured"
        if self.rows[row].get("missing"):
            return self.rows[row]["missing"]
        record = self.rows[row]["contestants"].get(contestant)
        return f"failed: {record['failed']}" if record and record["failed"] else "not measured"
