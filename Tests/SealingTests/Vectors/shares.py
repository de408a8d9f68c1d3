"""Shares by the package shamir-mnemonic, the reference implementation of SLIP-39: reads a line of JSON, writes one.

    shares.py combine    {"shares": [...], "passphrase": "..."} -> {"secret": HEX}
    shares.py split      {"secret": HEX, "passphrase": "...", "group_threshold": N, "groups": [[N, N]...],
                          "extendable": 0 or 1, "exponent": N} -> {"shares": [...]}
"""

import json
import sys

from shamir_mnemonic import combine_mnemonics, generate_mnemonics

given = json.load(sys.stdin)
passphrase = given["passphrase"].encode()
if sys.argv[1] == "combine":
    answer = {"secret": combine_mnemonics(given["shares"], passphrase).hex()}
else:
    groups = generate_mnemonics(
        given["group_threshold"], [tuple(group) for group in given["groups"]], bytes.fromhex(given["secret"]), passphrase,
        bool(given["extendable"]), given["exponent"])
    answer = {"shares": [share for group in groups for share in group]}
print(json.dumps(answer))
