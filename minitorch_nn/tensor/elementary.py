"""Special functions, scans, order statistics and their kin among the methods of Tensor: `x.lgamma()` is `ops.lgamma(x)`."""

from __future__ import annotations

from .. import ops
from ..autograd.variable import TensorBase
from ..ops import hyperbolic, loops, sampling
from ..ops.arguments import check_methods
from ..ops.inplace import in_place, reshaped


class Elementary(TensorBase):
    """What can be computed with a tensor beyond the plain functions of `Operations`."""

    __slots__ = ()

    # Element by element
    acosh = arccosh = ops.acosh
    asinh = arcsinh = ops.asinh
    atanh = arctanh = ops.atanh
    copysign = ops.copysign
    deg2rad = ops.deg2rad
    digamma = ops.digamma
    erfc = ops.erfc
    erfinv = ops.erfinv
    float_power = ops.float_power
    fmax = ops.fmax
    fmin = ops.fmin
    frexp = ops.frexp
    gcd = ops.gcd
    heaviside = ops.heaviside
    hypot = ops.hypot
    i0 = ops.i0
    igamma = ops.igamma
    igammac = ops.igammac
    isneginf = ops.isneginf
    isposinf = ops.isposinf
    isreal = ops.isreal
    lcm = ops.lcm
    ldexp = ops.ldexp
    lgamma = ops.lgamma
    logaddexp = ops.logaddexp
    logaddexp2 = ops.logaddexp2
    logit = ops.logit
    mvlgamma = ops.mvlgamma
    nextafter = ops.nextafter
    rad2deg = ops.rad2deg
    signbit = ops.signbit
    sinc = ops.sinc
    xlogy = ops.xlogy
    acosh_ = arccosh_ = in_place(hyperbolic.acosh_changed)
    asinh_ = arcsinh_ = in_place(hyperbolic.asinh_changed)
    atanh_ = arctanh_ = in_place(hyperbolic.atanh_changed)
    copysign_ = in_place(ops.copysign)
    deg2rad_ = in_place(ops.deg2rad)
    digamma_ = in_place(ops.digamma)
    erfc_ = in_place(ops.erfc)
    erfinv_ = in_place(ops.erfinv)
    float_power_ = in_place(ops.float_power)
    gcd_ = in_place(ops.gcd)
    heaviside_ = in_place(ops.heaviside)
    hypot_ = in_place(ops.hypot)
    i0_ = in_place(ops.i0)
    igamma_ = in_place(ops.igamma)
    igammac_ = in_place(ops.igammac)
    lcm_ = in_place(ops.lcm)
    ldexp_ = in_place(ops.ldexp)
    lgamma_ = in_place(ops.lgamma)
    logit_ = in_place(ops.logit)
    mvlgamma_ = in_place(ops.mvlgamma)
    nextafter_ = in_place(ops.nextafter)
    rad2deg_ = in_place(ops.rad2deg)
    sinc_ = in_place(ops.sinc)
    xlogy_ = in_place(ops.xlogy)

    def polygamma(self, n: int) -> TensorBase:
        """The n-th derivative of digamma"""
        return ops.polygamma(n, self)

    def polygamma_(self, n: int) -> TensorBase:
        """`polygamma`, in place."""
        return in_place(type(self).polygamma)(self, n)

    # Statistics, along a dimension or of all
    argwhere = ops.argwhere
    bincount = ops.bincount
    diff = ops.diff
    histc = ops.histc
    kthvalue = ops.kthvalue
    median = ops.median
    nan_to_num = ops.nan_to_num
    nanmean = ops.nanmean
    nansum = ops.nansum
    quantile = ops.quantile
    aminmax = ops.aminmax
    cummax = ops.cummax
    cummin = ops.cummin
    histogram = ops.histogram
    logcumsumexp = ops.logcumsumexp
    mode = ops.mode
    msort = ops.msort
    nanmedian = ops.nanmedian
    nanquantile = ops.nanquantile
    renorm = ops.renorm
    unique_consecutive = ops.unique_consecutive
    renorm_ = in_place(ops.renorm)

    # Into and out of parts
    diagflat = ops.diagflat
    dsplit = ops.dsplit
    hsplit = ops.hsplit
    index_reduce = ops.index_reduce
    narrow_copy = ops.narrow_copy
    scatter_reduce = ops.scatter_reduce
    split_with_sizes = ops.split_with_sizes
    vsplit = ops.vsplit
    index_reduce_ = in_place(ops.index_reduce)
    scatter_reduce_ = in_place(ops.scatter_reduce)
    swapaxes_ = swapdims_ = reshaped(ops.transpose)
    unsafe_chunk = ops.unsafe_chunk
    unsafe_split = ops.unsafe_split
    unsafe_split_with_sizes = ops.unsafe_split_with_sizes

    # Of complex numbers, as far as real ones have it
    angle = ops.angle
    conj = ops.conj
    conj_physical = ops.conj_physical
    is_conj = ops.is_conj
    is_neg = ops.is_neg
    resolve_conj = ops.resolve_conj
    resolve_neg = ops.resolve_neg
    real = property(ops.real)
    imag = property(ops.imag)

    # Activations, and the indices of what is not zero, in a given number of rows
    hardshrink = ops.hardshrink
    nonzero_static = ops.nonzero_static
    prelu = ops.prelu

    # Random numbers, and a Python function for each element
    apply_ = loops.apply_
    cauchy_ = sampling.cauchy_
    geometric_ = sampling.geometric_
    log_normal_ = sampling.log_normal_
    map_ = loops.map_
    map2_ = loops.map2_


check_methods(Elementary)
