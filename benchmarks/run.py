"""Time this framework against PyTorch CPU, and print the ratios.

    python benchmarks/run.py [CASE ...] [--rounds 9] [--threads 2] [--json results.json]

Needs `pip install torch==2.13.0`. Each framework runs in a process of its own; the parent lets them step in turn, so
that both meet the same noise. The ratio of a round is our time over PyTorch's in that round, PyTorch in the faster of
its memory formats; printed are its median, minimum and spread over the rounds, and the peak memory of both processes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from cases import CASES

HERE = Path(__file__).resolve().parent


class Worker:
    """A process that does steps of one case on one framework when told to."""

    def __init__(self, framework: str, case: str, threads: int) -> None:
        self.framework = framework
        command = [sys.executable, str(HERE / "worker.py"), framework, case, str(threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def steps(self, count: int) -> dict[str, float]:
        """Seconds per step over `count` steps, and the peak memory so far in MB."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            print(count, file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())  # type: ignore[no-any-return]
        except (BrokenPipeError, json.JSONDecodeError):
            raise SystemExit(f"the {self.framework} process ended; is it installed? (torch==2.13.0)") from None

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def measure(case: str, rounds: int, threads: int) -> dict[str, Any]:
    """Time one case in turns."""
    _, both_formats = CASES[case]
    names = ["minitorch_nn", "torch", *(["torch-channels-last"] if both_formats else [])]
    workers = [Worker(name, case, threads) for name in names]
    try:
        for worker in workers:
            worker.steps(2)  # warm up: caches, thread pools, the allocator
        once = max(worker.steps(1)["seconds"] for worker in workers)
        count = max(1, round(0.5 / once))  # about half a second a turn
        seconds: dict[str, list[float]] = {name: [] for name in names}
        peak: dict[str, float] = {}
        for _ in range(rounds):
            for worker in workers:
                answer = worker.steps(count)
                seconds[worker.framework].append(answer["seconds"])
                peak[worker.framework] = answer["peak_mb"]
    finally:
        for worker in workers:
            worker.close()
    rival = min(names[1:], key=lambda name: median(seconds[name]))
    ratios = sorted(a / b for a, b in zip(seconds["minitorch_nn"], seconds[rival], strict=True))
    return {
        "case": case,
        "what": (CASES[case][0].__doc__ or "").strip(),
        "against": rival,
        "ms": {name: 1e3 * median(times) for name, times in seconds.items()},
        "min_ms": {name: 1e3 * min(times) for name, times in seconds.items()},
        "ratio": median(ratios),
        "ratio_of_minima": min(seconds["minitorch_nn"]) / min(seconds[rival]),
        "spread": [ratios[0], ratios[-1]],
        "peak_mb": peak,
        "memory_ratio": peak["minitorch_nn"] / peak[rival],
    }


def machine(threads: int) -> str:
    """The processor, the cores and the versions."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor() or platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, {threads} threads each, Python {platform.python_version()}"


def main() -> None:
    """Measure the cases named, or all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all by default")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", type=Path, help="also write the results here")
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"unknown case {sorted(unknown)[0]!r}; the cases are {', '.join(CASES)}")
    print(machine(options.threads))
    print(
        f"{'case':16}{'ours ms':>10}{'torch ms':>10}{'ratio':>8}{'spread':>14}{'of minima':>11}{'memory':>8}  against"
    )
    results = []
    for case in options.cases or CASES:
        r = measure(case, options.rounds, options.threads)
        results.append(r)
        low, high = r["spread"]
        print(
            f"{case:16}{r['ms']['minitorch_nn']:10.2f}{r['ms'][r['against']]:10.2f}{r['ratio']:8.2f}"
            f"{f'{low:.2f}-{high:.2f}':>14}{r['ratio_of_minima']:11.2f}{r['memory_ratio']:8.2f}  {r['against']}",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(options.threads), "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
