"""The operations as methods and operators of Tensor, by family: `x.exp()` is `ops.exp(x)`, `x.exp_()` the same in place."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from .. import ops
from .._bfloat16 import FLOATING
from ..autograd import dispatch
from ..autograd.dispatch import OPERANDS
from ..autograd.variable import TensorBase
from ..dtypes import from_numpy, result_numpy
from ..ops import arithmetic, choose, filling, getitem, indexing, inplace, sampling, strided
from ..ops.arguments import unchecked
from ..ops.gather import scatter_, scatter_add_
from ..ops.inplace import in_place
from ..ops.scattering import index_copy_, index_fill_, masked_scatter_, put_
from ..ops.slices import unfold as windows
from .elementary import Elementary
from .matrices import Matrices
from .memory_format import clone, contiguous, is_contiguous

if TYPE_CHECKING:
    from ._tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


def _operand(function: Any, types: tuple[type, ...] = OPERANDS) -> Callable[[Any, Any], Tensor]:
    """A binary operator that leaves other people's types to them."""
    function = unchecked(function)
    op = getattr(function, "op", None)
    if op is not None and op.kind is not None and types is OPERANDS:
        return dispatch.function(op, operator=True)

    @wraps(getattr(function, "__wrapped__", function))
    def operator(self: Any, other: Any) -> Any:
        return function(self, other) if isinstance(other, types) else NotImplemented

    return operator


def _reflected(function: Any) -> Callable[[Any, Any], Tensor]:
    """The same for `other + self`."""
    return _operand(lambda self, other: function(other, self))


def _shift(name: str, function: Any) -> Callable[[Any, Any], Tensor]:
    """A shift of a number by a tensor, which the operation's own check of its first input does not see."""

    def shift(number: Any, by: Any) -> Any:
        kind = from_numpy(result_numpy(number, by._data))
        if kind.numpy.kind not in "iu":
            raise NotImplementedError(f"\"{name}\" not implemented for '{kind.type_name}'")
        return function(number, by)

    return shift


