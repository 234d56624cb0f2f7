"""A softmax over very many classes, the rarer ones in clusters: `AdaptiveLogSoftmaxWithLoss`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from ... import ops
from ...dtypes import dtype as DType
from ...tensor import Tensor, zeros, zeros_like
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """(N, in_features), targets (N,) -> (the targets' log-probabilities (N,), their mean times -1).

    Classes are sorted by how frequent they are: those below cutoffs[0] stand in the head beside one entry per cluster;
    cluster i, of those from cutoffs[i] on, sees in_features / div_value^(i + 1) features. Without a batch: (in_features,)
    and (). log_prob gives all n_classes log-probabilities, predict the most likely class.

    Source: Grave et al. 2017, Efficient softmax approximation for GPUs.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        cuts = list(cutoffs)
        if not cuts:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if cuts != sorted(set(cuts)) or min(cuts) <= 0 or max(cuts) > n_classes - 1 or any(int(c) != c for c in cuts):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cuts, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cuts[0]
        self.n_clusters = len(cuts)
        self.head_size = self.shortlist_size + self.n_clusters
        kind: dict[str, Any] = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **kind)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            inner = int(in_features // (div_value ** (i + 1)))
            size = self.cutoffs[i + 1] - self.cutoffs[i]
            layers = Linear(in_features, inner, bias=False, **kind), Linear(inner, size, bias=False, **kind)
            self.tail.append(Sequential(*layers))

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster.children():
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        if target_.ndim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        batched = target_.ndim == 1
        if batched and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input_.ndim != target_.ndim + 1:
            raise RuntimeError(
                f"{target_.ndim}D target tensor expects {target_.ndim + 1}D input tensors, but found inputs with size "
                f"{input_.size()}"
            )
        x, target = (input_, target_) if batched else (input_.unsqueeze(0), target_.unsqueeze(0))
        if ((target < 0) | (target >= self.n_classes)).any():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        output = zeros(len(target), dtype=x.dtype)
        in_head = ops.where(target < self.shortlist_size, target, zeros_like(target))
        for i, (start, stop) in enumerate(itertools.pairwise(self.cutoffs)):
            rows = ((target >= start) & (target < stop)).nonzero().squeeze(1)
            if not len(rows):
                continue
            scores = F.log_softmax(self.tail[i](x.index_select(0, rows)), dim=1)
            own = (target.index_select(0, rows) - start).unsqueeze(1)
            output = output.index_add(0, rows, scores.gather(1, own).squeeze(1))
            in_head[rows] = self.shortlist_size + i
        head = F.log_softmax(self.head(x), dim=1)
        output = output + head.gather(1, in_head.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if batched else output.squeeze(0), loss)

    def _all_log_prob(self, x: Tensor, scores: Tensor) -> Tensor:
        head = F.log_softmax(scores, dim=1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            parts.append(F.log_softmax(cluster(x), dim=1) + head[:, self.shortlist_size + i].unsqueeze(1))
        return ops.cat(parts, 1)

    def log_prob(self, input: Tensor) -> Tensor:
        """(N, in_features) -> (N, n_classes): the log-probabilities of all classes."""
        return self._all_log_prob(input, self.head(input))

    def predict(self, input: Tensor) -> Tensor:
        """(N, in_features) -> (N,): the most likely class; the clusters are looked at only where the head says so."""
        scores = self.head(input)
        output: Tensor = ops.argmax(scores, 1)
        rare = output >= self.shortlist_size
        if rare.any():
            output[rare] = ops.argmax(self._all_log_prob(input[rare], scores[rare]), 1)
        return output
