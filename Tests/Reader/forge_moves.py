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
