"""Entries that keep the ledger's rules or break them, for forge_place: each kind of place has several, and says which of
them don't count."""

from make_place import Identity, Scene, encode, fixed, key_check, root, sha256, subject_key

FIRST, SECOND = "C000001", "C000002"
DAY = 86400
TEXT = b"made for tests".hex()


class RuleForger(Scene):
    # the ledger: who holds keys can enter anything, and what breaks a rule stays without effect

    def entry(self, by, event, breaks=None, **members):
        """An entry, and the rule that it breaks."""
        return self.writer.entry(by, event, **members), breaks

    def enter(self, by, *entries):
        """Commits entries; the number of the first."""
        first = len(self.writer.lines)
        self.broken += [{"entry": first + i, "rule": breaks} for i, (_, breaks) in enumerate(entries) if breaks]
        self.writer.commit(by, *(line for line, _ in entries))
        return first

    def one(self, by, event, breaks=None, **members):
        return self.enter(by, self.entry(by, event, breaks, **members))

    def request(self, by, act, drops=0, breaks=None, lasts=DAY, time=None, **particulars):
        """Asks for an entry with these members; the number of the request."""
        time = time or self.writer.time + 60
        digest = sha256(encode({"event": act, **particulars})).hex()
        return self.one(by, "requested", breaks, act=act, drops=drops, expires=time + lasts, particulars=digest, time=time)

    def agreed(self, event, breaks=None, by=None, asks=None, **members):
        """An entry that one custodian asked for and another enters; its number."""
        request = self.request(asks or self.second, event, **members)
        return self.one(by or self.custodian, event, breaks, request=request, **members)

    def state(self, eyes):
        self.policy = self.policy | {"eyes": eyes}
        self.agreed("policy", policy=self.policy)

    def keys_of(self, one, kind="file"):
        return {"ed25519": one.ed25519.hex(), "kind": kind, "xwing": one.xwing.hex()}

    def third(self, *roles):
        """Somebody else, who is granted these roles."""
        self.other = Identity(fixed("somebody else", 32))
        self.agreed("granted", roles=list(roles), **self.keys_of(self.other))
        return self.other

    def erased(self, rows=1, breaks=None, keys=(), generation=None, **members):
        """An `erased` entry."""
        account = {"keys": list(keys), "reason": TEXT, "withheld": []}
        generation = generation or self.keyring.number + 1
        return self.entry(self.custodian, "erased", breaks, hidden=account, generation=generation, rows=rows, **members)

    def no_keyring(self, breaks, reason="dropped", dropped=1, **members):
        """A `keyring` entry that doesn't count, so that there is no file of it."""
        rows = {"added": 0, "after": self.keyring.rows - dropped, "before": self.keyring.rows, "dropped": dropped, "merged": 0}
        named = {"file": fixed("no file", 32).hex(), "generation": self.keyring.number + 1, "previous": self.keyring.previous.hex(),
                 "reason": reason, "refused": [], "rows": rows, "size": 1000, "through": len(self.writer.lines)}
        return self.entry(self.custodian, "keyring", breaks, **named | members)

    def keyring_(self, reason="rotated", dropped=0):
        return self.keyring_entry(reason, len(self.writer.lines), 0, dropped), None

    def erase(self, customer, account=None):
        """Erases a customer; the number of the `erased` entry."""
        rows, keys = self.keyring.drop(self.writer, fixed("subject " + customer))
        erased = self.entry(self.custodian, "erased", hidden=account or {"keys": keys, "reason": TEXT, "withheld": []},
                            generation=self.keyring.number + 1, rows=rows)
        number = self.enter(self.custodian, erased, self.keyring_("dropped", rows))
        self.found = [item for item in self.found if item["subject"] != customer]
        return number

    def spare(self, *customers):
        """Customers without records, each of whom three rows can be dropped."""
        added = self.add_subjects(customers)
        self.enter(self.custodian, (self.keyring_entry("merged", len(self.writer.lines), added), None))

    def ended(self, by, number, breaks=None, **members):
        return self.one(by, "ended", breaks, entry=number, **members)

    def held(self, by, breaks=None, **hold):
        hidden = {"classes": [], "name": TEXT, "reason": TEXT, "subjects": []} | hold
        return self.one(by, "held", breaks, hidden=hidden)

    # bundles whose keys were erased

    def erased_bundles(self):
        self.sealed()
        self.erase(FIRST)

    def erased_then_ended(self):
        self.sealed()
        number = self.erase(FIRST)
        self.agreed("ended", entry=number)

    def erased_one_of_two(self):
        """One of two accounts is ended: who opens no journal can't tell which bundles it named."""
        self.sealed()
        number = self.erase(FIRST)
        self.erase(SECOND)
        self.agreed("ended", entry=number)

    def erased_others(self):
        """The account names another key of the customer's."""
        self.sealed()
        pairs = fixed("subject " + FIRST) + key_check(fixed("another key", 32))
        ids = sorted(self.keyring.classes)
        self.erase(FIRST, {"keys": [{"class": i.hex(), "pairs": pairs.hex()} for i in ids], "reason": TEXT, "withheld": []})

    def erased_unread(self):
        """The account isn't of its form: it names a class twice."""
        self.sealed()
        pairs = fixed("subject " + FIRST) + key_check(subject_key(FIRST, "contracts"))
        keys = [{"class": self.contracts.hex(), "pairs": pairs.hex()}] * 2
        self.erase(FIRST, {"keys": keys, "reason": TEXT, "withheld": []})

    def erased_too_many(self):
        """The account names more pairs than rows were dropped."""
        self.sealed()
        pairs = sorted([fixed("subject " + FIRST) + key_check(subject_key(FIRST, "contracts")),
                        *(fixed(f"beforehand {n}", 24) for n in range(3))])
        keys = [{"class": self.contracts.hex(), "pairs": b"".join(pairs).hex()}]
        self.erase(FIRST, {"keys": keys, "reason": TEXT, "withheld": []})

    def erased_behind(self):
        """At a destination nothing is erased, and no account ended, by what stands behind its snapshot."""
        self.sealed()
        number = self.erase(SECOND)
        self.snapshot()
        self.agreed("ended", entry=number)
        self.erase(FIRST)
        self.become_destination()

    def brought_back(self):
        """A key that was erased is there again: whoever kept it added it."""
        self.sealed()
        letters = [item for item in self.found if item["subject"] == FIRST and item["class"] == "contracts"]
        self.erase(FIRST)
        self.found += letters
        rows = {fixed("subject " + FIRST): subject_key(FIRST, "contracts")}
        self.keys(self.keyring.addition(self.writer, self.contracts, rows))

    def epoch_alone(self):
        """A bundle whose class has its customer's key, but not the key of its epoch, is lost, whatever an account says."""
        self.sealed(stated=7)
        pairs = fixed("subject " + FIRST) + key_check(subject_key(FIRST, "contracts"))
        self.spare("C000009")
        self.erase("C000009", {"keys": [{"class": self.contracts.hex(), "pairs": pairs.hex()}], "reason": TEXT, "withheld": []})

    # accounts: rule 11

    def accounts(self):
        self.sealed()
        self.spare("C000008", "C000009")
        me = self.custodian
        clock = lambda: self.entry(me, "clock")
        self.enter(me, self.erased(breaks="account"))
        self.enter(me, self.erased(breaks="account"), clock(), self.no_keyring("account"))
        self.enter(me, self.erased(breaks="account"), clock(), self.no_keyring("counts", "merged"))
        self.enter(me, self.erased(2, breaks="account"), self.no_keyring("account", dropped=3))
        self.enter(me, self.erased(2, breaks="account"), self.erased(2, breaks="account"), self.no_keyring("account", dropped=3))
        self.enter(me, self.erased(breaks="account"), self.no_keyring("account", "merged", dropped=0))
        self.enter(me, self.erased(breaks="account"), self.no_keyring("account", dropped=0))
        self.enter(me, self.no_keyring("account"))
        self.enter(me, self.no_keyring("account", dropped=0))
        self.enter(me, self.erased(breaks="generation", generation=self.keyring.number), self.no_keyring("account"))
        self.enter(me, self.erased(breaks="generation", generation=self.keyring.number + 2), self.no_keyring("account"))
        # The keyring breaks a rule of its own.
        self.enter(me, self.erased(breaks="account"), self.no_keyring("generation", generation=self.keyring.number + 2))
        self.enter(me, self.erased(breaks="account"), self.no_keyring("counts", "merged"))
        # In the next commit is too late.
        self.enter(me, self.erased(breaks="account"))
        self.enter(me, self.no_keyring("account"))
        # One that breaks a rule ends the run: the first one accounts for nothing, the last ones do.
        rows, keys = self.keyring.drop(self.writer, fixed("subject C000008"))
        first = self.erased(breaks="account")
        bad = self.erased(breaks="generation", generation=self.keyring.number + 5)
        self.enter(me, first, bad, self.erased(rows - 1, keys=keys), self.erased(1), self.keyring_("dropped", rows))
        # Behind something else that counts.
        rows, keys = self.keyring.drop(self.writer, fixed("subject C000009"))
        self.enter(me, self.erased(breaks="account"), clock(), self.erased(rows, keys=keys), self.keyring_("dropped", rows))
        # Of another reason behind something else, it counts.
        self.enter(me, self.erased(breaks="account"), clock(), self.keyring_("merged"))
        self.one(self.clerk, "erased", "role", generation=self.keyring.number + 1, rows=1)

    def held_before(self):
        """A hold that was entered while an erasure was made ready."""
        self.sealed()
        self.spare("C000008")
        through = len(self.writer.lines)
        self.held(self.custodian)
        self.enter(self.custodian, self.erased(breaks="account"), self.no_keyring("generation", through=through))
        self.enter(self.custodian, (self.keyring_entry("merged", through), None))
        self.erase("C000008")

    def superseded(self):
        """What an erasure left behind is removed: then it can't be ended."""
        self.sealed()
        self.spare("C000008", "C000009")
        remove = lambda kind, digest: self.one(self.custodian, "removed", objects=[{"hash": digest, "kind": kind}])
        first, one = self.keyring.previous.hex(), self.erase("C000008")
        second, other = self.keyring.previous.hex(), self.erase("C000009")
        asked = self.request(self.second, "ended", entry=other)
        remove("box", first)
        self.agreed("ended", entry=one)
        self.agreed("ended", "reference", entry=one)
        remove("keyring", second)
        self.ended(self.custodian, other, "reference", request=asked)

    # requests

    def drops(self):
        """Erasing under four eyes."""
        self.sealed()
        self.spare("C000007", "C000008", "C000009")
        me, ask = self.custodian, lambda drops, by=None: self.request(by or self.second, "erased", drops)
        self.erase("C000007")  # the policy doesn't ask for a request yet
        self.state(["drop"])
        self.enter(me, self.erased(breaks="four eyes"), self.no_keyring("account"))
        own, few, one, two = ask(9, me), ask(3), ask(2), ask(1)
        self.enter(me, self.erased(breaks="four eyes", request=own), self.no_keyring("account"))
        self.enter(me, self.erased(4, breaks="four eyes", request=few), self.no_keyring("account", dropped=4))
        self.enter(me, self.erased(2, breaks="account", request=few), self.erased(2, breaks="four eyes", request=few),
                   self.no_keyring("account", dropped=4))
        # What broke a rule isn't added to what a request allows.
        rows, keys = self.keyring.drop(self.writer, fixed("subject C000008"))
        self.enter(me, self.erased(2, breaks="four eyes", request=own), self.erased(2, keys=keys, request=few),
                   self.erased(rows - 2, request=few), self.keyring_("dropped", rows))
        self.enter(me, self.erased(breaks="four eyes", request=few), self.no_keyring("account"))
        # Of two requests, as many rows as each allows. In the same commit neither serves a second keyring.
        rows, keys = self.keyring.drop(self.writer, fixed("subject C000009"))
        made = [self.erased(2, keys=keys, request=one), self.erased(rows - 2, request=two), self.keyring_("dropped", rows)]
        self.enter(me, *made, self.erased(1, breaks="four eyes", request=one), self.no_keyring("account"))
        # A request for something else.
        other = self.request(self.second, "recovered", 9, home=fixed("place").hex(), snapshot=0)
        self.enter(me, self.erased(breaks="four eyes", request=other), self.no_keyring("account"))

    def policies(self, limit):
        return self.policy | {"limit": limit}

    def used(self):
        """A request is for one entry, with its particulars, by another."""
        self.sealed()
        me = self.custodian
        self.one(me, "policy", "four eyes", policy=self.policies(20))
        asked = self.request(self.second, "policy", policy=self.policies(20))
        self.one(me, "policy", "four eyes", policy=self.policies(21), request=asked)
        self.one(self.second, "policy", "four eyes", policy=self.policies(20), request=asked)
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=asked + 1)
        digest = sha256(encode({"event": "policy", "policy": self.policies(20)})).hex()
        other = self.one(self.second, "requested", act="clock", drops=0, expires=self.writer.time + DAY, particulars=digest)
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=other)
        stale = self.request(self.second, "policy", policy=self.policies(21))
        self.one(me, "clock", request=asked)  # it takes none, so it uses none
        self.one(me, "policy", policy=self.policies(20), request=asked)
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=asked)
        # A policy that counts ends the requests for another one.
        self.one(me, "policy", "four eyes", policy=self.policies(21), request=stale)

    def expired(self):
        self.sealed()
        me = self.custodian
        hold, other = self.held(me), self.held(me)
        asked = self.request(self.second, "ended", entry=hold)
        end = self.writer.time + DAY
        # A clerk's time ends no request, nor does that of an entry which doesn't count, nor its own last second.
        self.verified(self.clerk, time=end + DAY)
        self.one(me, "copying", "generation", generation=99, place=fixed("place").hex(), time=end + DAY)
        self.one(me, "clock", time=end)
        self.ended(me, hold, "four eyes", request=asked, time=end + 1)
        self.ended(me, hold, request=asked, time=end)
        # A custodian's does, and nobody can go back behind it.
        asked = self.request(self.second, "ended", entry=other)
        end = self.writer.time + DAY
        self.one(me, "clock", time=end + 1)
        self.ended(me, other, "four eyes", request=asked, time=end)
        # What was stated before a request doesn't.
        asked = self.request(self.second, "ended", entry=other)
        self.ended(me, other, request=asked)

    def verified(self, by, breaks=None, **members):
        said = {"boxes": [], "damaged": [], "generations": [], "keyrings": [], "level": "list", "missing": [],
                "moves": [], "place": fixed("place").hex(), "size": 1, "strays": 0}
        self.one(by, "verified", breaks, **said | members)

    def revoking(self):
        """A stolen key ends no request to revoke it, by no time, end or recovery that it states."""
        self.sealed()
        me, stolen, third = self.custodian, self.second, self.third("custodian")
        asked = self.request(me, "revoked", identity=stolen.id.hex())
        spare = self.request(third, "revoked", identity=stolen.id.hex())
        self.one(stolen, "clock", time=self.writer.time + 90 * DAY)
        self.ended(stolen, asked, "reference")
        self.recover(stolen)
        mine = self.request(stolen, "policy", policy=self.policies(20))
        self.one(stolen, "revoked", "four eyes", identity=me.id.hex(), request=asked)
        self.one(third, "revoked", identity=stolen.id.hex(), request=asked)
        # What it asked for isn't open any more, nor what asks for the same again.
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=mine)
        keys = self.keys_of(stolen, "passphrase")
        again = self.request(me, "granted", roles=["custodian"], **keys)
        self.one(third, "granted", roles=["custodian"], request=again, **keys)
        self.one(me, "revoked", "four eyes", identity=stolen.id.hex(), request=spare)
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=mine)
        # Of others it ends what it likes, and so may they of each other.
        asked = self.request(me, "revoked", identity=third.id.hex())
        self.ended(stolen, asked)
        self.one(stolen, "revoked", "four eyes", identity=third.id.hex(), request=asked)
        asked = self.request(me, "revoked", identity=stolen.id.hex())
        self.one(third, "clock", time=self.writer.time + 90 * DAY)
        self.one(third, "revoked", "four eyes", identity=stolen.id.hex(), request=asked)

    def recover(self, by, breaks=None, **members):
        before = {"home": fixed("place").hex(), "root": root(self.writer.lines).hex(), "size": len(self.writer.lines)}
        return self.one(by, "recovered", breaks, snapshot=0, **before | members)

    def recovering(self):
        self.sealed()
        me, (home, snapshot) = self.custodian, (fixed("place").hex(), 0)
        asked = self.request(self.second, "policy", policy=self.policies(20))
        revoking = self.request(self.second, "revoked", identity=me.id.hex())
        self.recover(me, "place", size=1)
        self.recover(me)
        self.one(me, "policy", "four eyes", policy=self.policies(20), request=asked)
        self.one(me, "revoked", identity=self.clerk.id.hex(), request=revoking)  # takes none
        self.recover(self.second)
        self.one(me, "revoked", "four eyes", identity=me.id.hex(), request=revoking)
        self.state(["recovered"])
        self.recover(me, "four eyes")
        one, other = (self.request(self.second, "recovered", home=home, snapshot=snapshot) for _ in range(2))
        self.recover(me, request=one)
        self.recover(me, "four eyes", request=other)

    def bounds(self):
        """How long a request may last, and how many may be open."""
        self.sealed()
        me, members = self.custodian, {"entry": 1}
        digest = sha256(encode({"event": "ended", **members})).hex()
        asks = lambda breaks=None, lasts=DAY: self.entry(
            me, "requested", breaks, act="ended", drops=0, expires=self.writer.time + 60 + lasts, particulars=digest)
        self.enter(me, asks("counts", 30 * DAY + 1), asks("counts", -1), asks(None, 30 * DAY), asks(None, 0))
        # The second one to come stated a later time than the last of these.
        self.enter(me, *(asks() for _ in range(98)))
        self.enter(me, asks(), asks("counts"))
        self.request(self.second, "ended", **members)
        self.ended(self.second, len(self.writer.lines) - 3)
        self.enter(me, asks(), asks("counts"))
        holds = [self.entry(me, "held", hidden={"classes": [], "name": TEXT, "reason": TEXT, "subjects": []}) for _ in range(100)]
        first = self.enter(me, *holds)
        self.one(me, "held", "counts")
        self.held(self.second)
        asked = self.request(self.second, "ended", entry=first)
        self.ended(me, first, request=asked)
        self.held(me)
        self.one(me, "held", "counts")

    # holds and changes of people

    def holds(self):
        self.sealed()
        me = self.custodian
        auditor, ask = self.third("auditor"), lambda by, number: self.request(by, "ended", entry=number)
        self.one(self.clerk, "held", "role")
        one, two, three = self.held(me), self.held(auditor), self.held(me, subjects=[fixed("subject " + FIRST).hex()])
        self.ended(auditor, one, "four eyes")
        self.ended(me, one, "four eyes")
        asked = ask(me, one)
        self.ended(auditor, two, "four eyes", request=asked)
        self.ended(me, one, "four eyes", request=asked)
        self.ended(self.clerk, one, "role", request=asked)
        self.ended(auditor, asked, "role", request=asked)
        self.ended(auditor, one, request=asked)
        self.ended(me, one, "reference")
        self.ended(me, two, request=ask(self.second, two))
        # Nothing to end: itself, what never was, and what takes no end.
        self.ended(me, len(self.writer.lines), "reference")
        self.ended(me, 10**6, "reference")
        self.ended(self.clerk, 1, "reference")
        # A request that was ended.
        asked = ask(me, three)
        self.ended(me, asked)
        self.ended(me, asked, "reference")
        self.ended(auditor, three, "four eyes", request=asked)
        # With one custodian nothing takes a request, and nobody else ends a hold.
        gone = self.request(me, "revoked", identity=self.second.id.hex())
        self.one(self.second, "revoked", identity=self.second.id.hex(), request=gone)
        asked = ask(me, three)
        self.ended(auditor, three, "role", request=asked)
        self.ended(me, three)

    def holds_unread(self):
        """Holds of which nobody can tell what they hold."""
        self.sealed()
        good = {"classes": [], "name": TEXT, "reason": TEXT, "subjects": []}
        ids = sorted([fixed("one").hex(), fixed("two").hex()])
        self.one(self.custodian, "held")
        for change in ({"name": "ff"}, {"subjects": ids[::-1]}, {"subjects": [ids[0]] * 2}, {"more": ""}, {"classes": ids[0]}):
            self.one(self.custodian, "held", hidden=good | change)
        hold = self.one(self.custodian, "held")
        self.agreed("ended", entry=hold)
        self.one(self.custodian, "held", hidden=good | {"subjects": ids, "classes": ids})

    def changes(self):
        """An active identity that is granted again."""
        self.sealed()
        me, clerk, second = self.custodian, self.keys_of(self.clerk), self.keys_of(self.second, "passphrase")
        self.one(me, "granted", roles=["operator"], **clerk)
        self.verified(self.clerk)
        self.one(self.clerk, "copying", generation=self.keyring.number, place=fixed("another place").hex())
        self.one(me, "granted", "identity", roles=["operator"], **clerk | {"kind": "passphrase"})
        self.one(me, "granted", "four eyes", roles=["auditor", "operator"], **clerk)
        self.agreed("granted", roles=["auditor"], **clerk)
        self.held(self.clerk)
        self.one(self.clerk, "copying", "role", generation=self.keyring.number, place=fixed("another place").hex())
        # What takes these roles away takes a request, too, and of another custodian one can't be asked by one's own.
        self.one(me, "granted", "four eyes", roles=["clerk"], **clerk)
        self.one(me, "revoked", "four eyes", identity=self.clerk.id.hex())
        self.agreed("revoked", identity=self.clerk.id.hex())
        # Who isn't active any more was nobody, and comes back as the entry says, with another kind too.
        self.one(me, "revoked", "identity", identity=self.clerk.id.hex())
        self.one(me, "granted", roles=["clerk"], **clerk | {"kind": "shares"})
        self.one(me, "granted", "four eyes", roles=["clerk"], **second)
        # A custodian who is changed and stays one keeps what they asked for; one who doesn't stay, doesn't.
        asked = self.request(self.second, "policy", policy=self.policies(20))
        change = self.request(me, "granted", roles=["auditor", "custodian"], **second)
        self.one(self.second, "granted", roles=["auditor", "custodian"], request=change, **second)
        self.one(me, "policy", policy=self.policies(20), request=asked)
        asked = self.request(self.second, "revoked", identity=me.id.hex())
        change = self.request(me, "granted", roles=["auditor"], **second)
        self.one(self.second, "granted", roles=["auditor"], request=change, **second)
        self.one(self.second, "clock", "role")
        # The last custodian.
        self.one(me, "granted", "identity", roles=["auditor"], **self.keys_of(me))
        self.one(me, "revoked", "identity", identity=me.id.hex())
        self.one(me, "granted", roles=["archivist", "custodian"], **self.keys_of(me))
        self.one(me, "granted", roles=["custodian"], **second)
        self.one(me, "revoked", "four eyes", identity=me.id.hex(), request=asked)
