"""What was kept for long enough, and is left out for good (Docs/Format.md, 4.4 and 4.5)."""

from forge_looks import LookForger
from forge_moves import HOUR, letter
from forge_rules import DAY, FIRST, SECOND
from make_place import bundle_id, fixed, record, write_box


class DisposalForger(LookForger):
    def scene_of_disposed(self):
        """Of what is old a disposal leaves nothing of the first customer; its number."""
        self.sealed()
        number = len(self.writer.lines)
        kept, gone = [record("old", b"an old one")], [record("gone", b"it is over"), record("notes", b"the older")]
        [old] = self.seal(("contracts", 2020, [(FIRST, gone), (SECOND, kept)]))
        self.seal(("contracts", 2036, [(FIRST, [record("notes/page", b"a page")])]))
        self.seal(("contracts", 2036, [(FIRST, [record("notes", b"the newer")])]))
        new = self.new_box((SECOND, kept, bundle_id(number, SECOND, kept), number), year=2020)
        self.old = old["hash"]
        return self.dispose([self.old], [new])

    def disposed(self):
        """Records are gone, and one whose older version is gone takes no name before those that are older by now."""
        self.compare(self.scene_of_disposed())
        self.past()
        self.remove(self.old)
        self.without(self.old)

    def disposed_back(self):
        """A disposal that was taken back, by one custodian alone after another compared it: all is there again."""
        self.compare(disposed := self.scene_of_disposed())
        self.ended(self.custodian, disposed)

    def disposed_behind(self):
        """At a destination nothing is gone by what was disposed of behind its snapshot."""
        self.sealed()
        [old] = self.seal(("contracts", 2020, [(FIRST, [record("old", b"an old one")])]))
        self.snapshot()
        self.compare(self.dispose([old["hash"]]))
        self.become_destination()

    def disposed_compared(self):
        """A bundle in the box of a disposal that is compared, and in a lower one of a move that isn't."""
        number = len(self.writer.lines)
        [old, _] = self.seal(("contracts", 2020, [(FIRST, letter(FIRST)), (SECOND, letter(SECOND))]),
                             ("communications", 2032, [(FIRST, [record("mail", b"a mail")])]))
        box = lambda text: self.new_box(self.carried(number, FIRST, text), year=2020)
        [one, two] = self.old_boxes(2)
        self.move([one], [box(b"made up")], year=2020)
        self.compare(self.dispose([two], [box(b"the other")]))
        self.dispose([old["hash"]], [self.new_box(self.carried(number, SECOND), year=2020)])

    def disposals(self):
        """Of which years, and what takes them back."""
        self.sealed()
        people = self.everyone()
        me, other, here = self.custodian, self.second, lambda: len(self.writer.lines)
        year_2026, year_2027 = 1767225600, 1798761600
        # The year lies before that of the entry's own time, whatever was stated before.
        [one, two], [present], [next_one] = self.old_boxes(2, 2025), self.old_boxes(1, 2026), self.old_boxes(1, 2027)
        self.dispose([present], year=2026, breaks="box")
        self.dispose([next_one], year=2027, breaks="box")
        self.dispose([one], year=2025, time=year_2026 - 1, breaks="box")
        self.dispose([one], year=2025, time=0, breaks="box")
        first = self.dispose([one], year=2025, time=year_2026)
        self.one(me, "clock", time=year_2027 + 400 * DAY)
        self.dispose([present], year=2026, time=year_2027 - 1, breaks="box")
        self.one(me, "clock")
        of_2026 = self.dispose([present], [now := self.box("of 2026", 2026)], year=2026, time=year_2027)
        self.dispose([next_one], year=2027, time=year_2027, breaks="box")
        self.one(me, "clock")
        # What is moved else is of any year.
        self.move([next_one], [later := self.box("of 2027", 2027)], year=2027)
        self.dispose([now["hash"]], year=2026, breaks="box")
        self.move([now["hash"]], year=2026, breaks="box")
        self.move([later["hash"]], year=2027)
        self.ended(me, of_2026)
        self.move([present], year=2026)
        for year, ends in ((1, 0), (1969, 0), (1970, 31536000), (1999, 946684800), (2000, 978307200), (2023, 1704067200),
                           (2024, 1735689600), (2099, 4102444800), (2100, 4133980800), (2399, 13569465600), (2400, 13601088000),
                           (9998, 253370764800), (9999, 253402300800)):
            [box] = self.old_boxes(1, year)
            if ends:
                self.dispose([box], year=year, time=ends - 1, breaks="box")
                self.dispose([box], year=year, time=0, breaks="box" if year >= 1970 else None)
            self.ended(me, self.dispose([box], year=year, time=ends))
            self.dispose([box], year=year, time=2**53 - 1)
            self.one(me, "clock")
        for year in (2024, 2026):
            self.dispose([two], year=year, breaks="box")
        self.dispose([two], [self.box("of 2024", 2024)], year=2025, breaks="box")
        self.dispose([one], year=2025, breaks="box")
        self.dispose([present], year=2026, generation=self.keyring.number + 1, breaks="generation")
        for role, by in people.items():
            if role != "custodian":
                self.dispose([two], year=2025, by=by, breaks="role")
        # One custodian alone takes it back, compared or not, and uses no request; nobody else does.
        self.compare(first)
        for role, by in people.items():
            if role != "custodian":
                self.ended(by, first, "role")
        asked = self.request(other, "ended", entry=first)
        self.ended(me, first, request=asked)
        self.ended(me, asked)
        self.ended(me, first, "reference")
        self.compare(first, breaks="generation")
        second = self.dispose([one, two], year=2025)
        self.ended(other, second)
        second = self.dispose([one, two], year=2025)
        self.compare(second)
        # Not when one of what it replaced was removed.
        self.past()
        self.remove(two)
        self.ended(me, second, "reference")
        self.ended(me, second, "reference", request=self.request(other, "ended", entry=second))
        # It may stand on one that was moved else, and that one is taken back after it; nothing stands on it.
        three, four = self.old_boxes(2)
        third = self.move([three], [a := self.box("a", 2020)], year=2020)
        fourth = self.dispose([a["hash"], four], [b := self.box("b", 2020)])
        self.move([b["hash"]], [self.box("c", 2020)], year=2020, breaks="box")
        self.dispose([b["hash"]], breaks="box")
        for named in ([fourth], [fourth, fourth + 1], [third, fourth, fourth + 1]):
            self.compare(*named, breaks="generation")
        self.compare(third, fourth)
        self.ended(me, third, "reference")
        asked = self.request(other, "ended", entry=third)
        self.ended(me, third, "reference", request=asked)
        self.ended(other, fourth)
        self.ended(me, third, "four eyes")
        self.ended(me, third, request=asked)
        # In its own commit.
        start = here()
        self.enter(me, self.disposing([three], [d := self.box("d", 2020)]), self.disposing([d["hash"]], breaks="box"),
                   self.entry(me, "ended", "reference", entry=start + 1), self.entry(me, "ended", entry=start),
                   self.disposing([d["hash"]], breaks="box"), self.disposing([present], year=2026, breaks="box"),
                   self.disposing([four, three]))

    def disposal_removed(self):
        """What a disposal brought is moved on, and removed, when all that it replaced was removed."""
        self.sealed()
        me, other = self.custodian, self.second
        box = lambda name: self.box(name, 2020)

        def compared(*moves):
            self.compare(*moves)
            self.past()

        one, two, three, four, five, six = self.old_boxes(6)
        disposed = self.dispose([one, two], [a := box("a")])
        a, b = a["hash"], box("b")
        self.remove(one, breaks="removed")
        compared(disposed)
        self.remove(a, breaks="removed")
        self.remove(a, one, two, breaks="removed")
        self.remove(one, two, a, breaks="removed")
        self.remove(one)
        self.remove(a, two, breaks="removed")
        self.move([a], [b], "box", year=2020)
        # A page of that name is another thing.
        self.one(me, "removed", objects=[{"hash": two, "kind": "keyring"}])
        self.move([a], [b], "box", year=2020)
        start = len(self.writer.lines)
        self.enter(me, self.moving([a], [b], "box", year=2020), self.entry(me, "removed", objects=[{"hash": two, "kind": "box"}]),
                   self.moving([a], [b], year=2020))
        self.ended(me, disposed, "reference")
        self.remove(a, breaks="removed")
        compared(start + 2)
        self.remove(a)
        b = b["hash"]
        self.remove(b, breaks="removed")
        # It is so of one that stands on what was moved else.
        moved = self.move([b, three], [c := box("c")], year=2020)
        disposed = self.dispose([c["hash"]], [d := box("d")])
        c, d = c["hash"], d["hash"]
        compared(moved, disposed)
        self.remove(d, breaks="removed")
        self.remove(b, three)
        self.dispose([d], breaks="box")
        self.remove(c)
        self.remove(d, breaks="removed")
        compared(self.dispose([d]))
        self.remove(b, d)
        # What was taken back keeps nothing.
        disposed = self.dispose([four], [e := box("e")])
        self.ended(me, disposed)
        self.remove(e["hash"])
        self.remove(four, breaks="removed")
        # A move of what it brought that nobody else compared keeps that, and its hold-back is over by whose time it is.
        compared(self.dispose([five], [g := box("g")]))
        self.remove(five)
        moved = self.move([g["hash"]], [], by=other, year=2020)
        begun = self.writer.time
        self.wait()
        self.remove(g["hash"], breaks="removed")
        self.compare(moved, by=other)
        self.remove(g["hash"], breaks="removed")
        self.one(me, "clock", time=begun)
        self.verified(me, moves=[moved], time=begun)
        self.remove(g["hash"], breaks="removed", time=begun + 72 * HOUR - 1)
        self.remove(g["hash"], time=begun + 72 * HOUR)
        self.writer.time = begun + 72 * HOUR
        moved = self.move([six], [h := box("h")], year=2020)
        begun = self.writer.time
        self.writer.time += 2 * HOUR
        disposed = self.dispose([h["hash"]])
        self.compare(moved, disposed)
        later = self.writer.time
        self.verified(other, time=begun + 72 * HOUR)
        self.remove(h["hash"], breaks="removed", time=later + 72 * HOUR)
        self.remove(six, time=begun + 72 * HOUR)
        self.verified(other, time=later + 72 * HOUR)
        self.remove(h["hash"], time=later)
        self.writer.time = later + 72 * HOUR
        self.dispose([four])
