"""The programs that are measured side by side, each with the commands that a user would type."""

import json
import os
import shutil
import subprocess
import sys

from measure import Command, Failed, run, shell

LEFT_OUT = (0, 2)  # strongroom names what it doesn't keep, such as symbolic links, and ends with 2
FIRST = "first"  # what borg calls the archive that is sealed into a new repository


class Strongroom:
    def __init__(self, name="strongroom"):
        self.name = name

    def found(self, vault):
        if not os.path.exists("me.identity"):
            run(Command([self.name, "identity", "new", "me.identity"]))
        if os.path.exists(f"{vault}.card.txt"):
            os.unlink(f"{vault}.card.txt")
        run(Command([self.name, "init", vault]))

    by_passphrase = ["--passphrase-file", "passphrase"]

    def found_by_passphrase(self, vault):
        """As a custodian without an identity file does; scrypt then takes its time and memory at each command."""
        with open("passphrase", "w") as file:
            file.write("seven orchard lanterns drift over quiet harbours\n")
        run(Command([self.name, "init", vault, *self.by_passphrase]))

    def unlock(self, vault, *key):
        return Command([self.name, "find", "--subject", "nobody", "--vault", vault, *key])

    def seal(self, vault, folder, archive=FIRST):
        return Command([self.name, "seal", folder, "--vault", vault, "--quiet"], accepts=LEFT_OUT)

    def seal_tree(self, vault, folder):
        options = ["--class", "communications", "--subject", "common", "--quiet"]
        return Command([self.name, "seal", folder, "--vault", vault, *options], accepts=LEFT_OUT)

    def verify(self, vault, level):
        return Command([self.name, "verify", vault, "--level", level, "--quiet"])

    def erase(self, vault, customer):
        """Keys and all; the generation of the keyring before stands for three days more, so that it can be taken back."""
        return Command([self.name, "erase", customer, "--yes", "--vault", vault, "--quiet"])

    def public_identity(self, name):
        """Somebody's, made where it isn't there yet."""
        if not os.path.exists(name):
            run(Command([self.name, "identity", "new", name]))
        return f"{name}.pub"

    def identity_id(self, name):
        said = json.loads(run(Command([self.name, "identity", "show", f"{name}.pub", "--json"]))["printed"])
        return said["identity"]

    def restore(self, vault, out):
        return Command([self.name, "export", out, "--vault", vault, "--quiet"])


class Restic:
    name = "restic"
    options = []

    def command(self, *words):
        return Command(["restic", *self.options, *words])

    def found(self, repository):
        run(self.command("init", "-q", "-r", repository, "--repository-version", "2"))

    def unlock(self, repository):
        return self.command("cat", "config", "-q", "-r", repository)

    def seal(self, repository, folder, archive=FIRST):
        return self.command("backup", "-q", "-r", repository, "--compression", "auto", folder)

    def seal_tree(self, repository, folder):
        return self.seal(repository, folder)

    def check(self, repository):
        return self.command("check", "-q", "-r", repository, "--read-data")

    def restore(self, repository, out):
        return self.command("restore", "latest", "-q", "-r", repository, "--target", out)


class Borg:
    name = "borg"

    def found(self, repository):
        run(Command(["borg", "init", "-e", "repokey", repository]))

    def unlock(self, repository):
        return Command(["borg", "list", repository])

    def seal(self, repository, folder, archive=FIRST):
        return Command(["borg", "create", "-C", "zstd,3", f"{repository}::{archive}", folder])

    def seal_tree(self, repository, folder):
        return self.seal(repository, folder)

    def check(self, repository):
        return Command(["borg", "check", "--verify-data", repository])

    def erase(self, repository, customer):
        return shell(f"borg recreate --exclude '*/{customer}/*' {repository} && borg compact --threshold 0 {repository}")

    def restore(self, repository, out):
        os.makedirs(out)
        return Command(["borg", "extract", f"{os.path.relpath(repository, out)}::{FIRST}"], folder=out)


