"""Boxes that stand in the place of others: entries that count or don't, and rows that are a bundle's or are ignored
(Docs/Format.md, 3.1, 4.4 and 4.5)."""

from forge_findings import FindingForger
from forge_rules import DAY, FIRST, SECOND
from make_place import DIRECTORY, JOURNAL, bundle_id, fixed, record, write_box

HOUR = 3600
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

    def moving(self, replaced, boxes=(), breaks=None, by=None, year=2036, **members):
        """A `moved` entry."""
        named = {"boxes": list(boxes), "generation": self.keyring.number, "reason": "rewritten", "replaced": list(replaced),
                 "year": year}
        return self.entry(by or self.custodian, "moved", breaks, **named | members)

    def move(self, *arguments, by=None, **members):
        by = by or self.custodian
        return self.enter(by, self.moving(*arguments, by=by, **members))

    def compare(self, *moves, by=None, breaks=None):
        self.verified(by or self.second, breaks, moves=list(moves))

    def wait(self, hours=72):
        """Until the hold-back of what was moved is over."""
        self.writer.time += hours * HOUR

    def remove(self, *boxes, breaks=None, **members):
        self.one(self.custodian, "removed", breaks, objects=[{"hash": box, "kind": "box"} for box in boxes], **members)

    def clear(self, *boxes, year=2036):
        """Nobody is to look for these."""
        self.compare(self.move(boxes, year=year))
        self.wait()
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
        self.wait()
        self.remove(old, second["hash"])
        self.without(old)
        self.without(second["hash"])

    def moved_away(self):
        """Nothing stands in the place of the letters."""
        old, _ = self.sealed_letters()
        self.move([old])

    def moved_back(self):
        """What was moved and taken back: the new box is live no more."""
        old, number = self.sealed_letters()
        new = self.new_box(self.carried(number, FIRST, b"made up"))
        self.ended(self.custodian, self.move([old], [new]))

    def moved_twice(self):
        """Two that replace the same box in one commit: the first one does."""
        old, number = self.sealed_letters()
        first = self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))
        other = self.new_box(self.carried(number, FIRST, b"made up"))
        self.enter(self.custodian, self.moving([old], [first]), self.moving([old], [other], "box"))

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
        self.ended(self.custodian, moved)
        self.without(old)
        self.become_destination()

    def moved_back_before(self):
        """What was taken back before the snapshot isn't live at its size."""
        old, number = self.sealed_letters()
        new = self.new_box(self.carried(number, FIRST, b"made up"))
        self.compare(moved := self.move([old], [new]))
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

    def twice_compared(self, *compared, behind=(), texts=(b"made up", b"the other")):
        """The letter of the first customer in boxes of two moves, of which some are compared."""
        old, number = self.sealed_letters()
        moves = []
        for words in texts:
            [other] = self.nowhere_boxes(1)
            moves.append(self.move([other], [self.new_box(self.carried(number, FIRST, words))]))
        moves.append(self.move([old], [self.new_box(self.carried(number, SECOND))]))
        for one in compared:
            self.compare(moves[one])
        if behind:
            self.snapshot()
            for one in behind:
                self.compare(moves[one])
            self.become_destination()

    def bundle_compared(self):
        """A box of a move that is compared goes before a lower one of a move that isn't."""
        self.twice_compared(1)

    def bundle_compared_both(self):
        """Where both are, the lower one goes before."""
        self.twice_compared(1, 0, texts=(b"the other", b"made up"))

    def bundle_compared_behind(self):
        """At a destination no comparison behind its snapshot tells."""
        self.twice_compared(1, behind=[0])

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
        """What was sealed under an epoch moves to the next one; then its key goes. Nothing of it takes a request."""
        old, number = self.sealed_letters()
        self.rotate_contracts(0)
        new = self.new_box(self.carried(number, FIRST), self.carried(number, SECOND))
        asked = self.request(self.second, "policy", policy=self.policies(20))
        self.compare(self.move([old], [new], request=asked))
        self.state_epoch(3, "retired")
        self.keyring.states[self.contracts, 1] = 4
        self.enter(self.custodian, (self.keyring_entry("destroyed", len(self.writer.lines), request=asked), None))
        self.one(self.custodian, "policy", policy=self.policies(20), request=asked)
        self.wait()
        self.remove(old)
        self.enter(self.custodian, self.no_keyring("counts", "retired"))

    def state_epoch(self, state, reason, section=None):
        self.keyring.states[section or self.contracts, 1] = state
        self.enter(self.custodian, self.keyring_(reason))

    def directory_retired(self):
        """Epochs of the directory go no further than opening."""
        self.section_retired(DIRECTORY)

    def journal_retired(self):
        self.section_retired(JOURNAL)

    def section_retired(self, section):
        self.sealed()
        self.keyring.epochs[section].append((self.writer.time, fixed(f"epoch 2 {section.hex()}", 32)))
        self.state_epoch(3, "rotated", section)

    def epoch_retired(self):
        """What is sealed under an epoch that is only retired is read."""
        self.sealed()
        self.rotate_contracts(0)
        self.state_epoch(3, "retired")

    def epoch_destroyed(self):
        """A bundle of which only the epoch is gone is lost, wherever it moves."""
        old, number = self.sealed_letters()
        self.rotate_contracts(0)
        self.state_epoch(3, "retired")
        self.state_epoch(4, "destroyed")
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
        self.remove(one, breaks="removed")
        self.wait()
        self.remove(one, two, breaks="removed")
        self.remove(one)
        self.one(me, "sealed", "box", boxes=[new[2] | {"hash": one}], generation=self.keyring.number)
        self.move([two], [new[2] | {"hash": one}], "box")
        self.move([one], [new[2]], "box")
        # Where it replaced what a move brought that nobody compared, that one is named, too.
        self.compared_chains(people)
        # It can't be taken back any more, and a comparison counts still.
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, "reference", request=asked)
        self.compare(moved)
        # What is taken back: its boxes are live no more and come back in no other entry. It takes a request once it is
        # compared by another.
        moved = self.move([two], [new[11]])
        self.compare(moved, by=me)
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, request=asked)
        self.ended(me, asked)  # none was used
        moved = self.move([two], [new[3]])
        self.compare(moved)
        self.ended(me, moved, "four eyes")
        self.ended(self.second, moved, "four eyes", request=self.request(self.second, "ended", entry=moved))
        self.ended(me, moved, "four eyes", request=self.request(self.second, "ended", entry=moved - 1))
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
        self.remove(new[11]["hash"], new[3]["hash"])
        # One after the other is taken back only from the last on.
        moved = self.move([two], [new[4], new[5]])
        again = self.move([new[4]["hash"], three], [new[6]])
        self.compare(moved)
        asked = self.request(self.second, "ended", entry=moved)
        self.ended(me, moved, "reference", request=asked)
        self.ended(me, again)
        # What was replaced is live again, and may be replaced again.
        third = self.move([new[4]["hash"], new[5]["hash"]], [new[12]])
        self.ended(me, moved, "reference", request=asked)
        self.ended(me, third)
        self.ended(me, moved, request=asked)
        self.move([new[5]["hash"]], [], "box")
        self.remove(*(new[n]["hash"] for n in (4, 5, 6, 12)))
        # In its own commit.
        start = here()
        self.enter(me, self.entry(me, "sealed", boxes=[new[7]], generation=self.keyring.number),
                   self.moving([new[7]["hash"]], [new[8]]), self.moving([new[7]["hash"]], [new[9]], "box"),
                   self.moving([new[8]["hash"]], [new[10]]),
                   self.entry(me, "removed", "removed", objects=[{"hash": new[10]["hash"], "kind": "box"}]))
        self.enter(me, self.moving([three, two], [new[13]]), self.entry(me, "ended", entry=here()),
                   self.entry(me, "ended", "reference", entry=here()), self.moving([new[13]["hash"]], [], "box"),
                   self.moving([two], [new[14]]), self.entry(me, "ended", entry=here() + 4))
        self.wait()
        self.enter(self.second, self.comparing(self.second, start + 1, start + 3),
                   self.entry(self.second, "removed", objects=[{"hash": new[7]["hash"], "kind": "box"}]))
        # A custodian alone compares from the start, and goes on so when there is another one again.
        uncompared = self.move([four], [])
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        self.one(self.second, "revoked", identity=self.second.id.hex(), request=gone)
        alone, also = self.move([five], []), self.move([three], [])
        self.one(me, "granted", roles=["custodian"], **self.keys_of(self.second, "passphrase"))
        self.ended(me, also, "four eyes")
        self.agreed("ended", entry=also)
        self.wait()
        self.remove(four, breaks="removed")
        self.remove(five)
        self.ended(me, alone, "reference")
        self.compare(uncompared)
        self.remove(four)
        self.clear(two, three, new[10]["hash"], new[0]["hash"])
        self.clear(early, year=2035)

    def compared_chains(self, people):
        """What a comparison names besides a move: those that brought what it replaced and that aren't compared."""
        me, other = self.custodian, self.second
        box = lambda name: self.box("chain " + name)
        one, two, three = self.nowhere_boxes(3)
        first = self.move([one], [a := box("a"), b := box("b")])
        second = self.move([a["hash"], two], [c := box("c")], by=other)
        third = self.move([c["hash"], b["hash"]], [d := box("d")])
        for named in ([second], [third], [first, third], [second, third], [third, third + 1]):
            self.compare(*named, breaks="generation")
        # A custodian who compares their own is none who compared it, and may go on from it where they name it again.
        self.compare(first, by=me)
        self.compare(second, by=me, breaks="generation")
        self.compare(first, second, by=me)
        self.wait()
        self.remove(two)
        # What stands between is removed when both are compared.
        for kept in (one, a["hash"], c["hash"], b["hash"]):
            self.remove(kept, breaks="removed")
        self.compare(third, breaks="generation", by=other)
        self.compare(first, third, by=other)
        self.remove(c["hash"])
        # The move that brought it is compared by now: one is named alone.
        self.compare(third)
        self.remove(a["hash"], b["hash"], one)
        # One that was taken back goes before nothing, and where one of two is compared the other one is named.
        fourth = self.move([three], [e := box("e")])
        fifth = self.move([e["hash"]], [box("f")])
        self.ended(me, fifth)
        sixth = self.move([e["hash"]], [g := box("g")])
        self.compare(fifth, sixth, breaks="generation")
        self.compare(sixth, breaks="generation")
        self.enter(other, self.comparing(other, fourth), self.comparing(other, sixth))
        [four] = self.nowhere_boxes(1)
        seventh = self.move([four], [h := box("h")])
        eighth = self.move([g["hash"], d["hash"], h["hash"]])
        self.compare(eighth, breaks="generation")
        # No other entry than one of a custodian compares, whatever else it names.
        self.compare(seventh, eighth, by=people["auditor"], breaks="role")
        self.compare(eighth, by=people["auditor"], breaks="role")
        self.compare(seventh, eighth)

    def comparing(self, by, *moves, breaks=None):
        """A `verified` entry, for a commit of several."""
        return self.entry(by, "verified", breaks, boxes=[], damaged=[], generations=[], keyrings=[], level="open", missing=[],
                          moves=list(moves), place=fixed("place").hex(), size=1, strays=0)

    def many_moved(self):
        """As many as an entry names."""
        self.sealed()
        boxes = sum((self.nowhere_boxes(50) for _ in range(5)), [])
        new = [self.box(f"new {n}") for n in range(50)]
        self.move(boxes, new)
        self.move([box["hash"] for box in new])

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
        self.compare(moved)
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

    def hold_backs(self):
        """When a box that was replaced may be removed."""
        self.sealed()
        me, other = self.custodian, self.second
        boxes = self.nowhere_boxes(14)
        late = lambda time, by=None: self.verified(by or self.clerk, time=time)

        def moved(box, compared=True, **members):
            """When its hold-back begins, where nobody stated a later time."""
            move = self.move([box], **members)
            begun = self.writer.time
            if compared:
                self.compare(move)
            return begun

        # By its own time, and from the entry that moved on: what compares begins nothing.
        begun = moved(boxes[0])
        self.remove(boxes[0], breaks="removed")
        self.remove(boxes[0], breaks="removed", time=begun + 72 * HOUR - 1)
        self.remove(boxes[0], time=begun + 72 * HOUR)
        self.remove(boxes[0])
        self.writer.time = begun + 72 * HOUR
        # By what anybody stated before it, in an entry that counts: the newest, not the last.
        begun = moved(boxes[1])
        self.one(self.clerk, "clock", "role", time=begun + 100 * HOUR)
        self.remove(boxes[1], breaks="removed", time=begun)
        late(begun + 72 * HOUR - 1)
        self.remove(boxes[1], breaks="removed", time=0)
        late(begun + 72 * HOUR)
        late(0, other)
        self.remove(boxes[1], time=0)
        # It begins at the settled time, whatever the entry itself says.
        self.writer.time = begun + 72 * HOUR
        moved(boxes[2], time=1)
        self.remove(boxes[2], breaks="removed", time=begun + 144 * HOUR - 1)
        self.remove(boxes[2], time=begun + 144 * HOUR)
        self.writer.time = begun + 144 * HOUR
        moved(boxes[3], time=self.writer.time + 20 * DAY)
        self.wait(10 * 24)
        self.remove(boxes[3], breaks="removed")
        # Unless somebody states the time anew.
        self.one(me, "clock")
        stated = self.writer.time
        self.remove(boxes[3], breaks="removed", time=stated + 72 * HOUR - 1)
        self.remove(boxes[3], time=stated + 72 * HOUR)
        self.writer.time = stated + 72 * HOUR
        # Only what began later begins then; and the time is the settled one, though it is earlier.
        begun = moved(boxes[4])
        self.one(me, "clock", time=begun + 10 * HOUR)
        self.one(me, "clock", time=begun - 10 * HOUR)
        self.one(me, "clock", time=begun + 20 * HOUR)
        self.remove(boxes[4], breaks="removed", time=begun + 62 * HOUR - 1)
        self.remove(boxes[4], time=begun + 62 * HOUR)
        self.one(me, "clock", time=begun)
        self.writer.time = begun
        # What has passed by a time that was taken back hasn't.
        begun = moved(boxes[5])
        late(begun + 100 * DAY)
        self.one(me, "clock", time=begun)
        self.remove(boxes[5], breaks="removed", time=begun + 72 * HOUR - 1)
        # A recovery does the same, and its request; an end of it, or one for something else, doesn't.
        for box, anew in ((boxes[6], lambda time: self.recover(me, time=time)),
                          (boxes[7], lambda time: self.request(other, "recovered", time=time, home=fixed("place").hex(), snapshot=0))):
            late(self.writer.time + 100 * DAY)
            begun = moved(box)
            self.request(other, "policy", policy=self.policies(21), time=begun)
            self.recover(me, "place", size=1, time=begun)
            self.remove(box, breaks="removed", time=begun + 101 * DAY)
            anew(begun)
            self.remove(box, breaks="removed", time=begun + 72 * HOUR - 1)
            self.remove(box, boxes[5] if box == boxes[6] else box, time=begun + 72 * HOUR)
            self.writer.time = begun + 72 * HOUR
        # As the policy has it that is in force; an hour at least.
        hold = lambda hours: self.agreed("policy", policy=self.policy | {"holdback": hours})
        begun = moved(boxes[8])
        self.writer.time = begun + 2 * HOUR
        hold(3)
        self.remove(boxes[8], breaks="removed", time=begun + 3 * HOUR - 1)
        self.remove(boxes[8], time=begun + 3 * HOUR)
        self.writer.time = begun + 3 * HOUR
        hold(0)
        begun = moved(boxes[9])
        self.remove(boxes[9], breaks="removed", time=begun + HOUR - 1)
        self.enter(me, self.entry(me, "accessed", records=1, time=begun + HOUR),
                   self.entry(me, "removed", objects=[{"hash": boxes[9], "kind": "box"}], time=begun))
        self.writer.time = begun + HOUR
        # What was taken back has none: it begins anew where the box is replaced again. Nor have its own boxes one.
        begun = moved(boxes[10], compared=False, boxes=[new := self.box("new")])
        self.ended(me, len(self.writer.lines) - 1)
        self.writer.time = begun + 5 * HOUR
        self.remove(boxes[10], breaks="removed")
        self.remove(new["hash"])
        begun = moved(boxes[10])
        self.remove(boxes[10], breaks="removed", time=begun + HOUR - 1)
        self.remove(boxes[10], time=begun + HOUR)
        # Several: each by its own.
        self.writer.time = begun + HOUR
        moved(boxes[11])
        begun = moved(boxes[12])
        self.remove(boxes[11], boxes[12], breaks="removed", time=begun + HOUR - 1)
        self.remove(boxes[11], time=begun + HOUR - 1)
        self.remove(boxes[12], boxes[11], time=begun + HOUR)
        hold(72)
        self.writer.time = begun + 2 * HOUR
        self.clear(boxes[13])

    # what is left out because its time is over

    def old_boxes(self, count=1, year=2020):
        return self.nowhere_boxes(count, year)

    def disposing(self, replaced, boxes=(), breaks=None, by=None, year=2020, **members):
        """A `moved` entry of the reason `disposed`."""
        return self.moving(replaced, boxes, breaks, by, year, reason="disposed", **members)

    def dispose(self, *arguments, by=None, **members):
        by = by or self.custodian
        return self.enter(by, self.disposing(*arguments, by=by, **members))

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
        self.wait()
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
        self.dispose([present], [now := self.box("of 2026", 2026)], year=2026, time=year_2027)
        self.dispose([next_one], year=2027, time=year_2027, breaks="box")
        self.one(me, "clock")
        # What is moved else is of any year.
        self.move([next_one], [later := self.box("of 2027", 2027)], year=2027)
        self.dispose([now["hash"]], year=2026, breaks="box")
        self.move([now["hash"]], year=2026)
        self.move([later["hash"]], year=2027)
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
        self.wait()
        self.remove(two)
        self.ended(me, second, "reference")
        self.ended(me, second, "reference", request=self.request(other, "ended", entry=second))
        # After one that moves what it brought, or before; of the two the other one takes a request.
        three, four = self.old_boxes(2)
        third = self.dispose([three], [a := self.box("a", 2020)])
        fourth = self.move([a["hash"], four], [b := self.box("b", 2020)], year=2020)
        fifth = self.dispose([b["hash"]], [self.box("c", 2020)])
        for named in ([fourth], [fifth], [fourth, fifth], [third, fifth]):
            self.compare(*named, breaks="generation")
        self.compare(third, fourth, fifth)
        self.ended(me, third, "reference")
        asked = self.request(other, "ended", entry=fourth)
        self.ended(me, fourth, "reference", request=asked)
        self.ended(other, fifth)
        self.ended(me, third, "reference")
        self.ended(me, fourth, "four eyes")
        self.ended(me, fourth, request=asked)
        self.ended(me, third)
        # In its own commit.
        start = here()
        self.enter(me, self.disposing([three], [d := self.box("d", 2020)]), self.disposing([d["hash"]]),
                   self.entry(me, "ended", "reference", entry=start), self.entry(me, "ended", entry=start + 1),
                   self.entry(me, "ended", entry=start), self.disposing([d["hash"]], breaks="box"),
                   self.disposing([present], year=2026, breaks="box"), self.disposing([four, three]))

    def disposal_removed(self):
        """What a disposal brought is kept while what it replaced is there."""
        self.sealed()
        me, other = self.custodian, self.second
        box = lambda name: self.box(name, 2020)

        def compared(*moves):
            self.compare(*moves)
            self.wait()

        one, two, three, four, five, six = self.old_boxes(6)
        disposed = self.dispose([one, two], [a := box("a")])
        moved = self.move([a["hash"]], [b := box("b")], year=2020)
        self.remove(one, breaks="removed")
        compared(disposed, moved)
        a, b = a["hash"], b["hash"]
        self.remove(a, breaks="removed")
        self.remove(a, one, two, breaks="removed")
        self.remove(one, two, a, breaks="removed")
        self.remove(one)
        self.remove(a, two, breaks="removed")
        # A page of that name is another thing.
        self.one(me, "removed", objects=[{"hash": two, "kind": "keyring"}])
        self.remove(a, breaks="removed")
        self.enter(me, self.entry(me, "removed", objects=[{"hash": two, "kind": "box"}]),
                   self.entry(me, "removed", objects=[{"hash": a, "kind": "box"}]))
        self.remove(b, breaks="removed")
        # Of another move that isn't so, and it is so of one disposal after another.
        moved = self.move([b, three], [c := box("c")], year=2020)
        disposed = self.dispose([c["hash"]], [d := box("d")])
        again = self.dispose([d["hash"]])
        compared(moved, disposed, again)
        c, d = c["hash"], d["hash"]
        self.remove(d, breaks="removed")
        self.remove(c)
        self.remove(b, d)
        self.remove(three)
        # What was taken back keeps nothing.
        disposed = self.dispose([four], [e := box("e")])
        moved = self.move([e["hash"]], [f := box("f")], year=2020)
        self.ended(me, moved)
        self.ended(me, disposed)
        self.remove(e["hash"], f["hash"])
        self.remove(four, breaks="removed")
        # A move that brought it, and that nobody else compared, keeps it, too. A hold-back it has by what replaced it alone.
        disposed = self.dispose([five], [g := box("g")])
        moved = self.move([g["hash"]], [], by=other, year=2020)
        self.compare(disposed, moved, by=me)
        self.wait()
        self.remove(g["hash"], five, breaks="removed")
        self.remove(g["hash"], breaks="removed")
        begun = self.writer.time
        compared(disposed)
        self.remove(g["hash"], breaks="removed")
        self.remove(five)
        self.one(me, "clock", time=begun)
        self.remove(g["hash"], time=begun + HOUR)
        self.writer.time = begun + HOUR
        moved = self.move([six], [h := box("h")], year=2020)
        begun = self.writer.time
        self.writer.time += 2 * HOUR
        disposed = self.dispose([h["hash"]])
        self.compare(moved, disposed)
        later = self.writer.time
        self.remove(h["hash"], breaks="removed", time=begun + 72 * HOUR)
        self.remove(six, time=begun + 72 * HOUR)
        self.remove(h["hash"], time=later + 72 * HOUR)
        self.writer.time = later + 72 * HOUR
        self.dispose([four])

    def disposal_hold_backs(self):
        """When a box may be removed that a disposal replaced: so long after it, and after another custodian compared it."""
        self.sealed()
        me, other = self.custodian, self.second
        boxes = iter(self.old_boxes(20))
        third = self.third("custodian")

        def disposed(after=0, by=None, **members):
            """A box, its disposal, and when that was entered and compared."""
            move = self.dispose([box := next(boxes)], **members)
            begun = self.writer.time
            self.writer.time += after
            self.compare(move, by=by)
            return box, move, begun, self.writer.time

        def removed(box, at):
            """It may be removed from a time on."""
            self.remove(box, breaks="removed", time=at - 1)
            self.remove(box, time=at)
            self.writer.time = max(self.writer.time, at)

        # The first comparison begins it, a later one doesn't, nor does the maker's own.
        box, move, _, compared = disposed(50 * HOUR)
        self.compare(move, by=third)
        self.writer.time += HOUR
        self.compare(move)
        removed(box, compared + 72 * HOUR)
        move = self.dispose([box := next(boxes)])
        self.compare(move, by=me)
        self.wait()
        self.remove(box, breaks="removed")
        self.compare(move, by=third)
        removed(box, self.writer.time + 72 * HOUR)
        # By what was settled when it was compared, and not by what the comparing entry says.
        move = self.dispose([box := next(boxes)])
        self.writer.time += 10 * HOUR
        self.one(self.clerk, "clock", "role", time=self.writer.time + 100 * HOUR)
        self.verified(self.clerk)
        settled = self.writer.time
        self.verified(other, moves=[move], time=1)
        removed(box, settled + 72 * HOUR)
        move = self.dispose([box := next(boxes)])
        self.verified(other, moves=[move], time=self.writer.time + 20 * HOUR)
        removed(box, self.writer.time - 60 + 92 * HOUR)
        # A comparison that doesn't count begins nothing.
        move = self.dispose([box := next(boxes)])
        self.compare(move, move + 1, breaks="generation")
        self.compare(move, by=self.clerk, breaks="role")
        self.writer.time += 30 * HOUR
        self.compare(move)
        removed(box, self.writer.time + 72 * HOUR)
        # Where the time is stated anew, both begin then at the latest.
        box, move, _, compared = disposed(100 * DAY)
        anew = compared - 90 * DAY
        self.one(me, "clock", time=anew)
        removed(box, anew + 72 * HOUR)
        self.writer.time = anew + 72 * HOUR
        box, move, begun, compared = disposed(10 * HOUR)
        self.one(me, "clock", time=compared + HOUR)
        removed(box, compared + 72 * HOUR)
        for anew in (lambda time: self.recover(me, time=time),
                     lambda time: self.request(other, "recovered", time=time, home=fixed("place").hex(), snapshot=0)):
            box, move, begun, compared = disposed(10 * DAY)
            self.recover(me, "place", size=1, time=begun)
            self.one(me, "clock", time=compared + 10 * DAY)
            anew(begun - HOUR)
            removed(box, begun + 71 * HOUR)
            self.writer.time = compared
        # One compared behind such an entry begins by the time that was stated.
        move = self.dispose([box := next(boxes)], time=self.writer.time + 50 * DAY)
        self.one(me, "clock")
        self.compare(move)
        removed(box, self.writer.time + 72 * HOUR)
        # The policy's hours, and a day at least; of what else was moved an hour.
        for hours, least in ((30, 30), (24, 24), (23, 24), (0, 24)):
            self.agreed("policy", policy=self.policy | {"holdback": hours})
            box, move, _, compared = disposed(5 * HOUR)
            removed(box, compared + least * HOUR)
        [one] = self.old_boxes()
        self.compare(self.move([one], [new := self.box("new", 2020)], year=2020))
        removed(one, self.writer.time - 60 + HOUR)
        # A day of the disposal, and an hour of the move, whichever brought the box.
        disposal = self.dispose([new["hash"]], [last := self.box("last", 2020)])
        moved = self.move([last["hash"]], year=2020)
        begun = self.writer.time
        self.writer.time += 2 * HOUR
        self.compare(disposal, moved)
        compared = self.writer.time
        self.remove(new["hash"], breaks="removed")
        self.remove(new["hash"], last["hash"], breaks="removed", time=compared + 24 * HOUR)
        self.remove(last["hash"], breaks="removed", time=compared + 24 * HOUR)
        self.remove(new["hash"], breaks="removed", time=compared + 24 * HOUR - 1)
        self.remove(new["hash"], time=compared + 24 * HOUR)
        self.remove(last["hash"])
        # A policy that makes it longer or shorter is looked at, and nothing begins anew by that.
        self.writer.time = compared + 24 * HOUR
        box, move, _, compared = disposed()
        self.writer.time += 20 * HOUR
        self.agreed("policy", policy=self.policy | {"holdback": 48})
        self.compare(move)
        removed(box, compared + 48 * HOUR)
        # What was taken back and is disposed of again begins again.
        box, move, _, compared = disposed()
        self.writer.time = compared + 48 * HOUR
        self.ended(me, move)
        again = self.dispose([box])
        self.remove(box, breaks="removed")
        self.compare(again)
        removed(box, self.writer.time + 48 * HOUR)
        for box in boxes:
            self.dispose([box])

    def disposal_looks(self):
        """A hold or a policy behind the newest look at a disposal keeps what it replaced."""
        self.sealed()
        people = self.everyone()
        me, other, auditor = self.custodian, self.second, people["auditor"]
        third = self.third("custodian")
        boxes = iter(self.old_boxes(20))

        def disposed(by=None, **members):
            move = self.dispose([box := next(boxes)], by=by, **members)
            self.compare(move, by=me if by else None)
            self.wait(100)
            return box, move

        removal = lambda box, breaks=None: self.entry(me, "removed", breaks, objects=[{"hash": box, "kind": "box"}])
        end = lambda hold: self.agreed("ended", entry=hold)
        # A hold before it is looked at, of whomever, is none behind it.
        early = self.held(me)
        box, move = disposed()
        self.remove(box)
        # Whoever may hold; it ends with the hold, or where another custodian looks.
        for by in (me, other, auditor):
            box, move = disposed()
            hold = self.held(by)
            self.remove(box, breaks="removed")
            self.wait(1000)
            self.remove(box, breaks="removed")
            end(hold)
            self.remove(box)
            box, move = disposed()
            hold = self.held(by, subjects=[fixed("subject " + FIRST).hex()], classes=[self.contracts.hex()])
            self.remove(box, breaks="removed")
            for no in (people["clerk"], people["operator"], auditor):
                self.compare(move, by=no, breaks="role")
            self.compare(move, move + 1, breaks="generation")
            self.compare(by=other)
            self.compare(move, by=me)
            self.remove(box, breaks="removed")
            self.compare(move, by=third)
            self.remove(box)
            # What is removed is kept as well, if somebody names it again.
            again = self.held(by)
            self.remove(box, breaks="removed")
            end(again)
            self.remove(box)
        # Of two holds each; an end of something else ends none.
        box, move = disposed()
        one, two = self.held(me), self.held(auditor)
        end(one)
        self.ended(me, self.finding(me))
        end(early)
        self.remove(box, breaks="removed")
        end(two)
        self.remove(box)
        # One that doesn't count holds nothing, nor does its end.
        box, move = disposed()
        self.one(self.clerk, "held", "role")
        self.one(me, "policy", "four eyes", policy=self.policies(20))
        asked = self.request(other, "policy", policy=self.policies(20), lasts=30 * DAY)
        self.remove(box)
        box, move = disposed()
        hold = self.held(me)
        self.ended(me, hold, "four eyes")
        self.remove(box, breaks="removed")
        end(hold)
        # A policy, the same one too: until it is looked at, and by nothing else.
        self.one(me, "policy", policy=self.policies(20), request=asked)
        self.remove(box, breaks="removed")
        self.compare(move, by=me)
        self.wait(1000)
        self.remove(box, breaks="removed")
        self.compare(move)
        self.remove(box)
        box, move = disposed()
        self.agreed("policy", policy=self.policies(20))
        self.compare(move, by=third)
        hold = self.held(me)
        self.remove(box, breaks="removed")
        self.agreed("policy", policy=self.policies(21))
        end(hold)
        self.remove(box, breaks="removed")
        self.compare(move)
        self.remove(box)
        # Whose disposal it is, is asked of each.
        box, move = disposed(by=other)
        hold = self.held(auditor)
        self.compare(move, by=other)
        self.remove(box, breaks="removed")
        self.compare(move, by=me)
        self.remove(box)
        # One of several objects keeps all.
        (one, move), (two, again) = disposed(), disposed()
        end(hold)
        hold = self.held(me)
        self.compare(again)
        self.remove(one, two, breaks="removed")
        self.remove(two, one, breaks="removed")
        self.remove(two)
        self.compare(move)
        self.remove(two, one)
        # In one commit.
        box, move = disposed()
        start = len(self.writer.lines)
        self.enter(me, self.entry(me, "held"), removal(box, "removed"))
        self.enter(other, self.comparing(other, move), self.entry(other, "removed", objects=[{"hash": box, "kind": "box"}]))
        end(start)
        # What was moved else is kept by none, though a disposal brought it.
        [plain] = self.old_boxes()
        moved = self.move([plain], [a := self.box("a", 2020)], year=2020)
        disposal = self.dispose([a["hash"]], [b := self.box("b", 2020)])
        again = self.move([b["hash"]], year=2020)
        self.compare(moved, disposal, again)
        self.wait()
        hold = self.held(me)
        self.remove(a["hash"], plain, breaks="removed")
        self.remove(plain)
        self.remove(a["hash"], breaks="removed")
        self.remove(b["hash"], breaks="removed")
        self.compare(again)
        self.remove(a["hash"], breaks="removed")
        self.compare(disposal)
        self.remove(a["hash"])
        end(hold)
        self.held(me)
        self.remove(b["hash"])
        self.remove(a["hash"], breaks="removed")
        # What a hold keeps may be taken back.
        box, move = disposed()
        self.held(me)
        self.remove(box, breaks="removed")
        self.ended(me, move)
        self.remove(box, breaks="removed")
        self.move([box], year=2020)
        for box in boxes:
            self.dispose([box])

    def disposal_ended(self):
        """One that was taken back keeps nothing of what another move replaced since."""
        self.sealed()
        me = self.custodian
        one, two = self.old_boxes(2)
        disposed = self.dispose([one])
        self.compare(disposed)
        self.ended(me, disposed)
        self.held(me)
        self.compare(self.move([one], year=2020))
        self.wait()
        self.remove(one)
        # Another disposal asks for its own looks.
        disposed = self.dispose([two])
        self.compare(disposed)
        self.held(me)
        self.ended(me, disposed)
        self.compare(self.dispose([two]))
        self.wait()
        self.remove(two)

    def disposal_alone(self):
        """A custodian alone: it is looked at by itself, and by whoever looks again."""
        self.sealed()
        me, other = self.custodian, self.second
        auditor = self.third("auditor")
        boxes = iter(self.old_boxes(9))
        shared = self.dispose([next_ := next(boxes)])
        gone = self.request(me, "revoked", identity=other.id.hex())
        self.one(other, "revoked", identity=other.id.hex(), request=gone)

        def disposed():
            move = self.dispose([box := next(boxes)])
            return box, move, self.writer.time

        box, move, begun = disposed()
        self.compare(move, by=me)
        self.remove(box, breaks="removed", time=begun + 72 * HOUR - 1)
        self.remove(box, time=begun + 72 * HOUR)
        self.writer.time = begun + 72 * HOUR
        # The time is stated anew: it began then, and was compared then.
        box, move, begun = disposed()
        self.one(me, "clock", time=begun - 5 * HOUR)
        self.remove(box, breaks="removed", time=begun + 67 * HOUR - 1)
        self.remove(box, time=begun + 67 * HOUR)
        self.writer.time = begun + 67 * HOUR
        # A hold or a policy behind it: they look again themselves.
        for change in (lambda: self.held(me), lambda: self.held(auditor),
                       lambda: self.one(me, "policy", policy=self.policies(20))):
            box, move, begun = disposed()
            self.wait()
            change()
            self.remove(box, breaks="removed")
            self.compare(move, by=auditor, breaks="role")
            self.remove(box, breaks="removed")
            self.compare(move, by=me)
            self.remove(box)
        # Nothing of it needs the ones that brought what it replaced: they are compared from the start, too.
        [box] = self.old_boxes()
        self.dispose([box], [a := self.box("a", 2020)])
        moved = self.dispose([a["hash"]])
        self.compare(moved, by=me)
        # What was entered when there was another one is still to be compared by another.
        self.compare(shared, by=me)
        self.wait()
        self.remove(next_, breaks="removed")
        later, last = disposed(), disposed()
        self.one(me, "granted", roles=["custodian"], **self.keys_of(other, "passphrase"))
        # With another one again it stays so, and both of them may look.
        self.wait()
        self.held(auditor)
        self.remove(later[0], breaks="removed")
        self.compare(later[1], by=me)
        self.remove(later[0])
        self.remove(last[0], breaks="removed")
        self.compare(last[1], by=other)
        self.remove(last[0])
        self.ended(me, moved)
        self.dispose([a["hash"]])
        self.compare(shared)
        self.wait()
        self.remove(next_)
        # Of one that is entered now a custodian's own look is none.
        box, move, begun = disposed()
        self.compare(move, by=me)
        self.wait()
        self.remove(box, breaks="removed")
        for box in boxes:
            self.dispose([box])
