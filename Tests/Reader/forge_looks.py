"""When somebody has to look again at what was left out before it is removed, and what is moved on (Docs/Format.md, 4.5 and
5.2)."""

from forge_moves import HOUR
from forge_rules import DAY, FIRST
from forge_times import TimeForger
from make_place import fixed


class LookForger(TimeForger):
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
            self.past(100)
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
            self.past(1000)
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
            self.remove(box, breaks="removed")
            self.past()
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
        self.past(1000)
        self.remove(box, breaks="removed")
        self.compare(move)
        self.past()
        self.remove(box)
        box, move = disposed()
        self.agreed("policy", policy=self.policies(20))
        self.compare(move, by=third)
        self.past()
        hold = self.held(me)
        self.remove(box, breaks="removed")
        self.agreed("policy", policy=self.policies(21))
        end(hold)
        self.remove(box, breaks="removed")
        self.compare(move)
        self.past()
        self.remove(box)
        # Whose disposal it is, is asked of each.
        box, move = disposed(by=other)
        hold = self.held(auditor)
        self.compare(move, by=other)
        self.past()
        self.remove(box, breaks="removed")
        self.compare(move, by=me)
        self.past()
        self.remove(box)
        # One of several objects keeps all.
        (one, move), (two, again) = disposed(), disposed()
        end(hold)
        hold = self.held(me)
        self.compare(again)
        self.past()
        self.remove(one, two, breaks="removed")
        self.remove(two, one, breaks="removed")
        self.remove(two)
        self.compare(move)
        self.past()
        self.remove(two, one)
        # In one commit.
        box, move = disposed()
        start = len(self.writer.lines)
        self.enter(me, self.entry(me, "held"), removal(box, "removed"))
        gone = lambda breaks=None: self.entry(other, "removed", breaks, objects=[{"hash": box, "kind": "box"}])
        self.enter(other, self.comparing(other, move), gone("removed"))
        self.past(by=third)
        self.enter(other, gone())
        end(start)
        # What was moved else is kept by none, whether a disposal replaced what it brought, or brought what it replaced.
        [plain] = self.old_boxes()
        moved = self.move([plain], [a := self.box("a", 2020)], year=2020)
        disposal = self.dispose([a["hash"]], [b := self.box("b", 2020)])
        self.compare(moved, disposal)
        self.past()
        hold = self.held(me)
        self.remove(a["hash"], plain, breaks="removed")
        self.remove(plain)
        self.remove(a["hash"], breaks="removed")
        self.compare(moved)
        self.past()
        self.remove(a["hash"], breaks="removed")
        self.compare(disposal)
        self.past()
        self.remove(a["hash"])
        end(hold)
        again = self.move([b["hash"]], year=2020)
        self.compare(again)
        self.wait()
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
        self.past()
        self.remove(two)

    def disposal_alone(self):
        """A custodian alone: it is looked at by itself, and by whoever looks again."""
        self.sealed()
        me, other = self.custodian, self.second
        auditor = self.third("auditor")
        boxes = iter(self.old_boxes(15))
        shared, of_both = self.dispose([next_ := next(boxes)]), self.dispose([of_two := next(boxes)])
        self.compare(of_both)
        begun = self.writer.time
        gone = self.request(me, "revoked", identity=other.id.hex())
        self.one(other, "revoked", identity=other.id.hex(), request=gone)

        def disposed():
            move = self.dispose([box := next(boxes)])
            return box, move, self.writer.time

        def removed(box, at):
            """It may be removed from a time on, which they state themselves."""
            self.remove(box, breaks="removed", time=at - 1)
            self.remove(box, time=at)
            self.writer.time = at

        # Where nobody else is there it is over by their own time, though another one looked at it.
        removed(of_two, begun + 72 * HOUR)
        box, _, begun = disposed()
        removed(box, begun + 72 * HOUR)
        # Whoever looks again begins it anew.
        box, move, _ = disposed()
        self.writer.time += 5 * HOUR
        self.compare(move, by=me)
        removed(box, self.writer.time + 72 * HOUR)
        # The time was put back: they look again.
        box, move, begun = disposed()
        self.one(me, "clock", time=begun - 5 * HOUR)
        self.remove(box, breaks="removed", time=begun + 100 * HOUR)
        self.verified(me, moves=[move], time=begun - 3 * HOUR)
        removed(box, begun + 69 * HOUR)
        # A hold or a policy behind it: they look again themselves.
        for change in (lambda: self.held(me), lambda: self.held(auditor),
                       lambda: self.one(me, "policy", policy=self.policies(20))):
            box, move, begun = disposed()
            self.wait()
            change()
            self.remove(box, breaks="removed")
            self.compare(move, by=auditor, breaks="role")
            self.remove(box, breaks="removed", time=self.writer.time + 72 * HOUR)
            self.compare(move, by=me)
            removed(box, self.writer.time + 72 * HOUR)
        # Nothing of it needs the ones that brought what it replaced: they are compared from the start, too.
        [box] = self.old_boxes()
        self.move([box], [a := self.box("a", 2020)], year=2020)
        moved = self.dispose([a["hash"]])
        self.compare(moved, by=me)
        # What was entered when there was another one is still to be compared by another.
        self.compare(shared, by=me)
        self.wait()
        self.remove(next_, breaks="removed")
        later, last, more = disposed(), disposed(), disposed()
        self.wait()
        self.one(me, "granted", roles=["custodian"], **self.keys_of(other, "passphrase"))
        # With another one again it is over by the other's time, which they stated last when they were revoked.
        self.remove(more[0], breaks="removed")
        self.verified(other)
        self.remove(more[0])
        # It stays compared, and both of them may look.
        self.held(auditor)
        self.remove(later[0], breaks="removed")
        self.compare(later[1], by=me)
        self.wait()
        self.remove(later[0], breaks="removed")
        self.verified(other)
        self.remove(later[0])
        self.remove(last[0], breaks="removed")
        self.compare(last[1], by=other)
        self.past()
        self.remove(last[0])
        self.ended(me, moved)
        self.dispose([a["hash"]])
        self.compare(shared)
        self.past()
        self.remove(next_)
        # Of one that is entered now a custodian's own look is none.
        box, move, begun = disposed()
        self.compare(move, by=me)
        self.past()
        self.remove(box, breaks="removed")
        for box in boxes:
            self.dispose([box])

    # what is moved on, and what isn't

    def disposal_chains(self):
        """Nothing is put in the place of what a disposal or a loss brought while something that it left out may come back."""
        self.sealed()
        me, other = self.custodian, self.second
        names = iter(range(100))
        box = lambda: self.box(f"chain {next(names)}", 2020)

        def refused(*boxes):
            """Whatever puts something in their place breaks the rule."""
            self.move(boxes, [box()], "box", year=2020)
            self.move(boxes, breaks="box", year=2020, by=other)
            self.dispose(boxes, breaks="box")
            self.lose(boxes, [box()], "box", year=2020)

        removal = lambda *gone, breaks=None: self.entry(me, "removed", breaks, objects=[{"hash": b, "kind": "box"} for b in gone])
        for leave in (self.dispose, self.lose):
            one, two, three, four, five = self.old_boxes(5)
            left = leave([one, two], [a := box(), b := box()], year=2020)
            a, b = a["hash"], b["hash"]
            refused(a)
            refused(a, b)
            refused(three, b)
            refused(a, three)
            # Compared or not, and its hold-back over or not: all that it replaced must be removed, and by entries that count.
            self.compare(left)
            refused(a)
            self.past()
            refused(a)
            self.one(self.clerk, "removed", "role", objects=[{"hash": one, "kind": "box"}, {"hash": two, "kind": "box"}])
            refused(a)
            self.remove(two)
            refused(a)
            refused(b, three)
            self.enter(me, self.moving([a], [box()], "box", year=2020), removal(one, a, breaks="removed"),
                       self.moving([a], [], "box", year=2020), removal(one), self.moving([a, three], [c := box()], year=2020))
            moved = len(self.writer.lines) - 1
            # What is moved else is moved on at once, compared or not.
            again = self.move([c["hash"]], [d := box()], year=2020)
            last = leave([d["hash"], b], [e := box()], year=2020)
            refused(e["hash"], four)
            # Where that one is taken back, nothing of it stands, and what it replaced may go elsewhere.
            self.ended(me, last)
            refused(e["hash"])
            last = leave([d["hash"]], [f := box()], year=2020)
            next_one = leave([b], [g := box()], year=2020)
            self.compare(moved, again, last, next_one)
            refused(f["hash"])
            self.past()
            # Each for itself: of one that is over another one isn't.
            self.remove(b)
            refused(f["hash"], g["hash"])
            refused(g["hash"], f["hash"])
            # What it brought goes on, and that one keeps a new box until what it replaced itself is gone.
            on = leave([g["hash"]], [h := box()], year=2020)
            refused(h["hash"])
            self.remove(d["hash"])
            self.move([f["hash"], four], year=2020)
            self.compare(on)
            self.past()
            self.remove(g["hash"])
            self.move([h["hash"]], year=2020)
            # In one commit with what takes it back.
            start = len(self.writer.lines)
            leaving = self.disposing if leave == self.dispose else self.losing
            self.enter(me, leaving([five], [i := box()], year=2020), self.moving([i["hash"]], [], "box", year=2020),
                       self.entry(me, "ended", entry=start), self.moving([five], [j := box()], year=2020),
                       self.moving([i["hash"]], [], "box", year=2020), leaving([j["hash"]], year=2020))

    def losses(self):
        """What no key opens is of any year; else it is as with what is disposed of."""
        self.sealed()
        people = self.everyone()
        me, other, auditor = self.custodian, self.second, people["auditor"]
        third = self.third("custodian")
        old, [present], [next_one] = self.old_boxes(8, 2020), self.old_boxes(1, 2026), self.old_boxes(1, 2027)
        boxes = iter(self.old_boxes(9, 2031))
        self.dispose([present], year=2026, breaks="box")
        self.lose([present], year=2026)
        self.lose([next_one], year=2027, time=0)
        self.lose([old[0]], year=2020, time=0)
        self.lose([old[1]], year=2021, breaks="box")
        self.lose([old[1]], [self.box("lost", 2021)], "box", year=2020)
        self.lose([old[1], old[1]], breaks="box", year=2020)
        self.lose([old[1]], breaks="generation", year=2020, generation=self.keyring.number + 1)
        for role, by in people.items():
            if role != "custodian":
                self.lose([old[1]], breaks="role", by=by, year=2020)
        # One custodian alone takes it back, compared or not, while nothing of it was removed.
        for compared in (False, True):
            lost = self.lose([old[1], old[2]], year=2020)
            if compared:
                self.compare(lost)
            for role, by in people.items():
                if role != "custodian":
                    self.ended(by, lost, "role")
            self.ended(other if compared else me, lost)
        lost = self.lose(old[1:3], [new := self.box("lost", 2020)], year=2020)
        self.compare(lost)
        self.past()
        self.remove(old[1])
        self.ended(me, lost, "reference", request=self.request(other, "ended", entry=lost))
        self.remove(new["hash"], breaks="removed")
        self.remove(old[2])
        self.remove(new["hash"], breaks="removed")
        self.move([new["hash"]], year=2020)

        def lost(by=None):
            move = self.lose([box := next(boxes)], year=2031, by=by)
            self.compare(move, by=me if by else None)
            return box, move

        # Looked at anew by hold, policy and what puts back the time, and by another one's time alone.
        changes = (lambda: self.held(auditor), lambda: self.agreed("policy", policy=self.policies(20)),
                   lambda: self.one(me, "clock", time=self.writer.time - HOUR))
        for change in changes:
            box, move = lost()
            self.past(71)
            self.remove(box, breaks="removed", time=self.writer.time + 72 * HOUR)
            self.past(1)
            change()
            self.remove(box, breaks="removed")
            self.past()
            self.remove(box, breaks="removed")
            self.compare(move, by=third)
            self.remove(box, breaks="removed")
            self.past()
            self.remove(box)
        # A day at least, whatever the policy says.
        self.agreed("policy", policy=self.policy | {"holdback": 0})
        box, move = lost(by=other)
        looked = self.writer.time
        self.verified(other, time=looked + 24 * HOUR - 1)
        self.remove(box, breaks="removed", time=looked + 24 * HOUR)
        self.verified(other, time=looked + 24 * HOUR)
        self.remove(box)
        self.writer.time = looked + 24 * HOUR
        # Before another one compared it nothing is removed.
        move = self.lose([box := next(boxes)], year=2031)
        self.compare(move, by=me)
        self.past()
        self.remove(box, breaks="removed")
        # A loss and a disposal stand side by side, and on what was moved else.
        moved = self.move([old[3], old[4]], [a := self.box("a lost", 2020), b := self.box("b lost", 2020)], year=2020)
        gone, over = self.lose([a["hash"]], year=2020), self.dispose([b["hash"]])
        for named in ([gone], [over], [gone, over]):
            self.compare(*named, breaks="generation")
        self.compare(moved, gone, over)
        self.ended(me, moved, "reference")
        self.lose(old[5:], year=2020)
        for box in boxes:
            self.lose([box], year=2031)
