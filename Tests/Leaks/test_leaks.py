"""Nothing leaks: the real program plays a whole story, and what it left and said is searched for what must not be there.

Run by Scripts/test-leaks. STRONGROOM names the program, by default the one that `make test` builds.
"""

import contextlib
import fcntl
import io
import os
import pty
import random
import select
import stat
import subprocess
import sys
import termios
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import memory
from needles import SHORTEST_IN_RANDOM, Needles, raw_controls
from story import LABELS, PASSPHRASE, Story
from world import World, lacking

import strongroom_reader as reader

# What a place, a machine or a report keeps. Not here: the sources, identity files, and exports, which are plaintext
# because somebody asked for it.
KEPT = ("vault", "typed", "destination", "second", "copy", "spoilt", "state", "state-of-spoilt", "cache", "tmp", "home",
        "drills", "drills-json", "entry-3.tlog-proof", "card.txt", "typed.txt")

# Commands whose standard output shows names because that is what they are for: by the beginning of their name.
SHOWS = {
    "find": {"number", "file", "class", "content"},
    "ls": {"class"},
    "init": {"class"},  # the classes that the new vault has
    "keys": {"class"},
    "grant": {"class", "label"},  # who is who, for whoever opens the journal
    "ledger show": {"label", "class"},  # what entries hold for whoever opens the journal
    "verify damaged": {"number", "file", "class"},  # whose records are concerned, for whoever opens them
    "export damaged": {"number", "file", "class"},
    "restore damaged": {"number", "file", "class"},
}

# Commands that name on standard error what whoever runs them named, or what of their own source is left out.
NAMES = {
    "seal source/basic/C000001": ({"number", "file"}, "left out: each file by its path"),
    "seal no such source C000001": ({"number"}, "the argument that isn't there"),
    "find --class": ({"class"}, "the class that was asked for, and those that the identity opens"),
    "keys rotate": ({"class"}, "the sections that there are, where the one asked for isn't"),
}


def setUpModule():
    global played
    played = Story(umask=0).play()


def tearDownModule():
    played.world.close()


class Kept(unittest.TestCase):
    def test_nothing_of_the_archive_is_in_what_is_kept(self):
        needles, files = played.needles(), 0
        for name, data in played.world.files(*KEPT):
            with self.subTest(name):
                self.assertEqual(needles.find(data, SHORTEST_IN_RANDOM), set())
                self.assertEqual(needles.find(os.fsencode(name)), set())
            files += 1
        self.assertGreater(files, 100)

    def test_the_archive_is_there(self):
        """What is searched for does stand in an export, so that the search means something."""
        data = b"\0".join(os.fsencode(name) + data for name, data in played.world.files("out", "from-copy"))
        found = {text for _, form, text in played.needles("number", "name", "file", "content").find(data) if form == "as it is"}
        texts = {text for kind, text in played.texts}
        self.assertGreater(len(found), 0.95 * len(texts))

    def test_every_form_is_found(self):
        for kind, text in played.texts[:40]:
            needles = Needles([(kind, text)])
            for data, (_, form, _) in needles.by_form.items():
                for shell in (b"%s", b"\x00 %s \xff"):
                    self.assertIn(form, {f for _, f, _ in needles.find(shell % data)}, (kind, text))

    def test_what_is_packed_or_in_pages_is_found(self):
        import sqlite3
        import tempfile

        import zstandard

        needles, text = Needles([("name", "王小明 of nowhere")]), "王小明 of nowhere"
        packed = zstandard.compress(b"x" * 5000 + text.encode() + b"y" * 5000)
        self.assertTrue(needles.find(b"head" + packed + b"tail"))
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite3.connect(f"{folder}/db")
            database.execute("create table t (a blob)")
            database.executemany("insert into t values (?)", [(b"z" * n + text.encode(),) for n in (0, 4070, 9000)])
            database.execute("insert into t values (?)", (packed,))
            database.commit()
            database.close()
            self.assertTrue(needles.find(Path(f"{folder}/db").read_bytes()))

    def test_the_temporary_folder_is_empty(self):
        self.assertEqual([name for name, _ in played.world.files("tmp")], [])
        for place in ("vault", "destination", "second", "typed"):
            self.assertEqual([name for name, _ in played.world.files(f"{place}/.spool")], [])


