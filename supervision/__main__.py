"""`python -m supervision [watchdog | follow PROGRAM…]`; without a word it starts everything."""

from __future__ import annotations

import sys

USAGE = "Usage: python -m supervision [watchdog | follow PROGRAM…]"


def main(arguments: list[str]) -> int:
    """Run the command that `arguments` name and return its exit code."""
    # Each command imports only what it needs: watchdog and follow stay small in memory.
    match arguments:
        case []:
            from supervision.launcher import main as launch

            return launch()
        case ["watchdog"]:
            from supervision.watchdog import main as watch

            return watch()
        case ["follow", *programs] if programs:
            from supervision.follow import main as follow

            return follow(programs)
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
