"""When a box that others stand in the place of may be removed (Docs/Format.md, 4.5 and 5.2)."""

from forge_moves import HOUR, MoveForger
from forge_rules import DAY
from make_place import fixed


class HoldBackForger(MoveForger):
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

    # what is left out because its time is over, or because it is lost

    def old_boxes(self, count=1, year=2020):
        return self.nowhere_boxes(count, year)

    def disposing(self, replaced, boxes=(), breaks=None, by=None, year=2020, **members):
        """A `moved` entry of the reason `disposed`."""
        return self.moving(replaced, boxes, breaks, by, year, reason="disposed", **members)

    def dispose(self, *arguments, by=None, **members):
        by = by or self.custodian
        return self.enter(by, self.disposing(*arguments, by=by, **members))

    def losing(self, replaced, boxes=(), breaks=None, by=None, year=2036, **members):
        """A `moved` entry of the reason `lost`."""
        return self.moving(replaced, boxes, breaks, by, year, reason="lost", **members)

    def lose(self, *arguments, by=None, **members):
        by = by or self.custodian
        return self.enter(by, self.losing(*arguments, by=by, **members))

    def past(self, hours=72, by=None):
        """Until the hold-back of what was left out is over, by what another custodian states."""
        self.wait(hours)
        self.verified(by or self.second)

    def disposal_hold_backs(self):
        """When a box may be removed that a disposal replaced: so long after another custodian looked at it."""
        self.sealed()
        me, other = self.custodian, self.second
        boxes = iter(self.old_boxes(20))
        third = self.third("custodian")

        def disposed(after=0, by=None, **members):
            """A box, its disposal, and when that was entered and looked at."""
            move = self.dispose([box := next(boxes)], **members)
            begun = self.writer.time
            self.writer.time += after
            self.compare(move, by=by)
            return box, move, begun, self.writer.time

        def removed(box, at):
            """It may be removed from a time on that another custodian states, whatever the entry itself says."""
            self.verified(other, time=at - 1)
            self.remove(box, breaks="removed", time=at + HOUR)
            self.verified(other, time=at)
            self.remove(box, time=0)
            self.writer.time = max(self.writer.time, at)

        def removed_by_own(box, at):
            self.remove(box, breaks="removed", time=at - 1)
            self.remove(box, time=at)
            self.writer.time = at

        # Each look begins it anew, but for the maker's own.
        box, move, _, looked = disposed(50 * HOUR)
        removed(box, looked + 72 * HOUR)
        box, move, _, _ = disposed(50 * HOUR)
        self.writer.time += HOUR
        self.compare(move, by=third)
        looked = self.writer.time
        self.writer.time += HOUR
        self.compare(move, by=me)
        removed(box, looked + 72 * HOUR)
        box, move, _, _ = disposed()
        self.past(71)
        self.compare(move)
        removed(box, self.writer.time + 72 * HOUR)
        move = self.dispose([box := next(boxes)])
        self.compare(move, by=me)
        self.past()
        self.remove(box, breaks="removed")
        self.compare(move, by=third)
        removed(box, self.writer.time + 72 * HOUR)
        # By what was settled when it was looked at, and not by what the entry says.
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
        # A look that doesn't count begins nothing anew.
        box, move, _, looked = disposed()
        self.writer.time += 30 * HOUR
        self.compare(move, move + 1, breaks="generation")
        self.compare(move, by=self.clerk, breaks="role")
        self.compare()
        removed(box, looked + 72 * HOUR)
        # Where the time is stated anew it is looked at again, and begins then.
        box, move, _, looked = disposed(100 * DAY)
        anew = looked - 90 * DAY
        self.one(me, "clock", time=anew)
        self.verified(third, time=anew + 100 * HOUR)
        self.remove(box, breaks="removed")
        self.verified(other, moves=[move], time=0)
        removed(box, anew + 172 * HOUR)
        self.writer.time = anew + 172 * HOUR
        # One that is looked at behind such an entry begins by the time that was stated.
        move = self.dispose([box := next(boxes)], time=self.writer.time + 50 * DAY)
        self.one(me, "clock")
        self.compare(move)
        removed(box, self.writer.time + 72 * HOUR)
        # The policy's hours, and a day at least; of what else was moved an hour, by their own time.
        for hours, least in ((30, 30), (24, 24), (23, 24), (0, 24)):
            self.agreed("policy", policy=self.policy | {"holdback": hours})
            box, move, _, looked = disposed(5 * HOUR)
            removed(box, looked + least * HOUR)
        [one] = self.old_boxes()
        moved = self.move([one], [new := self.box("new", 2020)], year=2020)
        begun = self.writer.time
        self.compare(moved)
        removed_by_own(one, begun + HOUR)
        # A day of the disposal, and an hour of the move, whichever brought the box.
        [two] = self.old_boxes()
        moved = self.move([two], [newer := self.box("newer", 2020)], year=2020)
        begun = self.writer.time
        disposal = self.dispose([newer["hash"], new["hash"]], [last := self.box("last", 2020)])
        self.writer.time += HOUR // 2
        self.compare(moved, disposal)
        looked = self.writer.time
        removed_by_own(two, begun + HOUR)
        removed(new["hash"], looked + 24 * HOUR)
        self.remove(newer["hash"])
        moved = self.move([last["hash"]], year=2020)
        begun = self.writer.time
        self.compare(moved)
        removed_by_own(last["hash"], begun + HOUR)
        # A policy that makes it longer or shorter is looked at, and so it begins anew.
        box, move, _, _ = disposed()
        self.writer.time += 20 * HOUR
        self.agreed("policy", policy=self.policy | {"holdback": 48})
        self.compare(move)
        removed(box, self.writer.time + 48 * HOUR)
        # What was taken back and is disposed of again begins again.
        box, move, _, looked = disposed()
        self.writer.time = looked + 48 * HOUR
        self.ended(me, move)
        again = self.dispose([box])
        self.verified(other)
        self.remove(box, breaks="removed")
        self.compare(again)
        removed(box, self.writer.time + 48 * HOUR)
        for box in boxes:
            self.dispose([box])