class Said(unittest.TestCase):
    def test_standard_error_names_nothing(self):
        needles = played.needles()
        for index, ran in enumerate(played.world.ran):
            with self.subTest(index=index, command=ran.name):
                found = {(kind, text) for kind, _, text in needles.find(ran.err)}
                allowed, _ = next((v for k, v in NAMES.items() if ran.name.startswith(k) and ran.code), (set(), ""))
                self.assertEqual({f for f in found if f[0] not in allowed}, set())

    def test_standard_output_names_nothing_but_where_it_is_for_that(self):
        needles = played.needles()
        for index, ran in enumerate(played.world.ran):
            with self.subTest(index=index, command=ran.name):
                allowed = next((v for k, v in SHOWS.items() if ran.name.startswith(k)), set())
                found = {(kind, text) for kind, _, text in needles.find(ran.out) if kind not in allowed}
                self.assertEqual(found, set())

    def test_no_secret_is_said(self):
        seeds = [("seed", reader_seed(played.world.at(f"{who}.identity"))) for who in ("custodian", "operator", "clerk")]
        needles = Needles(seeds + [("passphrase", PASSPHRASE)])
        for ran in played.world.ran:
            self.assertEqual(needles.find(ran.out + ran.err), set(), ran.name)
        for name, data in played.world.files(*KEPT):
            self.assertEqual(needles.find(data), set(), name)

    def test_every_command_was_run(self):
        said = {ran.name.split()[0] for ran in played.world.ran}
        self.assertGreaterEqual(said, {"init", "identity", "grant", "seal", "ls", "find", "export", "keys", "status", "ledger",
                                       "snapshot", "verify", "restore", "recover", "drill", "proof"})
        self.assertGreater(len(played.failing), 15)


