"""Good calls, from which `errors` makes bad ones: the operations, the layers with an input, the losses, the factories."""

from __future__ import annotations

from typing import Any


class T:
    """A tensor: `f` float32, `d` float64, `i` int64, `b` bool; its numbers are below 3 * scale."""

    def __init__(self, kind: str, *shape: int, scale: int = 1) -> None:
        self.kind, self.shape, self.scale = kind, shape, scale


GOOD: list[tuple[str, tuple[Any, ...], dict[str, Any], dict[str, Any]]] = []
X, Y, SQ, V, C = T("f", 2, 3), T("f", 2, 3), T("f", 3, 3), T("f", 3), T("f", 2, 3, 4)
B, IX = T("b", 2, 3), T("i", 3)
IMG, SIG = T("f", 2, 4, 6, 6), T("f", 2, 4, 8)


def both(names: str, *args: Any, **kwargs: Any) -> None:
    """Functions of the namespace that are methods too"""
    for name in names.split():
        GOOD.append((name, args, kwargs, {"method": True}))


def torch(names: str, *args: Any, **kwargs: Any) -> None:
    for name in names.split():
        GOOD.append((name, args, kwargs, {}))


def method(names: str, *args: Any, **kwargs: Any) -> None:
    for name in names.split():
        GOOD.append((f"Tensor.{name}", args, kwargs, {}))


def F(names: str, *args: Any, **kwargs: Any) -> None:
    for name in names.split():
        GOOD.append((f"nn.functional.{name}", args, kwargs, {}))


def layer(name: str, *args: Any, on: Any, **kwargs: Any) -> None:
    GOOD.append((f"nn.{name}", args, kwargs, {"forward": on if isinstance(on, tuple) else (on,)}))


# Element by element
torch("neg abs exp log log2 log10 log1p expm1 sqrt rsqrt reciprocal square sin cos tan tanh sigmoid sign floor ceil round "
      "trunc erf isnan isinf isfinite logical_not relu nonzero t clone zeros_like ones_like", X)  # fmt: skip
both("add sub mul div true_divide floor_divide remainder fmod pow atan2 eq ne lt le gt ge maximum minimum logical_and "
     "logical_or isclose allclose equal max min", X, Y)  # fmt: skip
both("add mul pow eq lt clamp_min clamp_max fmod remainder", X, 2)
torch("add sub", X, Y, alpha=2)
torch("div", X, Y, rounding_mode="floor")
both("clamp", X, 0.0, 1.0)
torch("where", B, X, Y)
both("masked_fill", X, B, 1.0)
both("lerp", X, Y, 0.5)
both("addcmul addcdiv", X, Y, Y)
torch("addcmul", X, Y, Y, value=2)
# Products
both("matmul mm", X, SQ)
both("bmm", C, T("f", 2, 4, 3))
both("mv", X, V)
both("dot outer", V, V)
both("addmm", T("f", 2, 3), X, SQ)
torch("addmm", T("f", 2, 3), X, SQ, beta=1, alpha=2)
torch("einsum", "ij,jk->ik", X, SQ)
# Shape
both("transpose", X, 0, 1)
both("permute", C, (2, 0, 1))
both("reshape", X, (3, 2))
method("view repeat expand", X, 2, 3)
method("view expand", X, (2, 3))
method("view_as expand_as", X, Y)
method("t contiguous float double long bool item", X)
method("to", X, "torch.float64")
method("fill_", X, 2.0)
method("new_zeros new_ones", X, (2, 3))
method("new_full", X, (2, 3), 1.0)
both("flatten", C, 0, 1)
both("squeeze unsqueeze", C, 1)
both("squeeze", T("f", 1, 3, 1), (0, 2))
both("broadcast_to tile", X, (2, 3))
torch("cat stack", [X, Y], 0)
torch("cat stack", (X, Y), dim=1)
torch("meshgrid", V, V, indexing="ij")
both("split chunk", C, 2, 1)
both("split", C, [1, 2], 1)
both("unbind", C, 0)
both("flip", C, (0, 1))
both("roll", C, 1, 0)
both("repeat_interleave", C, 2, 1)
both("select", C, 1, 0)
both("narrow", C, 1, 0, 2)
both("tril triu diag", SQ, 0)
both("diagonal", C, 0, 1, 2)
method("unfold", C, 2, 2, 1)
# Indexing
both("gather", X, 1, T("i", 2, 3))
both("scatter", X, 1, T("i", 2, 3), Y)
both("scatter_add", X, 1, T("i", 2, 3), Y)
both("index_select", X, 1, IX)
both("index_add", X, 1, IX, Y)
both("masked_select", X, B)
both("take_along_dim", X, T("i", 2, 3), 1)
torch("index_put", X, (T("i", 2),), T("f", 2, 3))
method("__getitem__", X, 0)
method("__getitem__", X, (0, 1))
method("__getitem__", X, T("i", 2))
method("__setitem__", X, 0, 1.0)
method("__setitem__", X, B, 1.0)
method("__add__ __sub__ __mul__ __truediv__ __pow__ __matmul__ __eq__ __lt__ __and__", X, SQ)
# Reductions
both("sum mean prod std var amax amin argmax argmin all any cumsum logsumexp softmax log_softmax sort argsort max min "
     "median unbind count_nonzero", C, 1)  # fmt: skip
