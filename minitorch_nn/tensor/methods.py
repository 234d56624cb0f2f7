"""The operations as methods and operators of Tensor, by family: `x.exp()` is `ops.exp(x)`, `x.exp_()` the same in place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import ops
from ..autograd.variable import TensorBase
from ..ops import elementwise, getitem, indexing, inplace, sampling
from ..ops.inplace import in_place
from ..ops.slices import unfold as windows

if TYPE_CHECKING:
    from ._tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


def _operand(function: Any) -> Callable[[Any, Any], Tensor]:
    """A binary operator that leaves other people's types to them."""

    @wraps(getattr(function, "__wrapped__", function))
    def operator(self: Any, other: Any) -> Any:
        if isinstance(other, (TensorBase, float, int, np.ndarray, np.generic)):
            return function(self, other)
        return NotImplemented

    return operator


def _reflected(function: Any) -> Callable[[Any, Any], Tensor]:
    """The same for `other + self`."""
    return _operand(lambda self, other: function(other, self))


class Operations(TensorBase):
    """What can be computed with a tensor."""

    __slots__ = ()

    # Operators
    __add__ = _operand(elementwise.plus)
    __radd__ = _operand(elementwise.plus)
    __iadd__ = _operand(inplace.add_)
    __sub__ = _operand(ops.sub)
    __rsub__ = _operand(ops.rsub)
    __isub__ = _operand(inplace.sub_)
    __mul__ = _operand(elementwise.times)
    __rmul__ = _operand(elementwise.times)
    __imul__ = _operand(inplace.mul_)
    __truediv__ = _operand(elementwise.over)
    __rtruediv__ = _reflected(ops.rdiv)
    __itruediv__ = _operand(in_place(ops.div))
    __floordiv__ = _operand(ops.floor_divide)
    __rfloordiv__ = _reflected(ops.floor_divide)
    __mod__ = _operand(ops.remainder)
    __rmod__ = _reflected(ops.remainder)
    __pow__ = _operand(ops.pow)
    __rpow__ = _reflected(ops.pow)
    __ipow__ = _operand(in_place(ops.pow))
    __matmul__ = _operand(ops.matmul)
    __rmatmul__ = _reflected(ops.matmul)
    __neg__ = ops.neg
    __pos__ = positive = lambda self: self  # noqa: E731
    __abs__ = ops.abs
    __eq__ = _operand(ops.eq)  # type: ignore[assignment]
    __ne__ = _operand(ops.ne)  # type: ignore[assignment]
    __lt__ = _operand(ops.lt)
    __le__ = _operand(ops.le)
    __gt__ = _operand(ops.gt)
    __ge__ = _operand(ops.ge)
    __and__ = __rand__ = _operand(ops.bitwise_and)
    __or__ = __ror__ = _operand(ops.bitwise_or)
    __xor__ = __rxor__ = _operand(ops.bitwise_xor)
    __invert__ = ops.bitwise_not
    __getitem__ = getitem.getitem
    __setitem__ = getitem.setitem
    __hash__ = object.__hash__

    # Activations
    relu = ops.relu
    relu_ = in_place(ops.relu)

    # Comparison and logic
    allclose = ops.allclose
    bitwise_and = ops.bitwise_and
    bitwise_not = ops.bitwise_not
    bitwise_or = ops.bitwise_or
    bitwise_xor = ops.bitwise_xor
    eq = ops.eq
    equal = ops.equal
    ge = greater_equal = ops.ge
    gt = greater = ops.gt
    isclose = ops.isclose
    isfinite = ops.isfinite
    isinf = ops.isinf
    isnan = ops.isnan
    le = less_equal = ops.le
    logical_and = ops.logical_and
    logical_not = ops.logical_not
    logical_or = ops.logical_or
    logical_xor = ops.logical_xor
    lt = less = ops.lt
    ne = not_equal = ops.ne
    eq_ = in_place(ops.eq)
    ne_ = not_equal_ = in_place(ops.ne)
    lt_ = less_ = in_place(ops.lt)
    le_ = less_equal_ = in_place(ops.le)
    gt_ = greater_ = in_place(ops.gt)
    ge_ = greater_equal_ = in_place(ops.ge)
    logical_and_ = in_place(ops.logical_and)
    logical_or_ = in_place(ops.logical_or)
    logical_not_ = in_place(ops.logical_not)

    # Elementwise
    abs = absolute = ops.abs
    acos = arccos = ops.acos
    add = ops.add
    addcdiv = ops.addcdiv
    addcmul = ops.addcmul
    asin = arcsin = ops.asin
    atan = arctan = ops.atan
    atan2 = arctan2 = ops.atan2
    ceil = ops.ceil
    clamp = clip = ops.clamp
    clamp_max = ops.clamp_max
    clamp_min = ops.clamp_min
    cos = ops.cos
    cosh = ops.cosh
    div = divide = true_divide = ops.div
    erf = ops.erf
    exp = ops.exp
    exp2 = ops.exp2
    expm1 = ops.expm1
    floor = ops.floor
    floor_divide = ops.floor_divide
    fmod = ops.fmod
    frac = ops.frac
    lerp = ops.lerp
    log = ops.log
    log10 = ops.log10
    log1p = ops.log1p
    log2 = ops.log2
    maximum = ops.maximum
    minimum = ops.minimum
    mul = multiply = ops.mul
    neg = negative = ops.neg
    pow = ops.pow
    reciprocal = ops.reciprocal
    remainder = ops.remainder
    round = ops.round
    rsqrt = ops.rsqrt
    sigmoid = ops.sigmoid
    sign = sgn = ops.sign
    sin = ops.sin
    sinh = ops.sinh
    sqrt = ops.sqrt
    square = ops.square
    sub = subtract = ops.sub
    tan = ops.tan
    tanh = ops.tanh
    trunc = fix = ops.trunc
    abs_ = absolute_ = in_place(ops.abs)
    ceil_ = in_place(ops.ceil)
    clamp_ = clip_ = in_place(ops.clamp)
    clamp_max_ = in_place(ops.clamp_max)
    clamp_min_ = in_place(ops.clamp_min)
    cos_ = in_place(ops.cos)
    div_ = divide_ = true_divide_ = in_place(ops.div)
    erf_ = in_place(ops.erf)
    exp_ = in_place(ops.exp)
    expm1_ = in_place(ops.expm1)
    floor_ = in_place(ops.floor)
    floor_divide_ = in_place(ops.floor_divide)
    fmod_ = in_place(ops.fmod)
    frac_ = in_place(ops.frac)
    lerp_ = in_place(ops.lerp)
    log_ = in_place(ops.log)
    log10_ = in_place(ops.log10)
    log1p_ = in_place(ops.log1p)
    log2_ = in_place(ops.log2)
    neg_ = negative_ = in_place(ops.neg)
    pow_ = in_place(ops.pow)
    reciprocal_ = in_place(ops.reciprocal)
    remainder_ = in_place(ops.remainder)
    round_ = in_place(ops.round)
    rsqrt_ = in_place(ops.rsqrt)
    sigmoid_ = in_place(ops.sigmoid)
    sign_ = sgn_ = in_place(ops.sign)
    sin_ = in_place(ops.sin)
    sqrt_ = in_place(ops.sqrt)
    square_ = in_place(ops.square)
    tan_ = in_place(ops.tan)
    tanh_ = in_place(ops.tanh)
    trunc_ = fix_ = in_place(ops.trunc)
    addcdiv_ = in_place(ops.addcdiv)
    addcmul_ = in_place(ops.addcmul)
    add_ = inplace.add_
    sub_ = inplace.sub_
    mul_ = multiply_ = inplace.mul_
    copy_ = inplace.copy_
    fill_ = inplace.fill_
    zero_ = inplace.zero_

    # Extremes, order, truth
    all = ops.all
    amax = ops.amax
    amin = ops.amin
    any = ops.any
    argmax = ops.argmax
    argmin = ops.argmin
    argsort = ops.argsort
    count_nonzero = ops.count_nonzero
    max = ops.max
    min = ops.min
    sort = ops.sort
    topk = ops.topk

    # Indexing
    gather = ops.gather
    index_add = ops.index_add
    index_put = ops.index_put
    index_select = ops.index_select
    masked_fill = ops.masked_fill
    masked_select = ops.masked_select
    nonzero = ops.nonzero
    scatter = ops.scatter
    scatter_add = ops.scatter_add
    take_along_dim = ops.take_along_dim
    masked_fill_ = in_place(ops.masked_fill)
    scatter_ = in_place(ops.scatter)
    scatter_add_ = in_place(ops.scatter_add)
    index_add_ = in_place(ops.index_add)
    index_put_ = indexing.index_put_

    # Joining and reordering
    flip = ops.flip
    fliplr = ops.fliplr
    flipud = ops.flipud
    repeat = ops.repeat
    repeat_interleave = ops.repeat_interleave
    roll = ops.roll
    tile = ops.tile
    tril = ops.tril
    triu = ops.triu
    unique = ops.unique
    tril_ = in_place(ops.tril)
    triu_ = in_place(ops.triu)

    # Products
    addmm = ops.addmm
    bmm = ops.bmm
    dot = ops.dot
    matmul = ops.matmul
    mm = ops.mm
    mv = ops.mv
    outer = ger = ops.outer
    addmm_ = in_place(ops.addmm)

    # Reductions
    cumsum = ops.cumsum
    log_softmax = ops.log_softmax
    logsumexp = ops.logsumexp
    mean = ops.mean
    norm = ops.norm
    prod = ops.prod
    softmax = ops.softmax
    std = ops.std
    sum = ops.sum
    sum_to_size = ops.sum_to_size
    var = ops.var

    # Random
    bernoulli = ops.bernoulli
    multinomial = ops.multinomial
    uniform_ = sampling.uniform_
    normal_ = sampling.normal_
    random_ = sampling.random_
    bernoulli_ = sampling.bernoulli_
    exponential_ = sampling.exponential_

    # Shape
    broadcast_to = ops.broadcast_to
    clone = ops.clone
    contiguous = ops.contiguous
    diag = ops.diag
    diag_embed = ops.diag_embed
    diagonal = ops.diagonal
    expand = ops.expand
    expand_as = ops.expand_as
    flatten = ops.flatten
    movedim = moveaxis = ops.movedim
    narrow = ops.narrow
    permute = ops.permute
    ravel = ops.ravel
    reshape = ops.reshape
    reshape_as = ops.reshape_as
    select = ops.select
    squeeze = ops.squeeze
    t = ops.t
    transpose = swapaxes = swapdims = ops.transpose
    unflatten = ops.unflatten
    unsqueeze = ops.unsqueeze
    view = ops.view
    view_as = ops.view_as
    unfold = windows
    squeeze_ = inplace.reshaped(ops.squeeze)
    unsqueeze_ = inplace.reshaped(ops.unsqueeze)
    t_ = inplace.reshaped(ops.t)
    transpose_ = inplace.reshaped(ops.transpose)

    # Parts
    chunk = ops.chunk
    split = ops.split
    unbind = ops.unbind
