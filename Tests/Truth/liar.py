#!/usr/bin/env python3
"""A checker that finds everything up, to see that the fleet of truth notices: `--muster Tests/Truth/liar.py`."""

import json
import sys


def main(path):
    with open(path) as file:
        groups = json.load(file)["groups"].values()
    for group in groups:
        for host in group["hosts"]:
            print(json.dumps({"type": "target", "host": host["name"], "verdict": "up"}))
    print(json.dumps({"type": "summary", "exit_status": 0}))


if __name__ == "__main__":
    main(sys.argv[2])