both("sum mean amax amin std var all any argmax logsumexp", C, dim=1, keepdim=True)
both("sum amax logsumexp", C, (0, 1))
both("topk", C, 2, 1)
both("norm", X, 2, 1)
torch("unique", X)
both("std var", X, 0, True)
both("median kthvalue", X, 1, 1)
# Making
torch("zeros ones empty rand randn", 2, 3)
torch("zeros ones empty rand randn", (2, 3))
torch("zeros rand", (2, 3), dtype="torch.float32", requires_grad=False, device="cpu")
torch("full", (2, 3), 1.0)
torch("full_like", X, 1.0)
torch("arange", 5)
torch("arange", 0, 6, 2)
torch("linspace logspace", 0, 1, 5)
torch("eye", 3, 4)
torch("randint", 0, 5, (2, 3))
torch("randperm", 5)
torch("normal", 0.0, 1.0, (2, 3))
torch("normal", X, Y)
torch("bernoulli", T("f", 2, scale=0))
torch("multinomial", V, 2)
torch("rand_like randn_like", X)
torch("randint_like", X, 0, 5)
torch("tensor as_tensor", [[1.0, 2.0], [3.0, 4.0]])
torch("tensor", [1, 2], dtype="torch.float32", requires_grad=True)
torch("manual_seed", 1)
# Functional
F(
    "relu elu selu gelu silu softplus softsign hardtanh relu6 logsigmoid hardswish hardsigmoid mish leaky_relu sigmoid tanh",
    X,
)
F("leaky_relu elu softplus hardtanh", X, 0.5)
F("softmin softmax log_softmax", X, 1)
F("prelu", X, V)
F("dropout", X, 0.5, True)
F("linear", X, SQ, V)
F("conv1d", SIG, T("f", 6, 4, 3), T("f", 6), 1, 1, 1, 1)
F("conv2d", IMG, T("f", 6, 4, 3, 3), T("f", 6), 1, 1, 1, 1)
F("conv2d", IMG, T("f", 6, 4, 3, 3), stride=2, padding="valid", groups=1)
F("conv_transpose2d", IMG, T("f", 4, 3, 3, 3), T("f", 3), 2, 1, 0, 1, 1)
F("max_pool1d avg_pool1d", SIG, 2, 2, 0)
F("max_pool2d avg_pool2d", IMG, 2, 2, 0)
F("adaptive_avg_pool1d", SIG, 3)
F("adaptive_avg_pool2d adaptive_max_pool2d", IMG, (3, 2))
F("batch_norm", IMG, T("f", 4), T("f", 4), T("f", 4), T("f", 4), True, 0.1, 1e-5)
F("layer_norm", X, (3,), V, V)
F("group_norm", IMG, 2, T("f", 4), T("f", 4))
F("instance_norm", IMG)
F("local_response_norm", IMG, 3)
F("normalize", X, 2.0, 1)
F("embedding", T("i", 2, 3), T("f", 5, 4), 1)
F("one_hot", IX, 5)
F("pad", IMG, (1, 1, 1, 1), "reflect")
F("pad", X, (1, 2), "constant", 0.0)
F("unfold", IMG, 2, 1, 0, 1)
F("interpolate", IMG, scale_factor=2, mode="bilinear", align_corners=False)
F("interpolate", IMG, (4, 4))
F("cosine_similarity", X, Y, 1)
F("scaled_dot_product_attention", C, C, C)
F("mse_loss l1_loss smooth_l1_loss huber_loss kl_div", X, Y)
F("mse_loss l1_loss", X, Y, reduction="sum")
F("binary_cross_entropy binary_cross_entropy_with_logits", T("f", 2, scale=0), T("f", 2, scale=0))
F("nll_loss cross_entropy", X, T("i", 2))
F("cross_entropy", X, T("i", 2), weight=V, ignore_index=-100, reduction="mean", label_smoothing=0.1)
F("nll_loss", X, T("i", 2), reduction="none")
# Layers
layer("Linear", 3, 4, on=X)
layer("Linear", 3, 4, bias=False, on=X)
layer("Bilinear", 3, 3, 2, on=(X, Y))
layer("Conv1d", 4, 6, 3, on=SIG)
layer("Conv2d", 4, 6, 3, 1, 1, on=IMG)
layer("Conv2d", 4, 8, 3, groups=2, dilation=1, padding_mode="zeros", on=IMG)
layer("ConvTranspose2d", 4, 6, 3, 2, 1, 1, on=IMG)
layer("MaxPool2d", 2, 2, on=IMG)
layer("AvgPool2d", 2, 2, on=IMG)
layer("MaxPool1d", 2, on=SIG)
layer("AdaptiveAvgPool2d", 1, on=IMG)
layer("BatchNorm1d", 3, on=X)
layer("BatchNorm2d", 4, eps=1e-5, momentum=0.1, affine=True, on=IMG)
layer("LayerNorm", 3, on=X)
layer("GroupNorm", 2, 4, on=IMG)
layer("InstanceNorm2d", 4, on=IMG)
layer("Embedding", 5, 4, on=T("i", 2, 3))
layer("Embedding", 5, 4, padding_idx=1, on=T("i", 2, 3))
layer("Dropout", 0.5, on=X)
layer("Dropout2d", 0.5, on=IMG)
layer("Flatten", 1, -1, on=IMG)
layer("Unflatten", 1, (2, 2), on=IMG)
layer("Softmax", 1, on=X)
layer("LogSoftmax", 1, on=X)
layer("LeakyReLU", 0.1, on=X)
layer("ELU", 1.0, on=X)
layer("PReLU", 1, on=X)
for act in ("ReLU", "Sigmoid", "Tanh", "GELU", "SiLU", "Identity", "Softplus", "Hardtanh", "ReLU6"):
    layer(act, on=X)
