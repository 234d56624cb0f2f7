"""Records what torch.utils.data does into tests/recorded/data.json: `python tests/record/record_data.py`.

Needs PyTorch 2.13.0. The random numbers of torchvision's transforms are recorded by its formulas, see data_cases.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

import data_cases as cases  # noqa: E402


def transforms() -> dict[str, Any]:
    torch.manual_seed(11)
    flips = [bool(torch.rand(1) < p) for p in (0.5, 0.1, 0.9) for _ in range(20)]
    crops = [cases.crop_corner(torch, 40, 36, (32, 32)) for _ in range(10)]
    crops += [cases.crop_corner(torch, 32, 36, (32, 32)) for _ in range(5)]
    mixed = [[*cases.crop_corner(torch, 12, 12, (8, 8)), bool(torch.rand(1) < 0.5)] for _ in range(20)]
    boxes = {name: [cases.resized_crop_box(torch, *case) for _ in range(6)] for name, case in cases.BOXES.items()}
    return {"flips": flips, "crops": crops, "crop and flip": mixed, "boxes": boxes, "tail": cases.tail(torch)}


def resized() -> dict[str, Any]:
    image = torch.arange(2 * 7 * 9).reshape(1, 2, 7, 9).float().sin()
    result = {}
    for mode in ("bilinear", "bicubic"):
        for size in ((3, 4), (14, 18), (7, 5)):
            new = torch.nn.functional.interpolate(image, size, mode=mode, align_corners=False, antialias=True)
            result[f"{mode} {size[0]}x{size[1]}"] = new[0].flatten().tolist()
    return result


def main() -> None:
    recorded = {
        "torch": torch.__version__,
        "orders": {name: case(torch) for name, case in cases.ORDERS.items()},
        "loaders": {name: case(torch) for name, case in cases.LOADERS.items()},
        "default_collate": {name: cases.collated(torch, name, "default_collate") for name in cases.SAMPLES},
        "default_convert": {name: cases.collated(torch, name, "default_convert") for name in cases.CONVERTED},
        "misuse": {name: cases.misuse(torch, name) for name in cases.MISUSE},
        "transforms": transforms(),
        "resize": resized(),
    }
    path = TESTS / "recorded" / "data.json"
    path.write_text(json.dumps(recorded, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
