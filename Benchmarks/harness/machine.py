"""The machine and the versions, without names or paths that only this machine has."""

import os
import subprocess
from datetime import datetime, timezone

import tools


def describe(rounds, growth_rounds, root):
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "commit": said(["git", "-C", root, "describe", "--always", "--dirty"]),
        "rounds": rounds,
        "growth_rounds": growth_rounds,
        "load": os.getloadavg()[0],
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": os.uname().release,
        "system": system(),
        "disk": disk("."),
        "versions": tools.versions(),
    }


def said(words):
    return subprocess.run(words, capture_output=True, text=True).stdout.strip() or "unknown"


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else 'unknown'} ({os.uname().machine})"


def system():
    with open("/etc/os-release") as file:
        names = [line.split("=", 1)[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME=")]
    return names[0] if names else "unknown"


def disk(folder):
    """File system and size, and whether it turns, which a virtual disk doesn't tell."""
    kind = said(["findmnt", "-n", "-o", "FSTYPE", "-T", folder])
    device = said(["findmnt", "-n", "-o", "SOURCE", "-T", folder])
    size = os.statvfs(folder).f_blocks * os.statvfs(folder).f_frsize / 2**30
    if "/vd" in device or "/xvd" in device:
        return f"{kind} on a virtual disk of {size:.0f} GiB"
    turning = said(["lsblk", "-n", "-d", "-o", "ROTA", device])
    return f"{kind} of {size:.0f} GiB" + {"0": ", not rotating", "1": ", rotating"}.get(turning, "")