layer("Upsample", scale_factor=2, mode="nearest", on=IMG)
layer("ZeroPad2d", 1, on=IMG)
layer("PixelShuffle", 2, on=IMG)
layer("RNN", 3, 4, on=T("f", 2, 5, 3))
layer("LSTM", 3, 4, num_layers=2, batch_first=True, dropout=0.0, on=T("f", 2, 5, 3))
layer("GRU", 3, 4, bidirectional=True, on=T("f", 2, 5, 3))
layer("MultiheadAttention", 4, 2, on=(C, C, C))
layer("TransformerEncoderLayer", 4, 2, 8, on=C)
layer("Sequential", on=X)
for loss in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss"):
    layer(loss, reduction="mean", on=(X, Y))
for loss in ("NLLLoss", "CrossEntropyLoss"):
    layer(loss, on=(X, T("i", 2)))
    layer(loss, weight=V, reduction="sum", on=(X, T("i", 2)))
for loss in ("BCELoss", "BCEWithLogitsLoss"):
    layer(loss, reduction="mean", on=(T("f", 2, scale=0), T("f", 2, scale=0)))
# Optimizers and data
OPT = {"SGD": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0, "nesterov": True}, "Adam": {"lr": 0.1, "betas": (0.9, 0.99)},
       "AdamW": {"lr": 0.1, "eps": 1e-8, "weight_decay": 0.1}, "RMSprop": {"lr": 0.1, "alpha": 0.9, "momentum": 0.0},
       "Adagrad": {"lr": 0.1}}  # fmt: skip
for name, settings in OPT.items():
    GOOD.append((f"optim.{name}", ([X],), settings, {}))
torch("utils.data.TensorDataset", X, Y)
torch("utils.data.DataLoader", [1, 2, 3], batch_size=2, shuffle=False, num_workers=0, drop_last=False)
torch("utils.data.Subset", [1, 2, 3], [0, 1])
torch("utils.data.random_split", [1, 2, 3], [1, 2])

# Linear algebra and special functions
LINALG = ("det inv slogdet matrix_exp svd qr eigh eigvalsh svdvals cholesky pinv matrix_rank cond norm vector_norm "
          "matrix_norm diagonal")  # fmt: skip
SPECIAL = "gammaln expit erf exp2 i0 ndtr entr digamma logit sinc psi log1p expm1 erfinv"
torch(" ".join(f"linalg.{name}" for name in LINALG.split()), SQ)
torch("linalg.solve", SQ, V)
torch("linalg.lstsq linalg.cross linalg.vecdot", SQ, SQ)
torch("linalg.matrix_power", SQ, 2)
torch("linalg.multi_dot", [SQ, SQ])
torch("linalg.norm", SQ, 2, (0, 1), True)
torch("linalg.solve_triangular", SQ, SQ, upper=True)
torch("linalg.vander", V)
torch(" ".join(f"special.{name}" for name in SPECIAL.split()), X)
torch("special.xlogy special.zeta special.gammainc", X, Y)
torch("special.softmax special.logsumexp", X, 1)
torch("special.polygamma", 1, X)
torch("special.multigammaln", T("f", 3, scale=9), 2)
torch("special.round", X, decimals=1)
