"""What was kept for long enough, and is left out for good (Docs/Format.md, 4.4 and 4.5)."""

from forge_hold_backs import HoldBackForger
from forge_moves import HOUR, letter
from forge_rules import DAY, FIRST, SECOND
from make_place import bundle_id, fixed, record, write_box


class DisposalForger(HoldBackForger):
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
