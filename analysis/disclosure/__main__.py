"""``python -m analysis.disclosure verify LOG``: whether an audit log is whole and unchanged."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .audit import verify


def main(arguments: list[str]) -> int:
    """Print one sentence; 0 when the log is sound, 1 when its chain is broken, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m analysis.disclosure")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("verify", help="follow the chain of an audit log")
    checking.add_argument("log", type=Path)
    asked = parser.parse_args(arguments)
    try:
        found = verify(asked.log)
    except OSError as failure:
        sys.stderr.write(f"The log cannot be read ({failure.strerror}).\n")
        return 2
    sys.stdout.write(found.sentence + "\n")
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
