"""`python -m tests.bench.keyframes`: how good and how fast the key frames are, beside what others reach.

--quick: three clips, one round, no clips of three minutes. --write FILE: also as markdown.
"""

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.keyframes.measure import everything, say
from tests.bench.keyframes.report import markdown, text
from tests.bench.keyframes.sets import clips


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.keyframes", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path, metavar="FILE")
    options = parser.parse_args()
    began = time.monotonic()
    results = everything(clips(quick=options.quick), quick=options.quick)
    print(text(results))
    if options.write:
        options.write.write_text(markdown(results, datetime.now(UTC).date()))
    say(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
