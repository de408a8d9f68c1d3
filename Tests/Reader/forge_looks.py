"""When somebody has to look again at what was left out before it is removed (Docs/Format.md, 4.5 and 5.2)."""

from forge_hold_backs import HoldBackForger
from forge_moves import HOUR
from forge_rules import DAY, FIRST
from make_place import Identity, fixed


class LookForger(HoldBackForger):
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
