"""`python -m tests.bench.elements`: how well elements, texts, differences and locators are found, and how fast.

--set tuned|reported, --page NAME: only those. --details: every single mistake. --write FILE: also as markdown.
"""

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from services.analysis.vision import LocalVision
from tests.bench.elements.measure import SETS, browser, measured, pages, say
from tests.bench.elements.report import markdown, text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.elements", description=__doc__)
    parser.add_argument("--set", choices=SETS)
    parser.add_argument("--page")
    parser.add_argument("--details", action="store_true")
    parser.add_argument("--write", type=Path, metavar="FILE")
    options = parser.parse_args()
    began = time.monotonic()
    vision = LocalVision()
    vision.warm_up()
    results = {}
    with browser() as chromium:
        for which in SETS if options.set is None else (options.set,):
            results[which] = []
            for told in pages(which, options.page):
                result = measured(told, chromium, vision, details=options.details)
                alone, merged = result.alone.elements.f1, result.merged.elements.f1
                say(f"{which} {told.name}: F1 {alone:.2f} alone, {merged:.2f} merged")
                results[which].append(result)
                if options.details:
                    print("\n".join(result.details))
    print(text(results))
    if options.write:
        options.write.write_text(markdown(results, datetime.now(UTC).date()))
    say(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
