#!/usr/bin/env python3
"""Runs the second reader and those who forge for it as often as it is asked, and starts Python once.

    serve.py

Each line that it is given is a JSON array of a script's path and the script's arguments. Each runs in a process of its own, forked
from this one, and is answered by a line: a JSON array of its status, what it printed and what it printed as errors.
"""

import json
import os
import runpy
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Docs/reader"))

# What takes time to load, and all of them need.
import make_place  # noqa: F401
import strongroom_reader


def run(script, arguments):
    """What the script ends with, as `python3 script arguments` would."""
    sys.argv = [script, *arguments]
    try:
        if Path(script).name == "strongroom_reader.py":
            sys.exit(strongroom_reader.main(arguments))
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def answer(script, *arguments):
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            status = run(script, arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
        return [status, *said]


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
