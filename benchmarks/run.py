"""Time this framework against PyTorch CPU, and print the ratios.

    python benchmarks/run.py [CASE ...] [--rounds 9] [--threads 2] [--backend NAME] [--json FILE] [--markdown FILE]

Needs `pip install torch==2.13.0`. Each framework runs in a process of its own; the parent lets them step in turn, so
that both meet the same noise. The ratio of a round is our time over PyTorch's in that round, PyTorch in the faster of
its memory formats; printed are its median and spread over the rounds, the ratio of the minima, and that of the peak
memory of both processes. `floor` is the least time the case can take on this machine, see floors.py.

Beside the cases there are `import` (a new process that imports the package) and `installed_size` (the files of the
package and of what it needs).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from cases import CASES
from floors import floor_ms

HERE = Path(__file__).resolve().parent
EXTRAS = ("import", "installed_size")


class Worker:
    """A process that does steps of one case on one framework when told to."""

    def __init__(self, framework: str, case: str, threads: int, backend: str) -> None:
        self.framework = framework
        command = [sys.executable, str(HERE / "worker.py"), framework, case, str(threads)]
        environment = os.environ | ({"MINITORCH_NN_BACKEND": backend} if backend else {})
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, line: str) -> dict[str, float]:
        """What the process answers: to a number of steps, the seconds a step and the peak memory so far in MB."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            print(line, file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())  # type: ignore[no-any-return]
        except (BrokenPipeError, json.JSONDecodeError):
            raise SystemExit(f"the {self.framework} process ended; is it installed? (torch==2.13.0)") from None

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def measure(case: str, rounds: int, threads: int, backend: str, rate: dict[str, float]) -> dict[str, Any]:
    """Time one case in turns."""
    _, both_formats = CASES[case]
    names = ["minitorch_nn", "torch", *(["torch-channels-last"] if both_formats else [])]
    workers = [Worker(name, case, threads, backend) for name in names]
    try:
        for worker in workers:
            worker.ask("2")  # warm up: caches, thread pools, the allocator
        once = max(worker.ask("1")["seconds"] for worker in workers)
        count = max(1, round(0.5 / once))  # about half a second a turn
        seconds: dict[str, list[float]] = {name: [] for name in names}
        peak: dict[str, float] = {}
        for _ in range(rounds):
            for worker in workers:
                answer = worker.ask(str(count))
                seconds[worker.framework].append(answer["seconds"])
                peak[worker.framework] = answer["peak_mb"]
        work = workers[0].ask("work")
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
        "floor_ms": floor_ms(work, rate),
        "ratio": median(ratios),
        "ratio_of_minima": min(seconds["minitorch_nn"]) / min(seconds[rival]),
        "spread": [ratios[0], ratios[-1]],
        "peak_mb": peak,
        "memory_ratio": peak["minitorch_nn"] / peak[rival],
    }


# Beside the cases -----------------------------------------------------------------------------------------------------
def measure_import(rounds: int) -> dict[str, Any]:
    """Seconds from the start of a Python that imports the package to its end, less those of one that imports nothing."""

    def run(code: str) -> float:
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=HERE.parent)
        return perf_counter() - start

    names = ("minitorch_nn", "torch")
    for name in names:
        run(f"import {name}")
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        bare = run("pass")
        for name in names:
            seconds[name].append(run(f"import {name}") - bare)
    ratios = sorted(a / b for a, b in zip(seconds["minitorch_nn"], seconds["torch"], strict=True))
    return {
        "case": "import",
        "what": "Importing the package in a new process",
        "against": "torch",
        "ms": {name: 1e3 * median(times) for name, times in seconds.items()},
        "min_ms": {name: 1e3 * min(times) for name, times in seconds.items()},
        "ratio": median(ratios),
        "ratio_of_minima": min(seconds["minitorch_nn"]) / min(seconds["torch"]),
        "spread": [ratios[0], ratios[-1]],
    }


def _installed_bytes(name: str, seen: set[str]) -> int:
    """Bytes of the files of a distribution and of what it needs, extras left out."""
    if name.lower() in seen:
        return 0
    seen.add(name.lower())
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return 0
    total = 0
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        if path.is_file() and path.suffix != ".pyc":
            total += path.stat().st_size
    for requirement in found.requires or ():
        needed = re.match(r"[A-Za-z0-9._-]+", requirement)
        if needed and "extra ==" not in requirement:
            total += _installed_bytes(needed.group(), seen)
    return total