# Another build of the program, in the same run: what a change costs or gains.
BEFORE = os.environ.get("STRONGROOM_BEFORE")
BUILDS = [Strongroom(), *([Strongroom("strongroom-before")] if BEFORE else [])]
TOOLS = {tool.name: tool for tool in (*BUILDS, Restic(), Borg())}

PACKAGES = "restic borgbackup zstd openssl gcc libzstd-dev libssl-dev".split()
BORG_NEEDS = "python3-venv python3-dev libacl1-dev liblz4-dev libxxhash-dev libzstd-dev libssl-dev pkg-config".split()


def install(root):
    """Debian's packages, where they are lacking, and the newest borg below 2 from PyPI where it builds."""
    install_packages(PACKAGES + BORG_NEEDS)
    venv = os.path.join(root, ".build-bench", "borg")
    if not os.path.exists(f"{venv}/bin/borg"):
        say("building borg from PyPI")
        attempt([sys.executable, "-m", "venv", venv])
        if attempt([f"{venv}/bin/pip", "install", "-q", "borgbackup<2"]):
            say("it doesn't build here; Debian's is measured")


def install_packages(names):
    lacking = [package for package in dict.fromkeys(names) if not is_installed(package)]
    if lacking:
        say(f"installing {' '.join(lacking)}")
        apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *lacking]):
            if attempt(apt + words, environment):
                say(f"that failed: {' '.join(apt + words)}; what is lacking will be named row by row")


def is_installed(package):
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


def attempt(words, environment=None):
    """Runs a command whose output nobody needs; true where it failed."""
    try:
        return subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    except OSError:
        return True


def gather(root, folder, strongroom):
    """One folder with the programs to measure, so that commands read as one types them."""
    bin = os.path.join(folder, "bin")
    shutil.rmtree(bin, ignore_errors=True)
    os.makedirs(bin)
    os.symlink(os.path.abspath(strongroom), f"{bin}/strongroom")
    if BEFORE:
        os.symlink(os.path.abspath(BEFORE), f"{bin}/strongroom-before")
    borg = os.path.join(root, ".build-bench", "borg", "bin", "borg")
    if os.path.exists(borg):
        os.symlink(borg, f"{bin}/borg")
    source = os.path.join(root, "Benchmarks", "harness", "floor.c")
    if attempt(["cc", "-O2", "-o", f"{bin}/floor", source, "-lcrypto", "-lzstd", "-lpthread"]):
        say("the floor can't be compiled; its row will be named as failed")
    os.environ["PATH"] = bin + ":" + os.environ["PATH"]


def surroundings(folder):
    """Keys and caches of all programs lie in the benchmark's folder, none in the user's."""
    os.environ.update(
        STRONGROOM_STATE=f"{folder}/state", STRONGROOM_CACHE=f"{folder}/cache",
        STRONGROOM_IDENTITY=f"{folder}/me.identity",
        RESTIC_PASSWORD="benchmark", RESTIC_CACHE_DIR=f"{folder}/restic-cache",
        BORG_PASSPHRASE="benchmark", BORG_BASE_DIR=f"{folder}/borg-base",
        BORG_RELOCATED_REPO_ACCESS_IS_OK="yes", BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes",
        LC_ALL="C.UTF-8")  # fmt: skip
    for variable in ("STRONGROOM_VAULT", "STRONGROOM_VAULT_ID", "STRONGROOM_PASSPHRASE_FILE"):
        os.environ.pop(variable, None)


def version(words):
    """The first line of what a program says about itself."""
    try:
        return run(Command(words))["printed"].strip().splitlines()[0]
    except (Failed, IndexError):
        return "missing"


def versions():
    return {
        "strongroom": version(["strongroom", "--version"]),
        "restic": version(["restic", "version"]),
        "borg": version(["borg", "--version"]),
        "zstd": version(["zstd", "--version"]),
        "openssl": version(["openssl", "version"]),
        "swift": version(["sh", "-c", "swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*'"]),
        "python": version(["python3", "--version"]),
    }


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
