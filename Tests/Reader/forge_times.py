"""By whose time what was left out may be removed, and who puts the time back (Docs/Format.md, 4.5 and 5.2)."""

from forge_hold_backs import HoldBackForger
from forge_moves import HOUR
from forge_rules import DAY
from make_place import Identity, fixed


class TimeForger(HoldBackForger):
    def disposal_put_back(self):
        """Who states an earlier time than was settled has what was disposed of looked at again."""
        self.sealed()
        me, other, operator = self.custodian, self.second, self.everyone()["operator"]
        third = self.third("custodian")
        boxes = iter(self.old_boxes(24))

        def disposed():
            """A box that may be removed, and its disposal; what was stated last is settled."""
            move = self.dispose([box := next(boxes)])
            self.compare(move)
            self.past()
            return box, move

        def kept(box, move):
            """Until somebody looks."""
            self.remove(box, breaks="removed")
            self.past(1000)
            self.remove(box, breaks="removed")
            self.compare(move, by=me)
            self.past()
            self.remove(box, breaks="removed")
            self.compare(move, by=third)
            self.remove(box, breaks="removed")
            self.past()
            self.remove(box)

        asks = lambda by, time: self.request(by, "recovered", time=time, home=fixed("place").hex(), snapshot=0)
        # By a second or by years, whoever states it, and whatever for.
        for by in (me, other, third):
            for state in (lambda time: self.one(by, "clock", time=time), lambda time: self.recover(by, time=time),
                          lambda time: asks(by, time)):
                box, move = disposed()
                self.remove(box)
                state(self.writer.time - 1)
                kept(box, move)
        box, move = disposed()
        self.one(me, "clock", time=0)
        kept(box, move)
        # It stays so when the time is put right, and when the request is ended.
        box, move = disposed()
        now = self.writer.time
        self.one(me, "clock", time=now - DAY)
        self.one(me, "clock", time=now)
        kept(box, move)
        box, move = disposed()
        self.ended(me, asks(other, self.writer.time - HOUR))
        kept(box, move)
        # The time that was settled, or a later one, puts nothing back.
        for state in (lambda time: self.one(me, "clock", time=time), lambda time: self.recover(me, time=time),
                      lambda time: asks(other, time)):
            box, move = disposed()
            state(self.writer.time)
            self.remove(box)
            state(self.writer.time + HOUR)
            self.remove(box)
            self.one(me, "clock")
        # Nor does what states no time anew, or doesn't count; by what doesn't count nothing is settled.
        box, move = disposed()
        now = self.writer.time
        self.verified(operator, time=now - DAY)
        self.finding(me, time=now - DAY)
        self.request(other, "policy", policy=self.policies(20), time=now - DAY)
        digest = fixed("particulars", 32).hex()
        self.one(other, "requested", act="clock", drops=0, expires=now, particulars=digest, time=now - DAY)
        self.one(operator, "clock", "role", time=now - DAY)
        self.recover(me, "place", size=1, time=now - DAY)
        self.one(operator, "requested", "role", act="recovered", drops=0, expires=now, particulars=digest, time=now - DAY)
        self.one(operator, "clock", "role", time=now + DAY)
        self.one(me, "clock", time=now + HOUR)
        self.remove(box)
        self.writer.time = now + HOUR
        # It is asked of the time before it, and not of the newest of all: that was taken back, and looked at since.
        box, move = disposed()
        now = self.writer.time
        self.one(me, "clock", time=now - 100 * DAY)
        self.compare(move, by=third)
        self.one(me, "clock", time=self.writer.time)
        self.verified(other, time=self.writer.time + 72 * HOUR)
        self.remove(box)
        self.writer.time += 72 * HOUR
        box, move = disposed()
        now = self.writer.time
        self.one(me, "clock", time=now - 100 * DAY)
        self.verified(other, moves=[move], time=now - 99 * DAY)
        self.one(me, "clock", time=now - 90 * DAY)
        self.verified(other, time=now - 89 * DAY)
        self.remove(box)
        self.one(me, "clock", time=now - 90 * DAY)
        self.remove(box, breaks="removed")
        self.one(me, "clock", time=now)
        # Before a disposal it is none behind its look, and what was moved else isn't kept.
        self.one(me, "clock", time=now - HOUR)
        box, move = disposed()
        self.remove(box)
        [plain] = self.old_boxes()
        self.compare(self.move([plain], year=2020))
        self.wait()
        now = self.writer.time
        self.one(me, "clock")
        self.one(me, "clock", time=now)
        self.remove(plain)
        # In one commit: what is put back in it keeps what is removed behind, and a look in it begins anew.
        box, move = disposed()
        gone = lambda breaks=None, **members: self.entry(me, "removed", breaks, objects=[{"hash": box, "kind": "box"}], **members)
        now = self.writer.time
        self.enter(me, gone(), self.entry(me, "clock", time=now - HOUR), gone("removed"))
        self.enter(other, self.comparing(other, move), self.entry(other, "accessed", records=1, time=self.writer.time + 73 * HOUR))
        self.enter(me, gone(), self.entry(me, "clock"), gone("removed"))
        for box in boxes:
            self.dispose([box])

    def disposal_times(self):
        """By whose time the hold-back is over of what was disposed of: that of another custodian than removes it."""
        self.sealed()
        people = self.everyone()
        me, other, archivist = self.custodian, self.second, people["archivist"]
        third = self.third("custodian")
        boxes = iter(self.old_boxes(14))

        def disposed():
            """A box, its disposal, and when its hold-back is over."""
            move = self.dispose([box := next(boxes)])
            self.compare(move)
            return box, move, self.writer.time + 72 * HOUR

        def removes(box, *who, but=()):
            for by in but:
                self.one(by, "removed", "removed", objects=[{"hash": box, "kind": "box"}])
            for by in who:
                self.one(by, "removed", objects=[{"hash": box, "kind": "box"}])

        def late(by, time):
            self.verified(by, time=time)

        # Nobody's who is no custodian, nor one's own, before the entry or in it.
        box, move, over = disposed()
        for role, by in people.items():
            if role != "archivist":
                late(by, over + DAY)
        self.one(archivist, "accessed", records=1, time=over + DAY)
        removes(box, but=[me])
        self.one(me, "removed", "removed", objects=[{"hash": box, "kind": "box"}], time=over + DAY)
        removes(box, other, third)
        self.one(me, "clock")
        # The newest of any of the others, and not their last; what doesn't count states none.
        for event in ("accessed", "clock"):
            box, move, over = disposed()
            self.one(third, "snapshot", "generation", generation=99, missing=[], place=fixed("place").hex(), size=1,
                     started=self.writer.time, time=over)
            self.one(third, event, time=over - 1, **{"records": 1} if event == "accessed" else {})
            removes(box, but=[me, other, third])
            self.one(third, event, time=over, **{"records": 1} if event == "accessed" else {})
            late(third, 0)
            late(other, over - 1)
            removes(box, but=[third])
            removes(box, me, other)
            late(other, over)
            removes(box, third)
            self.writer.time = over
        # What was stated before is taken down with the time; only what is behind it goes on from there.
        for anew in (lambda time: self.one(me, "clock", time=time), lambda time: self.recover(me, time=time),
                     lambda time: self.request(me, "recovered", time=time, home=fixed("place").hex(), snapshot=0)):
            box, move, over = disposed()
            late(third, over + 30 * DAY)
            late(other, over + 30 * DAY)
            self.request(me, "policy", policy=self.policies(21), time=over - DAY)
            self.recover(me, "place", size=1, time=over - DAY)
            removes(box, me)
            anew(over - 50 * HOUR)
            self.verified(third, moves=[move], time=over - 40 * HOUR)
            over += 32 * HOUR
            removes(box, but=[me, other, third])
            late(me, over + DAY)
            late(other, over - 1)
            removes(box, but=[me])
            late(third, over)
            removes(box, me)
            self.writer.time = over
            self.one(me, "clock")
        # Of what was moved else it is over by their own time.
        [plain] = self.old_boxes()
        self.compare(self.move([plain], year=2020))
        over = self.writer.time - 60 + 72 * HOUR
        self.remove(plain, breaks="removed", time=over - 1)
        self.remove(plain, time=over)
        self.one(me, "clock", time=over)
        self.writer.time = over
        # One who isn't active, or no custodian any more, states none; until they are one again.
        (box, _, over), (two, _, second_over), (three, _, third_over), (four, _, last_over) = (disposed() for _ in range(4))
        late(third, over)
        self.agreed("revoked", identity=third.id.hex())
        removes(box, but=[me])
        self.one(me, "granted", roles=["operator"], **self.keys_of(third))
        removes(box, but=[me])
        self.agreed("granted", roles=["custodian", "operator"], **self.keys_of(third))
        removes(box, me)
        self.agreed("revoked", identity=third.id.hex())
        removes(box, but=[me])
        # One who stated no time yet.
        newest = Identity(fixed("somebody who is new", 32))
        self.agreed("granted", roles=["custodian"], **self.keys_of(newest))
        late(other, second_over)
        removes(two, me)
        asked = self.request(other, "revoked", identity=other.id.hex())
        self.one(me, "revoked", identity=other.id.hex(), request=asked)
        removes(two, but=[me])
        self.one(newest, "accessed", records=1, time=second_over - 1)
        removes(two, but=[me])
        self.one(newest, "accessed", records=1, time=second_over)
        removes(two, me)
        # What was stated by one who was no custodian yet.
        self.one(archivist, "accessed", records=1, time=third_over)
        removes(three, but=[me])
        self.agreed("granted", asks=newest, roles=["custodian"], **self.keys_of(archivist))
        removes(three, me)
        # Where nobody else is left it is over by their own time.
        for gone in (newest, archivist):
            asked = self.request(gone, "revoked", identity=gone.id.hex())
            self.one(me, "revoked", identity=gone.id.hex(), request=asked)
        self.remove(four, breaks="removed", time=last_over - 1)
        self.remove(four, time=last_over)
        self.one(me, "clock", time=last_over)
        for box in boxes:
            self.dispose([box])
