"""Draw the README's picture from a real run: its learning curves, and what the network says of test images.

python train.py --config configs/digits.toml
python docs/draw_run.py runs/digits docs/images/digits.png     # needs matplotlib
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import minitorch_nn as torch
import models
from minitorch_nn.config import load
from minitorch_nn.data.datasets import Digits

INK, FIRST, SECOND, WRONG = "#333333", "#2b6cb0", "#dd6b20", "#c53030"


def main(run: Path, picture: Path) -> None:
    """Two panels: curves from metrics.jsonl; the 18 least certain test images with the network's answers."""
    from matplotlib import pyplot as plt  # not needed by the package, so not at the top

    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    config = load(run / "config.toml")
    model = models.create(config.model.name, num_classes=config.model.num_classes, in_channels=config.model.in_channels)
    model.load_state_dict(torch.load(run / "last.pth"))
    model.eval()
    test = Digits(train=False)
    images = torch.stack([test[i][0] for i in range(len(test))])
    labels = torch.tensor([test[i][1] for i in range(len(test))])
    mean, std = (torch.tensor(v).reshape(1, -1, 1, 1) for v in (config.data.mean, config.data.std))
    with torch.no_grad():
        sure, said = torch.softmax(model((images - mean) / std), dim=1).max(1)
    order = sure.argsort()[:18].tolist()
    accuracy = (said == labels).float().mean().item()

    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK})
    plt.switch_backend("Agg")
    figure = plt.figure(figsize=(9.6, 3.4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.25])
    axes = left.subplots()
    epochs = [line["epoch"] for line in lines]
    axes.plot(epochs, [100 * line["train_accuracy"] for line in lines], color=FIRST, label="training images")
    axes.plot(epochs, [100 * line["test_accuracy"] for line in lines], color=SECOND, label="test images")
    axes.set(xlabel="epoch", ylabel="accuracy in %", ylim=(20, 101), title=f"{config.model.name}, {len(epochs)} epochs")
    axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    for box, i in zip(right.subplots(3, 6).flat, order, strict=True):
        box.imshow(images[i, 0].numpy(), cmap="gray_r")
        right_answer = said[i].item() == labels[i].item()
        note = f"{said[i].item()}  {100 * sure[i].item():.0f} %"
        box.set_title(
            note if right_answer else f"{note} (a {labels[i].item()})", fontsize=8, color=INK if right_answer else WRONG
        )
        box.set_axis_off()
    right.suptitle(
        f"The test images it is least sure of ({100 * accuracy:.1f} % right of all {len(test)})", fontsize=10
    )
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
