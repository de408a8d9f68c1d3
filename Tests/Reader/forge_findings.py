"""What somebody has to see to, what is attested, what was read, and places that were given up: entries that count or don't
(Docs/Format.md, 4.4 and 4.5)."""

from forge_rules import DAY, TEXT, RuleForger
from make_place import fixed, Identity


class FindingForger(RuleForger):
    def everyone(self):
        """Somebody of each role; the clerk is one already."""
        people = {"custodian": self.custodian, "clerk": self.clerk}
        for role in ("archivist", "auditor", "operator"):
            people[role] = Identity(fixed("somebody who is " + role, 32))
            members = {"roles": [role], **self.keys_of(people[role])}
            if role == "auditor":
                self.agreed("granted", **members)
            else:
                self.one(self.custodian, "granted", **members)
        return people

    def finding(self, by, about=0, breaks=None, **members):
        hidden = {"owner": TEXT, "text": TEXT, "withheld": []}
        return self.one(by, "found", breaks, **{"about": about, "due": 0, "hidden": hidden} | members)

    def accesses(self):
        self.sealed()
        people = self.everyone()
        for by in people.values():
            self.one(by, "accessed", records=1, hidden={"classes": [], "how": "read", "purpose": TEXT, "subjects": []})
        # What its sealed part says, and whether there is one, changes nothing.
        self.one(people["archivist"], "accessed", records=0)
        self.one(people["clerk"], "accessed", records=2**53 - 1, hidden={"how": "looked at"})
        # Who isn't active any more has no role.
        two = Identity(fixed("two roles", 32))
        self.one(self.custodian, "granted", roles=["archivist", "clerk"], **self.keys_of(two))
        self.one(two, "accessed", records=1)
        gone = self.request(self.custodian, "revoked", identity=self.second.id.hex())
        self.enter(self.second, self.entry(self.second, "revoked", identity=self.second.id.hex(), request=gone),
                   self.entry(self.second, "accessed", "role", records=1), self.entry(self.second, "found", "role", about=0, due=0))

    def findings(self):
        self.sealed()
        people = self.everyone()
        me, clerk, operator, auditor, archivist = (
            people[role] for role in ("custodian", "clerk", "operator", "auditor", "archivist"))
        here = lambda: len(self.writer.lines)
        # Of an entry before it, whether that counts or not, and of no other.
        self.finding(me, here(), "reference")
        self.finding(me, here() + 1, "reference")
        self.finding(me, 2**53 - 1, "reference")
        uncounted = self.finding(archivist, here(), "reference")
        self.finding(archivist, 0, "role")
        first = self.finding(me, uncounted, due=self.writer.time + DAY)
        self.enter(clerk, self.entry(clerk, "found", about=here() - 1, due=0), self.entry(clerk, "found", about=here(), due=0),
                   self.entry(clerk, "found", "reference", about=here() + 3, due=0))
        self.finding(self.second, first)
        # One that isn't there yet can't be ended, nor what didn't count, nor one that was ended.
        self.ended(me, here(), "reference")
        self.ended(me, uncounted, "reference")
        for by in (operator, clerk, auditor, me):
            own = self.finding(by)
            for other in (archivist, operator, clerk):
                if other is not by:
                    self.ended(other, own, "role")
            self.ended(by, own)
            self.ended(by, own, "reference")
        # A custodian ends what an auditor found, and not the other way round; in the same commit, too.
        self.ended(me, self.finding(auditor))
        self.ended(auditor, self.finding(me), "role")
        self.enter(me, self.entry(me, "found", about=0, due=0), self.entry(me, "ended", entry=here()),
                   self.entry(me, "ended", "reference", entry=here()))
        # Whoever made it keeps that whatever their roles are, and through a revocation, but not while it lasts.
        one, two = self.finding(operator), self.finding(operator)
        self.one(me, "granted", roles=["archivist"], **self.keys_of(operator))
        self.finding(operator, 0, "role")
        self.ended(operator, one)
        self.one(me, "revoked", identity=operator.id.hex())
        self.one(me, "granted", roles=["clerk"], **self.keys_of(operator) | {"kind": "shares"})
        self.ended(operator, two)
        # It takes no request and uses none, and is no hold.
        hold, own = self.held(me), self.finding(me)
        asked = self.request(self.second, "ended", entry=hold)
        self.ended(me, own, request=asked)
        own = self.finding(me)
        self.ended(me, own, request=self.request(self.second, "ended", entry=own))
        self.ended(me, hold, request=asked)
        # A finding goes on through recoveries and policies.
        own = self.finding(auditor)
        self.recover(me)
        self.agreed("policy", policy=self.policies(20))
        # What its sealed part says changes nothing of that.
        for hidden in ({"text": "ff"}, {"owner": TEXT, "text": TEXT, "withheld": [{"class": fixed("no class").hex()}]}):
            self.ended(clerk, self.finding(clerk, hidden=hidden))
        self.one(clerk, "found", about=0, due=0)
        # With one custodian an auditor ends one, as before, though no hold.
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        mine = self.finding(self.second)
        self.enter(self.second, self.entry(self.second, "revoked", identity=self.second.id.hex(), request=gone),
                   self.entry(self.second, "ended", "role", entry=mine))
        self.ended(auditor, self.held(me), "role")
        self.ended(auditor, mine, "role")
        self.ended(auditor, self.finding(clerk))
        self.ended(me, mine)
        self.ended(me, own)

    def many_findings(self):
        """How many of one identity may be open."""
        self.sealed()
        me, clerk = self.custodian, self.clerk
        finds = lambda by, breaks=None: self.entry(by, "found", breaks, about=0, due=0)
        first = self.enter(clerk, *(finds(clerk) for _ in range(250)))
        # What doesn't count isn't added, nor what is somebody else's, nor what was ended.
        self.enter(clerk, self.entry(clerk, "found", "reference", about=2**40, due=0), *(finds(clerk) for _ in range(250)))
        self.enter(me, *(finds(me) for _ in range(50)))
        self.ended(clerk, self.enter(clerk, finds(clerk)))
        for _ in range(2):
            self.enter(clerk, *(finds(clerk) for _ in range(249)))
        self.enter(clerk, *(finds(clerk) for _ in range(2)), finds(clerk, "counts"))
        self.enter(me, finds(me))
        # An end that doesn't count makes no room; whoever ends it, one that does makes room for one.
        self.one(clerk, "ended", "reference", entry=10**6)
        self.enter(clerk, finds(clerk, "counts"))
        self.ended(me, first)
        self.enter(clerk, finds(clerk), finds(clerk, "counts"))
        self.enter(clerk, self.entry(clerk, "ended", entry=first + 1), self.entry(clerk, "ended", "reference", entry=first + 1),
                   finds(clerk), finds(clerk, "counts"))
        # Who was revoked and comes back comes back with them.
        self.one(me, "revoked", identity=clerk.id.hex())
        self.one(me, "granted", roles=["operator"], **self.keys_of(clerk))
        self.enter(clerk, finds(clerk, "counts"), self.entry(clerk, "found", "reference", about=10**6, due=0))
        self.one(me, "granted", roles=["archivist"], **self.keys_of(clerk))
        self.enter(clerk, finds(clerk, "role"))

    def attests(self):
        self.sealed()
        people = self.everyone()
        me, auditor, archivist = (people[role] for role in ("custodian", "auditor", "archivist"))
        report = fixed("a report", 32).hex()
        says = lambda by, kind, about=0, breaks=None, report=report: self.entry(
            by, "attested", breaks, about=about, kind=kind, report=report)
        here = lambda: len(self.writer.lines)
        # Who may, by its kind.
        may = {"accession": ("archivist", "custodian"), "compliance": ("auditor", "custodian"), "receipt": ("custodian",),
               "transfer": ("custodian",)}
        for kind, roles in may.items():
            for role, by in people.items():
                self.enter(by, says(by, kind, breaks=None if role in roles else "role"))
        # About an entry before it, of whatever event, whether it counts or not.
        for kind in may:
            self.enter(me, says(me, kind, here(), "reference"), says(me, kind, here()), says(me, kind, here() + 3, "reference"))
        self.enter(archivist, says(archivist, "compliance", here(), "reference"))
        self.one(self.clerk, "clock", "role")
        self.enter(archivist, says(archivist, "accession", here() - 1))
        # Of an erasure, about an `erased` that counts and isn't ended.
        self.spare("C000008", "C000009")
        one = self.erase("C000008")
        self.enter(me, says(me, "erasure", one), says(me, "erasure", one, report=fixed("a newer report", 32).hex()))
        for about in (one + 1, 0, here(), here() + 1):
            self.enter(me, says(me, "erasure", about, "reference"))
        for role, by in people.items():
            if role != "custodian":
                self.enter(by, says(by, "erasure", one, "role"), says(by, "erasure", one + 1, "reference"))
        uncounted = self.enter(me, self.erased(breaks="account"))
        self.enter(me, says(me, "erasure", uncounted, "reference"), says(me, "receipt", uncounted))
        # In its commit one counts behind the keyring; before it the erasure doesn't count yet, and then never will.
        start = here()
        self.enter(me, self.erased(breaks="account"), says(me, "erasure", start, "reference"), self.no_keyring("account"))
        rows, keys = self.keyring.drop(self.writer, fixed("subject C000009"))
        other = self.enter(me, self.erased(rows, keys=keys), self.keyring_("dropped", rows), says(me, "erasure", here()))
        # One that was ended; what it still is about may be said.
        self.agreed("ended", entry=one)
        self.enter(me, says(me, "erasure", one, "reference"), says(me, "receipt", one))
        self.enter(self.second, says(self.second, "erasure", other))
        # What attests is nothing to end, and is what a finding may be about.
        self.ended(me, here() - 1, "reference")
        self.finding(people["operator"], here() - 1)

    def forgets(self):
        self.sealed()
        people = self.everyone()
        me, operator = people["custodian"], people["operator"]
        home, one, other = (fixed(name).hex() for name in ("place", "destination", "another place"))
        forget = lambda place, breaks=None, by=me: self.one(by, "forgotten", breaks, place=place)
        copy = lambda place, breaks=None, by=operator, generation=None: self.one(
            by, "copying", breaks, generation=generation or self.keyring.number, place=place)
        shoot = lambda place, breaks=None, by=operator: self.one(
            by, "snapshot", breaks, generation=self.keyring.number, missing=[], place=place, size=1, started=self.writer.time)
        forget(home, "place")
        forget(one, "place")
        copy(one, "generation", generation=self.keyring.number + 1)
        forget(one, "place")
        copy(one)
        shoot(one)
        for role, by in people.items():
            if role != "custodian":
                forget(one, "role", by)
                forget(home, "role", by)
        forget(one)
        forget(one, "place")
        # A snapshot of it counts behind a new `copying` that counts.
        shoot(one, "snapshot")
        copy(one, "generation", generation=self.keyring.number + 1)
        shoot(one, "snapshot")
        forget(one, "place")
        copy(other)
        shoot(other)
        shoot(one, "snapshot")
        self.verified(operator, place=one)
        forget(one, "place")
        copy(one)
        shoot(one)
        forget(one)
        start = len(self.writer.lines)
        named = {"generation": self.keyring.number, "missing": [], "place": one, "size": start, "started": self.writer.time}
        self.enter(me, self.entry(me, "copying", generation=self.keyring.number, place=one), self.entry(me, "snapshot", **named),
                   self.entry(me, "forgotten", place=one), self.entry(me, "forgotten", "place", place=one),
                   self.entry(me, "snapshot", "snapshot", **named))
        # With one custodian or two, no request is taken, and none used.
        asked = self.request(self.second, "policy", policy=self.policies(20))
        self.one(me, "forgotten", place=other, request=asked)
        self.one(me, "policy", policy=self.policies(20), request=asked)
        # The home place isn't, the one before may be, though nothing was ever copied there.
        self.recover(me, "place", home=one, size=1)
        forget(home, "place")
        self.recover(me, home=fixed("a third place").hex())
        forget(fixed("a third place").hex(), "place")
        forget(home)
        forget(home, "place")
        shoot(home, "snapshot")
        # What is home again isn't forgotten any more.
        self.recover(me, home=home)
        forget(home, "place")
        self.recover(me, home=fixed("a third place").hex())
        forget(home)
        self.recover(me, home=home)
        # So it is with what was copied to and forgotten: a snapshot counts there again.
        self.recover(me, home=one)
        self.recover(me, home=home)
        shoot(one)
        forget(one)
        forget(one, "place")
        copy(one)
        shoot(one)
        # The home place may be copied to, and forgotten when it isn't home.
        copy(home)
        forget(home, "place")
        copy(other)
        shoot(other)
        forget(other)
