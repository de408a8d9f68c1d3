"""The story that the leak tests look at: an invented archive, everybody who may have a role, and every command."""

import json
import os
import shutil
from pathlib import Path

import customers
from needles import Needles
from world import World

PASSPHRASE = "seven-copper-kettles under Blue Snow"
LABELS = ("night porter of the annex", "went over to the rival firm", "the shelf in the other town")
CLASSES = ("communications", "transactions", "contracts")
CUSTOMERS = 5


def archive(folder):
    """Writes the invented archive; returns what may not leak of it: (kind, text)."""
    texts, size = set(), 0
    for number in range(1, CUSTOMERS + 1):
        c = customers.Customer(number)
        texts |= {("number", c.id), ("name", c.name)}
        made = {"basic": customers.basic(c), "transactions": customers.transactions(c),
                "contracts": customers.contracts(c), "communications": customers.communications(c, 60_000)}
        for record_class, files in made.items():
            for name, data, when in files:
                size += customers.write(folder, record_class, c, name, data, when)
                texts.add(("file", name))
                # Of the content something from the beginning, the middle and the end, and of texts every long line.
                for at in (40, len(data) // 2, len(data) - 24):
                    texts.add(("content", data[max(0, at) : max(0, at) + 20]))
                if name == "customer.json":
                    about = json.loads(data)
                    texts |= {("content", about["address"]), ("content", about["phone"])}
    texts |= {("content", line) for line in customers.LINES}
    return [(kind, text) for kind, text in texts if len(text) > 1]


class Story:
    """Plays it once; afterwards there is a vault, two destinations, a restored copy and all that was printed."""

    def __init__(self, umask=0o022):
        self.world = World(umask)
        source = self.world.at("source")
        self.texts = archive(source)
        self.sealed_texts = [("label", text) for text in LABELS] + [("class", name) for name in CLASSES]
        self.secret_texts = [("passphrase", PASSPHRASE)]
        self.failing = set()

    def play(self):
        self.found_vault()
        self.seal_and_look()
        self.change_keys()
        self.copy_and_rehearse()
        self.fail()
        return self

    def found_vault(self):
        run = self.world.run
        for who in ("custodian", "operator", "clerk", "archivist", "leaver"):
            run("identity", "new", f"{who}.identity")
        run("identity", "show", "operator.identity")
        self.world.at("passphrase").write_text(PASSPHRASE + "\n")
        run("init", "vault", "--identity", "custodian.identity", "--card", "card.txt")
        run("init", "typed", "--passphrase-file", "passphrase", "--card", "typed.txt", STRONGROOM_IDENTITY="")
        run("grant", "add", "--yes", "operator.identity.pub", "--role", "operator", "--label", LABELS[0])
        run("grant", "add", "--yes", "clerk.identity.pub", "--role", "clerk", "--class", "basic", "--class", "contracts")
        run("grant", "add", "--yes", "archivist.identity.pub", "--role", "archivist")
        run("grant", "add", "--yes", "leaver.identity.pub", "--role", "clerk", "--class", "basic")
        run("grant", "list")
        run("grant", "list", "--json")

    def seal_and_look(self):
        run, source = self.world.run, self.world.at("source")
        run("seal", "source")
        run("seal", "source", "--json", STRONGROOM_IDENTITY="archivist.identity")
        changed = sorted(source.glob("contracts/*/*"))[0]
        changed.write_bytes(changed.read_bytes() + b"% an addendum in plain words\n")
        self.texts.append(("content", "% an addendum in plain words"))
        run("seal", "source")
        run("seal", "source", "--vault", "typed", "--passphrase-file", "passphrase", STRONGROOM_IDENTITY="")
        run("status", "--vault", "typed", STRONGROOM_IDENTITY="")
        for more in ((), ("--json",)):
            run("find", "--subject", "C000001", *more)
            run("find", "--text", "mail", *more)
            run("ls", *more)
            run("status", *more)
        run("find", "--class", "contracts", STRONGROOM_IDENTITY="clerk.identity")
        run("find", "--subject", "C000003", "--passphrase-file", "passphrase", "--vault", "typed", STRONGROOM_IDENTITY="")
        run("export", "out")
        run("export", "out-json", "--json", "--subject", "C000002")

    def change_keys(self):
        run = self.world.run
        run("keys", "list")
        run("keys", "list", "--json")
        run("keys", "rotate", "--class", "contracts")
        run("keys", "rotate", "--class", "directory", "--class", "journal", "--json")
        leaver = json.loads(run("identity", "show", "leaver.identity", "--json").out)["identity"]
        run("grant", "revoke", leaver, "--reason", LABELS[1], "--yes")
        changed = sorted(self.world.at("source").glob("transactions/*/*"))[0]
        changed.write_bytes(changed.read_bytes() + b"2026-01-01,late\n")
        run("seal", "source")

    def copy_and_rehearse(self):
        run, operator = self.world.run, {"STRONGROOM_IDENTITY": "operator.identity"}
        run("snapshot", "take", "destination", "--new", "--name", LABELS[2], **operator)
        run("snapshot", "take", "second", "--new", "--json")
        run("snapshot", "list", "destination")
        for place in ((), ("destination",)):
            for level in ("list", "hash", "open", "restore"):
                run("verify", *place, "--level", level, "--scratch", "tmp")
            run("verify", *place, "--json", STRONGROOM_IDENTITY="")
        run("verify", "destination", "--enter", **operator)
        run("drill", "plans")
        run("drill", "run", "site-lost", "--destination", "destination", "--evidence", "drills")
        run("drill", "run", "site-lost", "--destination", "destination", "--evidence", "drills-json", "--json")
        run("drill", "list")
        run("restore", "destination", "copy")
        run("export", "from-copy", "--vault", "copy")
        run("recover", "vault")
        for more in ((), ("--json",)):
            run("ledger", "show", *more)
            run("ledger", "verify", *more)
        run("proof", "write", "3", "--output", "entry-3.tlog-proof")
        vault = json.loads(run("ledger", "verify", "--json").out)["vault"]
        run("proof", "check", "entry-3.tlog-proof", "--vault-id", vault)

    def fail(self):
        """Commands that fail, each for another reason."""
        world, run = self.world, self.world.run
        first = len(world.ran)
        world.at("wrong").write_text("not the passphrase at all\n")
        run("find", "--passphrase-file", "wrong", "--vault", "typed", code=12, STRONGROOM_IDENTITY="")
        run("find", code=12, STRONGROOM_IDENTITY="leaver.identity")
        run("seal", "source", code=None, STRONGROOM_IDENTITY="operator.identity")
        run("find", "--class", "communications", code=None, STRONGROOM_IDENTITY="clerk.identity")
        run("find", "--subject", "C000001", "--vault", "nowhere", code=10)
        run("export", "out", code=1)
        run("seal", "source/basic/C000001", code=2)
        run("seal", "no such source C000001", code=None)
        run("keys", "rotate", "--class", "nosuchclass", code=None)
        run("grant", "revoke", "ffff", "--yes", code=None)
        run("proof", "write", "99999", code=None)
        run("find", "--vault-id", "00" * 16, code=13)
        run("recover", "copy", "--yes", code=13)
        run("frobnicate", code=64)
        self.left_out()
        self.damaged()
        self.failing = set(range(first, len(world.ran)))

    def left_out(self):
        odd = self.world.at("odd")
        (odd / "basic/C000009").mkdir(parents=True)
        os.symlink("nowhere", odd / "basic/C000009/a link to Lin Wei")
        os.mkfifo(odd / "basic/C000009/a pipe of Lin Wei")
        (odd / "stray of Lin Wei").write_text("no customer")
        self.world.run("seal", "odd", code=2, name="seal odd")

    def damaged(self):
        world, run = self.world, self.world.run
        shutil.copytree(world.at("vault"), world.at("spoilt"))
        boxes = [file for file in world.at("spoilt/boxes").rglob("*") if file.is_file()]
        boxes.sort(key=lambda file: -file.stat().st_size)
        for box, at in zip(boxes, (0.2, 0.5, 0.9, 0.99)):
            data = bytearray(box.read_bytes())
            data[int(len(data) * at)] ^= 1
            box.write_bytes(data)
        boxes[-1].unlink()
        world.at("spoilt/ledger/00000000000000000003").write_bytes(b"no commit")
        spoilt = {"STRONGROOM_VAULT": "spoilt", "STRONGROOM_STATE": str(world.at("state-of-spoilt"))}
        card = next(world.at(".").glob("card.txt")).read_text()
        spoilt["STRONGROOM_VAULT_ID"] = json.loads((world.at("vault/STRONGROOM")).read_text())["vault"]
        assert spoilt["STRONGROOM_VAULT_ID"][:8] in card.replace(" ", "")
        for level in ("list", "hash", "open", "restore"):
            run("verify", "--level", level, "--scratch", "tmp", code=2, name="verify damaged", **spoilt)
        run("export", "from-spoilt", code=2, name="export damaged", **spoilt)
        run("find", "--text", "mail", code=None, name="find damaged", **spoilt)

    def needles(self, *kinds):
        return Needles([t for t in self.texts + self.sealed_texts + self.secret_texts if not kinds or t[0] in kinds])