def measure_size(extra: str | None) -> dict[str, Any]:
    """Megabytes on the disk, with what is needed; `extra` names a distribution that is counted to ours."""
    seen: set[str] = set()
    package = HERE.parent / "minitorch_nn"
    ours = sum(f.stat().st_size for f in package.rglob("*") if f.is_file() and f.suffix != ".pyc")
    for name in ("numpy", "pillow", "tqdm", *([extra] if extra else [])):
        ours += _installed_bytes(name, seen)
    theirs = _installed_bytes("torch", set()) + _installed_bytes("numpy", set())
    return {
        "case": "installed_size",
        "what": "The files of the package and of what it needs, in MB" + (f", with {extra}" if extra else ""),
        "against": "torch",
        "ms": {"minitorch_nn": ours / 1e6, "torch": theirs / 1e6},
        "ratio": ours / theirs,
        "spread": [ours / theirs, ours / theirs],
    }


# The report -----------------------------------------------------------------------------------------------------------
def machine(threads: int) -> str:
    """The processor, the cores and the versions."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor() or platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, {threads} threads each, Python {platform.python_version()}"


def _line(r: dict[str, Any]) -> str:
    low, high = r["spread"]
    minima, floor, memory = (r.get(key) for key in ("ratio_of_minima", "floor_ms", "memory_ratio"))
    return (
        f"{r['case']:18}{r['ms']['minitorch_nn']:10.2f}{r['ms'][r['against']]:10.2f}"
        f"{'' if floor is None else f'{floor:.2f}':>9}{r['ratio']:8.2f}{f'{low:.2f}-{high:.2f}':>13}"
        f"{'' if minima is None else f'{minima:.2f}':>9}{'' if memory is None else f'{memory:.2f}':>8}  {r['against']}"
    )


def markdown(results: list[dict[str, Any]]) -> str:
    """The results as a table."""
    lines = [
        "| case | ours, ms | PyTorch, ms | floor, ms | ratio (spread) | of minima | memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in results:
        low, high = r["spread"]
        cells = (f"{r[key]:.2f}" if key in r else "" for key in ("ratio_of_minima", "memory_ratio"))
        floor = f"{r['floor_ms']:.2f}" if "floor_ms" in r else ""
        lines.append(
            f"| {r['what']} | {r['ms']['minitorch_nn']:.2f} | {r['ms'][r['against']]:.2f} | {floor} | "
            f"**{r['ratio']:.2f}** ({low:.2f}-{high:.2f}) | " + " | ".join(cells) + " |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure the cases named, or all, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = (*CASES, *EXTRAS)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(names)}; all by default")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--backend", default="", help="of this framework; by default the one it chooses itself")
    parser.add_argument("--json", type=Path, help="also write the results here")
    parser.add_argument("--markdown", type=Path, help="also write the table here")
    options = parser.parse_args()
    unknown = set(options.cases) - set(names)
    if unknown:
        parser.error(f"unknown case {sorted(unknown)[0]!r}; the cases are {', '.join(names)}")
    rates = subprocess.run([sys.executable, str(HERE / "floors.py")], check=True, capture_output=True, text=True)
    rate = json.loads(rates.stdout)
    about = (
        f"{machine(options.threads)}; {rate['operations'] / 1e9:.0f} GFLOP/s in products, {rate['bytes'] / 1e9:.0f} GB/s "
        "in copies"
    )
    print(about)
    print(
        f"{'case':18}{'ours ms':>10}{'torch ms':>10}{'floor':>9}{'ratio':>8}{'spread':>13}{'minima':>9}{'memory':>8}  "
        "against"
    )
    results = []
    for case in options.cases or names:
        if case == "import":
            r = measure_import(options.rounds)
        elif case == "installed_size":
            r = measure_size("onednn-cpu-gomp" if options.backend == "onednn" else None)
        else:
            r = measure(case, options.rounds, options.threads, options.backend, rate)
        results.append(r)
        print(_line(r), flush=True)
    if options.json:
        report = {"machine": about, "backend": options.backend or "default", "results": results}
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(f"{about}\n\n{markdown(results)}", encoding="utf-8")


if __name__ == "__main__":
    main()
