"""What stands around a training loop: each helper does one thing and can be tested alone. The loop is in `train.py`.

    data.py        the images of a config, cut to its classes, augmented and normalised
    build.py       starting weights, a fresh head, optimizer, learning-rate curve
    freezing.py    frozen tensors: chosen by patterns, proven unchanged by their hashes
    progress.py    where the run stands: loss, accuracy, images/s, the bar, Ctrl-C
    checkpoint.py  all that a run is made of, as one dict, and back
    arguments.py   the command line
    folder.py      runs/<name>/: config, metrics, weights, checkpoint

Layer: between 5 and 6. It ties nn, optim, data, io and config together, so it imports them; none of them imports it,
and it knows no model: `train.py` hands one in.
"""

from .arguments import Arguments, fail
from .build import learning_rate, load_weights, optimizer, replace_head, schedule
from .checkpoint import capture, position_of, restore
from .data import Images, read
from .errors import Diverged, FrozenChanged, Interrupted, SetupError
from .folder import RunFolder
from .freezing import freeze, hashes, prove_unchanged
from .progress import Position, Progress, Tally, stop_between_steps

__all__ = [
    "Arguments",
    "Diverged",
    "FrozenChanged",
    "Images",
    "Interrupted",
    "Position",
    "Progress",
    "RunFolder",
    "SetupError",
    "Tally",
    "capture",
    "fail",
    "freeze",
    "hashes",
    "learning_rate",
    "load_weights",
    "optimizer",
    "position_of",
    "prove_unchanged",
    "read",
    "replace_head",
    "restore",
    "schedule",
    "stop_between_steps",
]
