#!/usr/bin/env python3
"""Several writers, each with a memory and a cache of its own, seal small batches into one vault, one after another.

    writers.py VAULT WRITERS BATCHES [--prepare]

With --prepare it makes the batches and lets each writer seal one, so that the vault and its server are known to all.
"""

import os
import random
import re
import subprocess
import sys
import threading

RECORDS, BYTES = 10, 4000


def main():
    vault, writers, batches = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    isToPrepare = "--prepare" in sys.argv
    if isToPrepare:
        subprocess.run(["rm", "-rf", "writers"], check=True)
    failures = []
    works = [threading.Thread(target=work, args=(vault, i, batches, isToPrepare, failures)) for i in range(writers)]
    for thread in works:
        thread.start()
    for thread in works:
        thread.join()
    if failures:
        sys.exit(f"{len(failures)} failed; the first: {failures[0]}")


def work(vault, writer, batches, isToPrepare, failures):
    environment = os.environ | {
        "STRONGROOM_STATE": os.path.abspath(f"writers/{writer}/state"),
        "STRONGROOM_CACHE": os.path.abspath(f"writers/{writer}/cache"),
        "STRONGROOM_VAULT_ID": vault_id(vault),
    }
    if isToPrepare:
        for batch in range(batches + 1):
            make(f"writers/{writer}/batch-{batch}", f"{writer}-{batch}")
    for batch in [batches] if isToPrepare else range(batches):
        words = ["strongroom", "seal", f"writers/{writer}/batch-{batch}", "--vault", vault, "--quiet"]
        done = subprocess.run(words, env=environment, capture_output=True, text=True)
        if done.returncode:
            failures.append(done.stderr.strip()[-300:])


def vault_id(vault):
    """As its card says."""
    with open(f"cards/{vault.replace('/', '_')}") as file:
        digits = re.search(r"\b((?:[0-9a-f]{4} ?){8})\b", file.read())
    return digits[1].replace(" ", "")


def make(folder, seed):
    """Records of two customers, who come back in later batches of the same writer."""
    chance = random.Random(seed)
    for number in range(RECORDS):
        place = f"{folder}/transactions/C{seed.split('-')[0]}{number % 2}"
        os.makedirs(place, exist_ok=True)
        with open(f"{place}/order-{seed}-{number}.json", "w") as file:
            while file.tell() < BYTES:
                file.write(f'{{"order": {chance.randrange(10**9)}, "amount": {chance.randrange(10**6) / 100}}}\n')


if __name__ == "__main__":
    main()
