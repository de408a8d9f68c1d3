"""Boxes that stand in the place of others: entries that count or don't, and rows that are a bundle's or are ignored
(Docs/Format.md, 3.1, 4.4 and 4.5)."""

from forge_findings import FindingForger
from forge_rules import DAY, FIRST, SECOND
from make_place import START, bundle_id, fixed, record, write_box

NEW_YEAR = START + 365 * DAY  # 2027-01-01 00:00:00 UTC
LETTERS = {FIRST: b"of the first", SECOND: b"of the second"}


def letter(customer, text=None, **more):
    return [record("letter", text or LETTERS[customer], **more)]


class MoveForger(FindingForger):
    # boxes that nobody has: they are replaced before somebody looks for them

    def box(self, name, year=2036):
        return {"hash": fixed("box " + name, 32).hex(), "index": fixed("index " + name, 32).hex(), "offset": 32, "size": 1000,
                "year": year}

    def nowhere_boxes(self, count, year=2036, by=None):
        """Digests of boxes that a `sealed` entry names."""
        made = [self.box(f"{len(self.writer.lines)} {n}", year) for n in range(count)]
        self.one(by or self.custodian, "sealed", boxes=made, generation=self.keyring.number)
        return [box["hash"] for box in made]

    def moving(self, replaced, boxes=(), breaks=None, by=None, reason="rewritten", year=2036, **members):
        """A `moved` entry."""
        named = {"boxes": list(boxes), "generation": self.keyring.number, "reason": reason, "replaced": list(replaced), "year": year}
        return self.entry(by or self.custodian, "moved", breaks, **named | members)

    def move(self, *arguments, by=None, **members):
        by = by or self.custodian
        return self.enter(by, self.moving(*arguments, by=by, **members))

    def compare(self, *moves, by=None, breaks=None):
        self.verified(by or self.second, breaks, moves=list(moves))

    def remove(self, *boxes, breaks=None):
        self.one(self.custodian, "removed", breaks, objects=[{"hash": box, "kind": "box"} for box in boxes])

    def clear(self, *boxes, year=2036):
        """Nobody is to look for these."""
        self.compare(self.move(boxes, year=year))
        self.remove(*boxes)

    def sealed_letters(self):
        """As all kinds have them; the box with the letters, and the number of its entry."""
        number = len(self.writer.lines)
        return self.sealed()[0]["hash"], number

    def carried(self, number, customer, text=None, first=None, **more):
        """The bundle of a customer that an entry named, for a new box."""
        records = letter(customer, text, **more)
        return customer, records, bundle_id(number, customer, records), number if first is None else first

    def new_box(self, *bundles, class_name="contracts", year=2036):
        return write_box(self.writer, self.keyring, class_name, year, bundles)

    def without(self, box):
        (self.out / f"place/boxes/{box[:2]}/{box}").unlink()

    # what is read

    def moved_boxes(self):
        """A box of two, then one of the two, again moved; what they replaced is gone."""
        old, number = self.sealed_letters()
        first, second = (self.new_box(self.carried(number, customer)) for customer in (FIRST, SECOND))
        one = self.move([old], [first, second])
        third = self.new_box(self.carried(number, SECOND))
        two = self.move([second["hash"]], [third])
        self.compare(one, two)
        self.remove(old, second["hash"])
        self.without(old)
        self.without(second["hash"])

    def moved_away(self):
        """Nothing stands in the place of the letters."""
        old, _ = self.sealed_letters()
        self.agreed_move([old], reason="lost")

    def agreed_move(self, replaced, boxes=(), reason="rewritten", year=2036, **members):
        asked = self.request(self.second, "moved", reason=reason, year=year)
        return self.move(replaced, boxes, reason=reason, year=year, request=asked, **members)

    def moved_back(self):
        """What was moved and taken back: the new box is live no more."""
        old, number = self.sealed_letters()
        new = self.new_box(self.carried(number, FIRST, b"made up"))
        self.agreed("ended", entry=self.move([old], [new]))

    def moved_behind(self):
        """At a destination nothing is moved by what stands behind its snapshot."""
        old, number = self.sealed_letters()
        self.snapshot()
        new = self.new_box(self.carried(number, FIRST, b"made up"))
        self.move([old], [new])
        self.without(new["hash"])
        self.become_destination()

    def moved_back_behind(self):
        """Nor is anything taken back."""
        old, number = self.sealed_letters()
        new = self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))
        moved = self.move([old], [new])
        self.snapshot()
        self.agreed("ended", entry=moved)
        self.without(old)
        self.become_destination()

    def moved_back_before(self):
        """What was taken back before the snapshot never was, also at its size."""
        old, number = self.sealed_letters()
        new = self.new_box(self.carried(number, FIRST, b"made up"))
        moved = self.move([old], [new])
        self.agreed("ended", entry=moved)
        self.without(new["hash"])
        self.snapshot()
        self.become_destination()

    # rows

    def sealed_row(self):
        """A row of a box that a `sealed` entry names, which names another first entry."""
        number = len(self.writer.lines)
        self.sealed([(FIRST, letter(FIRST)), self.carried(number, SECOND)])

    def moved_row(self, first):
        old, number = self.sealed_letters()
        self.move([old], [self.new_box(self.carried(number, FIRST), self.carried(number, SECOND, first=first(number)))])

    def row_of_none(self):
        """Rows of a box that a `moved` entry names: of no entry, of one that names no box, of one to come, of itself, of a
        `moved` one, of a `sealed` one that doesn't count."""
        self.moved_row(lambda number: 0)

    def row_of_another(self):
        self.moved_row(lambda number: 1)

    def row_to_come(self):
        self.moved_row(lambda number: len(self.writer.lines) + 1)
        self.clear(*self.nowhere_boxes(1))

    def row_of_itself(self):
        self.moved_row(lambda number: len(self.writer.lines))

    def row_of_a_move(self):
        def first(number):
            [box] = self.nowhere_boxes(1)
            return self.move([box])
        self.moved_row(first)

    def row_uncounted(self):
        self.moved_row(lambda number: self.one(self.clerk, "sealed", "role", boxes=[self.box("no")], generation=self.keyring.number))

    def row_ignored_first(self):
        """What a row that is ignored names isn't known from it."""
        old, number = self.sealed_letters()
        self.seal(("contracts", 2036, [self.carried(number, FIRST, b"made up")]))
        self.found.pop()
        self.move([old], [self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))])

    def bundle_twice(self):
        """The same bundle in two live boxes: that of the lower ordinal is it."""
        old, number = self.sealed_letters()
        [other] = self.nowhere_boxes(1)
        self.move([other], [self.new_box(self.carried(number, FIRST, b"made up"))])
        new = self.new_box(self.carried(number, FIRST, b"made up again"))
        [other] = self.nowhere_boxes(1)
        self.move([other], [new])

    def bundle_twice_moved(self):
        """Where that box is replaced, the other one's is."""
        old, number = self.sealed_letters()
        [other] = self.nowhere_boxes(1)
        self.move([other], [self.new_box(self.carried(number, FIRST, b"the other"))])
        self.move([old], [self.new_box(self.carried(number, SECOND))])

    def same_id(self):
        """Two bundles of one id and other first entries, in two boxes and then in one."""
        old, number = self.sealed_letters()
        of_first, of_second = self.carried(number, FIRST), self.carried(number, SECOND)
        newer, again = len(self.writer.lines), letter(FIRST, b"the other")
        [box] = self.seal(("contracts", 2036, [(FIRST, again, of_first[2], 0)]))
        self.move([old, box["hash"]], [self.new_box((FIRST, again, of_first[2], newer), of_first, of_second)])

    def older_moved(self):
        """An older version that is moved stays the older one."""
        old, number = self.sealed_letters()
        self.seal(("contracts", 2036, [(FIRST, letter(FIRST, b"the other"))]))
        self.found.pop()
        self.move([old], [self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))])

    def tie_of_boxes(self):
        """Two versions that one entry names, alike but for their bundles: that of the higher id is newer, wherever it moves."""
        self.sealed_ties(move=False)

    def tie_moved(self):
        self.sealed_ties(move=True)

    def sealed_ties(self, move):
        number = len(self.writer.lines)
        bundle = lambda id, first: (FIRST, letter(FIRST, b"the other" if id == 9 else None), bytes([id]) * 16, first)
        boxes = self.seal(("contracts", 2036, [bundle(9, 0), (SECOND, letter(SECOND))]), ("contracts", 2036, [bundle(5, 0)]),
                          ("communications", 2032, [(FIRST, [record("mail", b"a mail")])]))
        if move:
            self.move([boxes[1]["hash"]], [self.new_box(bundle(5, number))])

    # epochs

    def epochs(self):
        """What was sealed under an epoch moves to the next one; then its key goes."""
        old, number = self.sealed_letters()
        self.rotate_contracts(0)
        new = self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))
        self.compare(self.move([old], [new]))
        self.remove(old)
        self.keyring.states[self.contracts, 1] = 3
        self.enter(self.custodian, self.keyring_("retired"))
        self.state(["destroy"])
        self.enter(self.custodian, self.no_keyring("four eyes", "destroyed", 0))
        other = self.request(self.second, "keyring", reason="retired")
        self.enter(self.custodian, self.no_keyring("four eyes", "destroyed", 0, request=other))
        own = self.request(self.custodian, "keyring", reason="destroyed")
        self.enter(self.custodian, self.no_keyring("four eyes", "destroyed", 0, request=own))
        asked = self.request(self.second, "keyring", reason="destroyed")
        self.keyring.states[self.contracts, 1] = 4
        self.enter(self.custodian, (self.keyring_entry("destroyed", len(self.writer.lines), request=asked), None))
        self.enter(self.custodian, self.no_keyring("four eyes", "destroyed", 0, request=asked))
        self.enter(self.custodian, self.no_keyring("counts", "retired"))

    def epoch_retired(self):
        """What is sealed under an epoch that is only retired is read."""
        self.sealed()
        self.rotate_contracts(0)
        self.keyring.states[self.contracts, 1] = 3
        self.enter(self.custodian, self.keyring_("retired"))

    def epoch_destroyed(self):
        """A bundle of which only the epoch is gone is lost, and so is a box whose index no key opens."""
        old, number = self.sealed_letters()
        self.rotate_contracts(0)
        self.keyring.states[self.contracts, 1] = 3
        self.enter(self.custodian, self.keyring_("retired"))
        self.keyring.states[self.contracts, 1] = 4
        self.enter(self.custodian, self.keyring_("destroyed"))
        self.move([old], [write_box(self.writer, self.keyring, "contracts", 2036,
                                    [self.carried(number, FIRST), self.carried(number, SECOND)], stated=1)])

    # rules

    def moves(self):
        """What may be replaced, and by what."""
        old, _ = self.sealed_letters()
        people = self.everyone()
        me, here = self.custodian, lambda: len(self.writer.lines)
        sealed = here()
        one, two, three, four, five = self.nowhere_boxes(5)
        [early] = self.nowhere_boxes(1, 2035)
        new = [self.box(f"new {n}") for n in range(20)]
        for role, by in people.items():
            if role != "custodian":
                self.move([one], [new[0]], "role", by=by)
        for generation in (self.keyring.number + 1, self.keyring.number - 1):
            self.move([one], [new[0]], "generation", generation=generation)
        # Each once, live, and all of one year.
        for replaced in ([one, one], [one, two, one], [fixed("no box", 32).hex()], [new[0]["hash"]], [one, early], [early]):
            self.move(replaced, [new[0]], "box")
        self.move([one], [new[0]], "box", year=2035)
        for boxes in ([new[0], new[0]], [self.box("new 0", 2035)], [self.box("new 0", 2035), new[1]], [new[0] | {"hash": two}],
                      [new[0] | {"hash": one}]):
            self.move([one], boxes, "box")
        moved = self.move([one], [new[0]])
        self.move([one], [], "box")
        self.move([two, one], [new[1]], "box")
        self.one(me, "sealed", "box", boxes=[new[0]], generation=self.keyring.number)
        # Before another custodian compared it nothing of it is removed; a custodian's own comparison says nothing.
        self.remove(one, breaks="removed")
        self.remove(new[0]["hash"], breaks="removed")
        self.remove(two, breaks="removed")
        for role, by in people.items():
            if role not in ("archivist", "custodian"):
                self.compare(moved, by=by, breaks="role")
                self.compare(by=by)
        for entry in (moved - 1, moved + 1, sealed, 0, here(), 2**53 - 1):
            self.compare(entry, breaks="generation")
        self.compare(moved, moved + 1, breaks="generation")
        self.compare(moved, by=me)
        self.remove(one, breaks="removed")
        self.compare(moved)
        self.remove(one, two, breaks="removed")
        self.remove(one)
        self.one(me, "sealed", "box", boxes=[new[2] | {"hash": one}], generation=self.keyring.number)
        self.move([two], [new[2] | {"hash": one}], "box")
        self.move([one], [new[2]], "box")
        # It can't be taken back any more, and a comparison counts still.
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, "reference", request=asked)
        self.compare(moved)
        # What is taken back: it takes a request, and its boxes are live no more and come back in no other entry.
        moved = self.move([two], [new[3]])
        self.ended(me, moved, "four eyes")
        for role, by in people.items():
            if role != "custodian":
                self.ended(by, moved, "role")
        self.ended(me, moved - 1, "reference")
        self.agreed("ended", entry=moved)
        self.ended(me, moved, "reference")
        self.compare(moved, breaks="generation")
        self.remove(two, breaks="removed")
        self.move([new[3]["hash"]], [], "box")
        self.move([two], [new[3]], "box")
        self.one(me, "sealed", "box", boxes=[new[3]], generation=self.keyring.number)
        self.remove(new[3]["hash"])
        # One after the other is taken back only from the last on.
        moved = self.move([two], [new[4], new[5]])
        again = self.move([new[4]["hash"], three], [new[6]])
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, "reference", request=asked)
        self.agreed("ended", entry=again)
        self.ended(me, moved, request=asked)
        self.move([new[5]["hash"]], [], "box")
        # In its own commit.
        start = here()
        self.enter(me, self.entry(me, "sealed", boxes=[new[7]], generation=self.keyring.number),
                   self.moving([new[7]["hash"]], [new[8]]), self.moving([new[7]["hash"]], [new[9]], "box"),
                   self.moving([new[8]["hash"]], [new[10]]),
                   self.entry(me, "removed", "removed", objects=[{"hash": new[10]["hash"], "kind": "box"}]))
        self.enter(self.second, self.entry(self.second, "verified", boxes=[], damaged=[], generations=[], keyrings=[], level="open",
                                           missing=[], moves=[start + 1, start + 3], place=fixed("place").hex(), size=1, strays=0),
                   self.entry(self.second, "removed", objects=[{"hash": new[7]["hash"], "kind": "box"}]))
        # A custodian alone compares from the start, and goes on so when there is another one again.
        uncompared = self.move([four], [])
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        self.one(self.second, "revoked", identity=self.second.id.hex(), request=gone)
        alone = self.move([five], [])
        self.one(me, "granted", roles=["custodian"], **self.keys_of(self.second, "passphrase"))
        self.remove(four, breaks="removed")
        self.remove(five)
        self.ended(me, alone, "reference")
        self.compare(uncompared)
        self.remove(four)
        self.clear(two, three, new[10]["hash"], new[0]["hash"])
        self.clear(early, year=2035)

    def many_moved(self):
        """As many as an entry names."""
        self.sealed()
        boxes = sum((self.nowhere_boxes(50) for _ in range(5)), [])
        new = [self.box(f"new {n}") for n in range(50)]
        self.move(boxes, new)
        self.move([box["hash"] for box in new])

    def move_requests(self):
        """What takes a request of another custodian."""
        self.sealed()
        me, (a, b, c, d, e, f, g, h, i, j, *rest) = self.custodian, self.nowhere_boxes(12)
        ask = lambda reason, year=2036, by=None: self.request(by or self.second, "moved", reason=reason, year=year)
        # By the policy as it is: only what is given up.
        self.move([a], reason="lost", breaks="four eyes")
        for asked in (ask("lost", by=me), ask("lost", 2035), ask("corrected"), self.request(self.second, "ended", entry=1)):
            self.move([a], reason="lost", breaks="four eyes", request=asked)
        asked = ask("lost")
        self.move([a], reason="lost", breaks="four eyes", by=self.second, request=asked)
        self.move([a], request=asked)  # takes none, so it uses none
        self.move([b], reason="corrected")
        # All of one commit may name it, and none behind it.
        self.enter(me, self.moving([c], reason="lost", request=asked), self.moving([c], [], "box", reason="lost", request=asked),
                   self.moving([d], reason="lost", request=asked), self.moving([e], [], "four eyes", reason="lost", request=asked + 1))
        self.move([e], reason="lost", breaks="four eyes", request=asked)
        self.ended(me, asked, "reference")
        # What it asks for is no act of another kind.
        self.state(["dispose", "drop"])
        self.move([e], reason="corrected", breaks="four eyes")
        self.move([e], reason="corrected", breaks="four eyes", request=ask("disposed"))
        self.agreed_move([e], reason="corrected")
        self.verified(self.second, time=NEW_YEAR)
        [old, older] = self.nowhere_boxes(2, 2025)
        self.move([old], reason="disposed", year=2025, breaks="four eyes")
        self.agreed_move([old], reason="disposed", year=2025)
        self.move([f])
        self.state(["drop"])
        self.move([older], reason="disposed", year=2025)
        self.move([g], reason="corrected", breaks="four eyes")
        self.state(["dispose"])
        self.move([g], reason="corrected")
        # One that has expired, and one that was ended.
        asked = ask("lost")
        self.move([h], reason="lost", breaks="four eyes", request=asked, time=self.writer.time + 2 * DAY)
        self.ended(me, asked)
        self.move([h], reason="lost", breaks="four eyes", request=asked)
        # With one custodian nothing does.
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        self.one(self.second, "revoked", identity=self.second.id.hex(), request=gone)
        self.move([h], reason="lost")
        taken_back = self.move([i])
        self.ended(me, taken_back)
        self.move([i, j, *rest])

    def disposals(self):
        """Years that are over, by whose time."""
        self.sealed()
        me, clerk = self.custodian, self.clerk
        [early, earlier], [this, other], [late] = (self.nowhere_boxes(n, year) for n, year in ((2, 2025), (2, 2026), (1, 9999)))
        dispose = lambda box, year, breaks=None, **members: self.move([box], [], breaks, reason="disposed", year=year, **members)
        # The other custodian hasn't stated a time yet, and nobody else's does.
        self.verified(clerk, time=NEW_YEAR)
        dispose(early, 2025, "counts")
        dispose(early, 2025, "counts", time=NEW_YEAR + DAY)
        self.verified(self.second)
        dispose(early, 2025)
        dispose(this, 2026, "counts")
        dispose(this, 2026, "counts", time=NEW_YEAR + 400 * DAY)
        # An entry that doesn't count states no time; nor does what somebody states just before the year is over.
        self.enter(self.second, self.entry(self.second, "copying", "generation", generation=99, place=fixed("place").hex(), time=NEW_YEAR))
        self.verified(self.second, time=NEW_YEAR - 1)
        dispose(this, 2026, "counts", time=NEW_YEAR)
        self.verified(self.second, time=NEW_YEAR)
        dispose(this, 2026, "counts", time=NEW_YEAR - 1)
        dispose(this, 2026, time=NEW_YEAR)
        # The newest one counts, not the last one.
        self.verified(self.second)
        dispose(other, 2026, time=NEW_YEAR)
        # Of another reason the year is nothing.
        self.agreed_move([late], [self.box("late", 9999)], reason="lost", year=9999)
        late = self.box("late", 9999)["hash"]
        # Whoever is revoked states nothing any more; alone, one's own time does.
        self.verified(self.second, time=2**53 - 1)
        dispose(late, 9999, "counts")
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        self.one(self.second, "revoked", identity=self.second.id.hex(), request=gone)
        dispose(earlier, 2025)
        dispose(late, 9999, "counts", time=253402300799)
        dispose(late, 9999, time=253402300800)

    def move_snapshots(self):
        """A snapshot of a size that boxes were moved behind."""
        self.sealed()
        me, place, here = self.custodian, fixed("destination").hex(), lambda: len(self.writer.lines)
        one, two, three, four = self.nowhere_boxes(4)
        self.one(me, "copying", generation=self.keyring.number, place=place)
        shoot = lambda size, breaks=None: self.entry(me, "snapshot", breaks, generation=self.keyring.number, missing=[], place=place,
                                                     size=size, started=self.writer.time)
        self.enter(me, shoot(0), shoot(here()))
        moved = self.move([one])
        self.enter(me, shoot(moved, "snapshot"), shoot(0, "snapshot"), shoot(moved + 1), shoot(here()))
        # One that doesn't count moves nothing.
        self.move([one], [], "box")
        self.enter(me, shoot(moved + 1))
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, "four eyes")
        self.enter(me, shoot(moved + 1))
        ended = self.ended(me, moved, request=asked)
        self.enter(me, shoot(moved + 1, "snapshot"), shoot(ended, "snapshot"), shoot(ended + 1))
        # Nor does an end of something else.
        self.ended(me, self.finding(me))
        self.enter(me, shoot(ended + 1))
        self.enter(me, self.moving([one, two]), shoot(here(), "snapshot"), shoot(here() + 1))
        self.enter(me, shoot(here() + 1, "snapshot"), self.moving([three, four]), shoot(here() + 1, "snapshot"), shoot(here() + 2))