class Operations(Matrices, Elementary):
    """What can be computed with a tensor."""

    __slots__ = ()

    # Operators
    __add__ = _operand(arithmetic.plus)
    __radd__ = _operand(arithmetic.plus)
    __iadd__ = _operand(inplace.add_)
    __sub__ = _operand(ops.sub)
    __rsub__ = _operand(ops.rsub)
    __isub__ = _operand(inplace.sub_)
    __mul__ = _operand(arithmetic.times)
    __rmul__ = _operand(arithmetic.times)
    __imul__ = _operand(inplace.mul_)
    __truediv__ = _operand(arithmetic.over)
    __rtruediv__ = __rdiv__ = _reflected(ops.rdiv)
    __itruediv__ = _operand(in_place(ops.div))
    __floordiv__ = _operand(ops.floor_divide)
    __rfloordiv__ = _reflected(ops.floor_divide)
    __ifloordiv__ = _operand(in_place(ops.floor_divide))
    __mod__ = _operand(ops.remainder)
    __rmod__ = _reflected(ops.remainder)
    __imod__ = _operand(in_place(ops.remainder))
    __pow__ = _operand(ops.pow)
    __rpow__ = _reflected(ops.pow)
    __ipow__ = _operand(in_place(ops.pow))
    __matmul__ = _operand(ops.matmul, (TensorBase,))
    __rmatmul__ = _operand(lambda self, other: ops.matmul(other, self), (TensorBase,))
    __neg__ = ops.neg
    __pos__ = ops.positive
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
    __lshift__ = _operand(ops.bitwise_left_shift)
    __rshift__ = _operand(ops.bitwise_right_shift)
    __rlshift__ = _reflected(_shift("lshift_cpu", ops.bitwise_left_shift))
    __rrshift__ = _reflected(_shift("rshift_cpu", ops.bitwise_right_shift))
    __ilshift__ = _operand(in_place(ops.bitwise_left_shift))
    __irshift__ = _operand(in_place(ops.bitwise_right_shift))
    __iand__ = _operand(in_place(ops.bitwise_and))
    __ior__ = _operand(in_place(ops.bitwise_or))
    __ixor__ = _operand(in_place(ops.bitwise_xor))

    def __invert__(self: Any) -> Tensor:
        if self._data.dtype.kind in FLOATING:
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return ops.bitwise_not(self)

    __getitem__ = getitem.getitem
    __setitem__ = getitem.setitem
    __hash__ = object.__hash__

    # Activations
    relu = ops.relu
    relu_ = ops.relu_

    # Arithmetic
    add = ops.add
    addcdiv = ops.addcdiv
    addcmul = ops.addcmul
    div = divide = ops.div
    floor_divide = ops.floor_divide
    fmod = ops.fmod
    lerp = ops.lerp
    mul = multiply = ops.mul
    neg = negative = ops.neg
    positive = ops.positive
    reciprocal = ops.reciprocal
    remainder = ops.remainder
    sub = subtract = ops.sub
    true_divide = ops.true_divide
    add_ = inplace.add_
    addcdiv_ = in_place(ops.addcdiv)
    addcmul_ = in_place(ops.addcmul)
    div_ = divide_ = in_place(ops.div)
    floor_divide_ = in_place(ops.floor_divide)
    fmod_ = in_place(ops.fmod)
    lerp_ = in_place(ops.lerp)
    mul_ = multiply_ = inplace.mul_
    neg_ = negative_ = in_place(ops.neg)
    reciprocal_ = in_place(ops.reciprocal)
    remainder_ = in_place(ops.remainder)
    sub_ = subtract_ = inplace.sub_
    true_divide_ = in_place(ops.true_divide)

    # Choosing
    clamp = clip = ops.clamp
    clamp_max = ops.clamp_max
    clamp_min = ops.clamp_min
    maximum = ops.maximum
    minimum = ops.minimum
    clamp_ = clip_ = choose.clamp_
    clamp_max_ = choose.clamp_max_
    clamp_min_ = choose.clamp_min_

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """self where condition, else other"""
        return ops.where(condition, self, other)  # type: ignore[no-any-return]

    # Comparison and logic
    allclose = ops.allclose
    bitwise_and = ops.bitwise_and
    bitwise_left_shift = ops.bitwise_left_shift
    bitwise_not = ops.bitwise_not
    bitwise_or = ops.bitwise_or
    bitwise_right_shift = ops.bitwise_right_shift
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
    bitwise_and_ = in_place(ops.bitwise_and)
    bitwise_left_shift_ = in_place(ops.bitwise_left_shift)
    bitwise_not_ = in_place(ops.bitwise_not)
    bitwise_or_ = in_place(ops.bitwise_or)
    bitwise_right_shift_ = in_place(ops.bitwise_right_shift)
    bitwise_xor_ = in_place(ops.bitwise_xor)
    eq_ = in_place(ops.eq)
    ge_ = greater_equal_ = in_place(ops.ge)
    gt_ = greater_ = in_place(ops.gt)
    le_ = less_equal_ = in_place(ops.le)
    logical_and_ = in_place(ops.logical_and)
    logical_not_ = in_place(ops.logical_not)
    logical_or_ = in_place(ops.logical_or)
    logical_xor_ = in_place(ops.logical_xor)
    lt_ = less_ = in_place(ops.lt)
    ne_ = not_equal_ = in_place(ops.ne)

    # Filling
    copy_ = filling.copy_
    fill_ = filling.fill_
    zero_ = filling.zero_

    # Functions
    abs = absolute = ops.abs
    acos = arccos = ops.acos
    asin = arcsin = ops.asin
    atan = arctan = ops.atan
    atan2 = arctan2 = ops.atan2
    ceil = ops.ceil
    cos = ops.cos
    cosh = ops.cosh
    erf = ops.erf
    exp = ops.exp
    exp2 = ops.exp2
    expm1 = ops.expm1
    floor = ops.floor
    frac = ops.frac
    log = ops.log
    log10 = ops.log10
    log1p = ops.log1p
    log2 = ops.log2
    pow = ops.pow
    round = ops.round
    rsqrt = ops.rsqrt
    sigmoid = ops.sigmoid
    sign = sgn = ops.sign
    sin = ops.sin
    sinh = ops.sinh
    sqrt = ops.sqrt
    square = ops.square
    tan = ops.tan
    tanh = ops.tanh
    trunc = fix = ops.trunc
    abs_ = absolute_ = in_place(ops.abs)
    acos_ = arccos_ = in_place(ops.acos)
    asin_ = arcsin_ = in_place(ops.asin)
    atan_ = arctan_ = in_place(ops.atan)
    atan2_ = arctan2_ = in_place(ops.atan2)
    ceil_ = in_place(ops.ceil)
    cos_ = in_place(ops.cos)
    cosh_ = in_place(ops.cosh)
    erf_ = in_place(ops.erf)
    exp_ = in_place(ops.exp)
    exp2_ = in_place(ops.exp2)
    expm1_ = in_place(ops.expm1)
    floor_ = in_place(ops.floor)
    frac_ = in_place(ops.frac)
    log_ = in_place(ops.log)
    log10_ = in_place(ops.log10)
    log1p_ = in_place(ops.log1p)
    log2_ = in_place(ops.log2)
    pow_ = in_place(ops.pow)
    round_ = in_place(ops.round)
    rsqrt_ = in_place(ops.rsqrt)
    sigmoid_ = in_place(ops.sigmoid)
    sign_ = sgn_ = in_place(ops.sign)
    sin_ = in_place(ops.sin)
    sinh_ = in_place(ops.sinh)
    sqrt_ = in_place(ops.sqrt)
    square_ = in_place(ops.square)
    tan_ = in_place(ops.tan)
    tanh_ = in_place(ops.tanh)
    trunc_ = fix_ = in_place(ops.trunc)

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
    masked_fill_ = indexing.masked_fill_
    scatter_ = scatter_
    scatter_add_ = scatter_add_
    index_add_ = indexing.index_add_
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
    tril_ = in_place(ops.tril, inplace.check_history)
    triu_ = in_place(ops.triu, inplace.check_history)

    # Products
    addmm = ops.addmm
    addmv = ops.addmv
    baddbmm = ops.baddbmm
    bmm = ops.bmm
    dot = ops.dot
    inner = ops.inner
    matmul = ops.matmul
    mm = ops.mm
    mv = ops.mv
    outer = ger = ops.outer
    addmm_ = in_place(ops.addmm, inplace.check_written)
    addmv_ = in_place(ops.addmv, inplace.check_history)
    baddbmm_ = in_place(ops.baddbmm, inplace.check_history)

    # Reductions
    cumprod = ops.cumprod
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
    cumprod_ = in_place(ops.cumprod)
    cumsum_ = in_place(ops.cumsum)

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
    clone = clone
    contiguous = contiguous
    is_contiguous = is_contiguous
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
    transpose = swapdims = ops.transpose
    swapaxes = ops.swapaxes
    unflatten = ops.unflatten
    unsqueeze = ops.unsqueeze
    view = ops.view
    view_as = ops.view_as
    unfold = windows
    squeeze_ = inplace.reshaped(ops.squeeze)
    unsqueeze_ = inplace.reshaped(ops.unsqueeze)
    transpose_ = swapaxes_ = swapdims_ = inplace.reshaped(ops.transpose)
    t_ = inplace.t_

    @property
    def T(self: Any) -> Tensor:
        """The transpose of a matrix; the dimensions in reverse order, which is deprecated."""
        n = self._data.ndim
        if n == 0:
            warnings.warn(
                "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.", stacklevel=2
            )
        elif n != 2:
            warnings.warn(
                "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
                "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
                "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
                stacklevel=2,
            )
        return ops.permute(self, tuple(range(n - 1, -1, -1)))

    # Parts
    chunk = ops.chunk
    split = ops.split
    unbind = ops.unbind

    # Statistics, parts and products of several tensors
    index_fill = ops.index_fill
    kron = ops.kron
    rot90 = ops.rot90
    take = ops.take
    tensor_split = ops.tensor_split
    trace = ops.trace
    index_fill_ = index_fill_
    nan_to_num_ = in_place(ops.nan_to_num)

    # Memory under other strides, and parts written
    as_strided = ops.as_strided
    as_strided_ = strided.as_strided_
    fill_diagonal_ = strided.fill_diagonal_
    resize_ = strided.resize_
    resize_as_ = strided.resize_as_
    diagonal_scatter = ops.diagonal_scatter
    index_copy = ops.index_copy
    masked_scatter = ops.masked_scatter
    put = ops.put
    select_scatter = ops.select_scatter
    slice_scatter = ops.slice_scatter
    index_copy_ = index_copy_
    masked_scatter_ = masked_scatter_
    put_ = put_