class Sound(unittest.TestCase):
    """What the story left is what the second reader reads, too."""

    def read(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return reader.main([str(a) for a in arguments]), err.getvalue()

    def test_places_are_sound(self):
        for place in ("vault", "destination", "second", "copy"):
            for key in ((), ("--identity", played.world.at("custodian.identity"))):
                with self.subTest(place=place, key=key):
                    self.assertEqual(self.read("verify", played.world.at(place), *key)[0], 0)

    def test_both_find_the_same_damage(self):
        code, err = self.read("verify", played.world.at("spoilt"))
        theirs = {line.split(": ")[0] for line in err.splitlines() if line.startswith("boxes/")}
        ran = next(r for r in played.world.ran if r.name == "verify damaged" and r.err.count(b"boxes/") > 1)
        ours = {line.split(": ")[1] for line in ran.err.decode().splitlines() if "boxes/" in line}
        self.assertEqual((code, theirs), (2, ours))
        self.assertIn("ledger/00000000000000000003", err)


def reader_seed(path):
    return bytes.fromhex(reader.decode_json(path.read_bytes()[:-1], "it")["seed"])


class Modes(unittest.TestCase):
    """Files 0600 and folders 0700, whatever the umask is; the world that played had 000."""

    # Made to be given away, and holding nothing secret: the vault card, proofs, a drill's report.
    PUBLIC = ("card.txt", "typed.txt", "entry-3.tlog-proof", "drills", "drills-json")

    def check(self, world, names):
        seen = 0
        for name in names:
            for file in [world.at(name), *world.at(name).rglob("*")]:
                about, wanted = file.lstat(), 0o700 if file.is_dir() else 0o644 if name in self.PUBLIC else 0o600
                with self.subTest(str(file.relative_to(world.folder))):
                    self.assertEqual(oct(stat.S_IMODE(about.st_mode)), oct(wanted))
                seen += 1
        return seen

    identities = [f"{who}.identity" for who in ("custodian", "operator", "clerk", "archivist", "leaver")]

    def test_with_umask_000(self):
        kept = [name for name in KEPT if name not in ("spoilt", "tmp", "home")]
        self.assertGreater(self.check(played.world, kept + self.identities), 100)
        self.exported(played.world)

    def test_with_umask_077(self):
        story = Story(umask=0o077)
        try:
            story.found_vault()
            story.seal_and_look()
            story.world.run("snapshot", "take", "destination", "--new")
            self.check(story.world, ["vault", "typed", "destination", "state", "cache", "card.txt", *self.identities])
            self.exported(story.world)
        finally:
            story.world.close()

    def exported(self, world):
        """An export's files have the modes that they had, its folders are 0700."""
        for file in world.at("out").rglob("*"):
            source = world.at("source") / file.relative_to(world.at("out"))
            wanted = 0o700 if file.is_dir() else stat.S_IMODE(source.stat().st_mode)
            self.assertEqual(oct(stat.S_IMODE(file.stat().st_mode)), oct(wanted), file)


EVIL = ["\x1b[31mred\x07", "\u009b31m c1", "\u202etxt.exe \u2066\u200f", "line\nfeed\rreturn", b"\xff\x9b31m", "tab\tand\x7fdel",
        "\x1b]0;title\x07", "\u2028ls"]


class Escapes(unittest.TestCase):
    """What a terminal could act on is never printed raw, whichever command meets it."""

    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_names_in_the_archive_and_in_arguments(self):
        world, run = self.world, self.world.run
        run("identity", "new", "custodian.identity")
        run("init", "vault", "--identity", "custodian.identity", "--card", "card.txt")
        root = os.fsencode(world.at("source"))
        for name in map(os.fsencode, EVIL):
            for folder in (b"basic/C000001/" + name, b"basic/" + name, b"contracts/C000002"):
                os.makedirs(os.path.join(root, folder), exist_ok=True)
                with open(os.path.join(root, folder, b"file " + name), "wb") as file:
                    file.write(b"x")
            os.symlink(b"nowhere", os.path.join(root, b"contracts/C000002/link " + name))
            os.makedirs(os.path.join(root, b"class " + name, b"C1"))
            with open(os.path.join(root, b"class " + name, b"C1/f"), "wb") as file:
                file.write(b"y")
        run("seal", "source", code=2)
        self.loose_ends()
        for json in ((), ("--json",)):
            run("find", *json)
            run("find", "--text", "file", *json)
            run("ls", *json)
            run("status", *json)
        run("export", "out")
        run("snapshot", "take", "copy", "--new", "--name", EVIL[0])
        for level in ("list", "hash", "open", "restore"):
            run("verify", "--level", level, "--scratch", "tmp")
        run("drill", "run", "site-lost", "--destination", "copy", "--evidence", "drills")
        for name in EVIL:
            self.arguments(name)
        self.strays()
        for index, ran in enumerate(world.ran):
            with self.subTest(index=index, command=ran.name):
                self.assertEqual(raw_controls(ran.out) + raw_controls(ran.err), [])
                if ran.code != 64:  # that shows how a command is used, with what was typed
                    self.assertNotIn(b"\nfeed", ran.out + ran.err)

    def loose_ends(self):
        """A label and a reason, which anybody with a grant may have written."""
        run = self.world.run
        run("identity", "new", "clerk.identity")
        run("grant", "add", "--yes", "clerk.identity.pub", "--role", "clerk", "--class", "basic", "--label", EVIL[0])
        run("grant", "list")
        run("ledger", "show")
        run("grant", "list", "--json")
        run("ledger", "show", "--json")

    def arguments(self, name):
        """Names that don't exist, as arguments of every command."""
        run = self.world.run
        evil = name if isinstance(name, bytes) else name.encode()
        run("seal", evil, code="any")
        run("find", "--vault", evil, code="any")
        run("find", evil, code="any")
        run("find", "--identity", evil, code="any")
        run("find", "--passphrase-file", evil, code="any", STRONGROOM_IDENTITY="")
        run("status", "--vault", evil, code="any")
        run("export", "elsewhere", "--vault", evil, code="any")
        run("restore", evil, "new", code="any")
        run("verify", evil, code="any")
        run("drill", "run", evil, code="any")
        run("drill", "run", "site-lost", "--destination", evil, code="any")
        run("ledger", "show", evil, code="any")
        run("grant", "add", "--yes", evil, "--role", "clerk", code="any")
        run("snapshot", "list", evil, code="any")
        run("identity", "show", evil, code="any")
        run("init", "vault", "--card", evil, "--identity", "custodian.identity", code="any")
        if isinstance(name, str):
            run("find", "--class", name, code="any")
            run("seal", "source", "--layout", name, code="any")
            run("seal", "source", "--source", name, code="any")
            run("find", "--since", name, code="any")
            run("find", "--record", name, code="any")
            run("find", "--vault-id", name, code="any")
            run("keys", "rotate", "--class", name, code="any")
            run("grant", "revoke", name, "--yes", code="any")
            run("grant", "add", "--yes", "clerk.identity.pub", "--role", name, code="any")
            run("verify", "--level", name, code="any")
            run("proof", "write", name, code="any")
            run("snapshot", "take", "copy", f"--{name}", code=64)
            run(name, code=64)

    def strays(self):
        """Names that somebody put into a place, or beside a file that is to be written."""
        world, run = self.world, self.world.run
        for folder in (b"boxes", b"ledger", b"keyring", b"boxes/00", b""):
            os.makedirs(os.path.join(os.fsencode(world.at("copy")), folder), exist_ok=True)
            for name in EVIL:
                evil = name if isinstance(name, bytes) else name.encode()
                with open(os.path.join(os.fsencode(world.at("copy")), folder, evil), "wb") as file:
                    file.write(b"stray")
        run("verify", "copy", code="any", name="verify strays")
        run("snapshot", "take", "copy", code="any", name="snapshot strays")
        run("snapshot", "list", "copy")
        run("restore", "copy", "again", code="any", name="restore strays")
        (world.at("evil.yaml")).write_text('name: "\\e[31mred"\ndestination: copy\n')
        run("drill", "run", "evil.yaml", code="any")
        marker = world.at("copy/STRONGROOM")
        marker.write_bytes(b'{"format":"\x1b[31m","place":"' + b"0" * 32 + b'"}\n')
        run("verify", "copy", code="any", name="verify marker")
        world.at("evil.identity").write_bytes(b"\x1b[31mno identity\n")
        run("find", "--identity", "evil.identity", code="any")


class Memory(unittest.TestCase):
    """What is in memory, in temporary files and in open files while the program works, and when it ends."""

    @classmethod
    def setUpClass(cls):
        if not memory.able():
            lacking("only root looks into a process that forbids it")
        cls.world = world = World()
        world.run("identity", "new", "custodian.identity")
        world.at("passphrase").write_text(PASSPHRASE + "\n")
        world.run("init", "vault", "--identity", "custodian.identity", "--card", "card.txt")
        world.run("init", "typed", "--passphrase-file", "passphrase", "--card", "typed.txt", STRONGROOM_IDENTITY="")
        cls.snippet = b"Lin Wei of Cloud Creek Lane 14 pays 1,234.56 on the first"
        chance = random.Random("leaks")
        for number in range(8):
            file = world.at(f"large/contracts/C00000{number}/scan.pdf")
            file.parent.mkdir(parents=True)
            file.write_bytes(chance.randbytes(20 << 20) + cls.snippet + chance.randbytes(20 << 20))
        for vault, key in (("vault", ()), ("typed", ("--passphrase-file", "passphrase"))):
            world.run("seal", world.at("large/contracts/C000001"), "--layout", "{path}", "--class", "contracts", "--subject",
                      "C000001", "--vault", vault, *key, STRONGROOM_IDENTITY="" if key else "custodian.identity")

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def sealing(self, vault, *key, identity="", **more):
        """A long seal, stopped in its midst: boxes are being written."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = self.world.start("seal", "large", "--reread", "--vault", vault, *key, env={"STRONGROOM_IDENTITY": identity},
                                   **quiet | more)
        return self.stopped_in_its_midst(process, vault)

    def stopped_in_its_midst(self, process, vault):
        spool = self.world.at(vault) / ".spool"

        def reached():
            written = [data for _, data in memory.open_files(process.pid)]
            return sum(map(len, written)) > 1 << 20 or any(f.stat().st_size for f in spool.rglob("*") if f.is_file())

        return memory.stopped(process, reached)

    def test_while_it_seals_with_a_passphrase(self):
        with self.sealing("typed", "--passphrase-file", "passphrase") as process:
            self.assertEqual(memory.holding(process.pid, {"passphrase": PASSPHRASE.encode()}), set())
            self.no_plaintext(process)

    def test_while_it_seals_with_a_passphrase_that_was_typed(self):
        """At a terminal of its own; what is typed isn't shown there."""
        ours, theirs = pty.openpty()
        terminal = {"preexec_fn": lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0), "pass_fds": [theirs]}
        shown = b""
        try:
            process = self.world.start("seal", "large", "--reread", "--vault", "typed", stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env={"STRONGROOM_IDENTITY": ""}, **terminal)
            while b"passphrase: " not in shown:
                shown += os.read(ours, 4096)
            os.write(ours, PASSPHRASE.encode() + b"\n")
            with self.stopped_in_its_midst(process, "typed"):
                self.assertEqual(memory.holding(process.pid, {"passphrase": PASSPHRASE.encode()}), set())
                while select.select([ours], [], [], 0)[0]:
                    shown += os.read(ours, 4096)
                self.assertNotIn(PASSPHRASE.encode(), shown)
        finally:
            os.close(ours)
            os.close(theirs)

    def test_while_it_seals_with_an_identity_file(self):
        seed = reader_seed(self.world.at("custodian.identity"))
        with self.sealing("vault", identity="custodian.identity") as process:
            self.assertEqual(memory.holding(process.pid, {"seed in hex": seed.hex().encode()}), set())
            self.no_plaintext(process)
            self.assertEqual(self.limit(process.pid), ["0", "0"])

    def limit(self, pid):
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
        return next(line for line in lines if line.startswith("Max core")).split()[4:6]

    def no_plaintext(self, process):
        """Neither in files that it has open (they may have no name), nor in any folder but the source."""
        needles, held = Needles([("content", self.snippet)]), 0
        for name, data in memory.open_files(process.pid):
            self.assertEqual(needles.find(data), set(), name)
            held += len(data)
        for name, data in self.world.files("tmp", "vault", "typed", "state", "cache", "home"):
            self.assertEqual(needles.find(data), set(), name)
            held += len(data)
        self.assertGreater(held, 1 << 20)

    def test_it_can_not_be_looked_into(self):
        """Core limits say nothing to a core_pattern with a pipe; a process that isn't dumpable has no core, and belongs
        to root in /proc."""
        process = self.world.start("init", "asked", "--passphrase-command", "exec sleep 60", "--card", "asked.txt",
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, through=memory.NOBODY,
                                   env={"STRONGROOM_IDENTITY": ""})
        with memory.stopped(process, lambda: memory.children(process.pid)):
            self.assertIn("\t65534\t", Path(f"/proc/{process.pid}/status").read_text())
            self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 0)
            self.assertEqual(self.limit(process.pid), ["0", "0"])

    def test_another_program_can_be_looked_into(self):
        """So that the test above means something: what runs as nobody and forbids nothing belongs to nobody."""
        process = subprocess.Popen([*memory.NOBODY, "sleep", "60"], start_new_session=True)
        with memory.stopped(process, lambda: Path(f"/proc/{process.pid}/comm").read_text() == "sleep\n"):
            self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 65534)

    def test_at_exit(self):
        if not memory.at_exit_able():
            lacking("no gdb")
        for vault, key in (("vault", ("--identity", "custodian.identity")), ("typed", ("--passphrase-file", "passphrase"))):
            secrets = self.secrets(vault, key)
            self.assertGreater(len(secrets), 10)
            for command in (("find", "--text", "scan"), ("verify", "--level", "open"), ("keys", "rotate", "--class", "basic")):
                with self.subTest(vault=vault, command=command):
                    core = self.world.at("core")
                    environment = self.world.environment | {"STRONGROOM_IDENTITY": ""}
                    memory.core_at_exit(self.world.command([*command, "--vault", vault, *key]), core, cwd=self.world.folder,
                                        env=environment)
                    image = core.read_bytes()
                    core.unlink()
                    self.assertEqual({name for name, secret in secrets.items() if secret in image}, set())

    def secrets(self, vault, key):
        """Everything that opens something, by name."""
        findings = reader.Findings()
        place = reader.Place(str(self.world.at(vault)), findings)
        ledger = reader.Ledger(place)
        standing = reader.Standing(place, ledger)
        generation = reader.read_generation(place, ledger, standing.generation)
        if key[0] == "--identity":
            seed = reader_seed(self.world.at(key[1]))
            secrets = {"seed": seed, "seed in hex": seed.hex().encode()}
        else:
            scrypt = next(g["scrypt"] for g in generation["grants"] if "scrypt" in g)
            seed = reader.hashlib.scrypt(PASSPHRASE.encode(), salt=bytes.fromhex(scrypt["salt"]), n=scrypt["n"], r=8,
                                         p=scrypt["p"], dklen=32, maxmem=1 << 30)
            secrets = {"seed": seed, "passphrase": PASSPHRASE.encode()}
        secrets["X-Wing seed"] = reader.expand(seed, b"strongroom/v1 x-wing", 32)
        secrets["Ed25519 seed"] = reader.expand(seed, b"strongroom/v1 ed25519", 32)
        keyring = reader.Keyring(place, ledger, standing, generation, reader.Identity(seed))
        for section in keyring.sections.values():
            secrets[f"section key of {section.name}"] = section.key
            for n, epoch in section.epochs.items():
                secrets[f"epoch {n} of {section.name}"] = epoch
        for rows in keyring.rows.values():
            for page in rows.pages:
                secrets[f"page key of {rows.section.name}"] = page.key
                plain = rows.page(page)
                if rows.section.kind == 1:
                    secrets |= {f"subject key {at // 48} of {rows.section.name}": plain[at + 16 : at + 48]
                                for at in range(0, len(plain), 48)}
        return secrets


if __name__ == "__main__":
    unittest.main()
