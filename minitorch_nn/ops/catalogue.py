"""Operations that `ops` and the package's own namespace take whole, as `torch.asinh`, `torch.lgamma`, `torch.cummax`.

Each line says in which file the operation is.
"""

from .arguments import check_functions as _check_functions
from .assemble import nonzero_static as nonzero_static
from .bessel import i0 as i0
from .erf import erfc as erfc
from .erf import erfinv as erfinv
from .extremes import aminmax as aminmax
from .gamma import digamma as digamma
from .gamma import igamma as igamma
from .gamma import igammac as igammac
from .gamma import lgamma as lgamma
from .gamma import mvlgamma as mvlgamma
from .gamma import polygamma as polygamma
from .householder import geqrf as geqrf
from .householder import orgqr as orgqr
from .hyperbolic import acosh as acosh
from .hyperbolic import asinh as asinh
from .hyperbolic import atanh as atanh
from .hyperbolic import deg2rad as deg2rad
from .hyperbolic import hypot as hypot
from .hyperbolic import rad2deg as rad2deg
from .hyperbolic import sinc as sinc
from .join import broadcast_shapes as broadcast_shapes
from .join import vstack as vstack
from .logarithms import logaddexp as logaddexp
from .logarithms import logaddexp2 as logaddexp2
from .logarithms import logit as logit
from .logarithms import xlogy as xlogy
from .norm import renorm as renorm
from .numbers import copysign as copysign
from .numbers import float_power as float_power
from .numbers import fmax as fmax
from .numbers import fmin as fmin
from .numbers import frexp as frexp
from .numbers import gcd as gcd
from .numbers import heaviside as heaviside
from .numbers import is_same_size as is_same_size
from .numbers import is_signed as is_signed
from .numbers import isneginf as isneginf
from .numbers import isposinf as isposinf
from .numbers import isreal as isreal
from .numbers import lcm as lcm
from .numbers import ldexp as ldexp
from .numbers import nextafter as nextafter
from .numbers import signbit as signbit
from .order import mode as mode
from .order import msort as msort
from .order import nanmedian as nanmedian
from .order import nanquantile as nanquantile
from .real import angle as angle
from .real import conj as conj
from .real import conj_physical as conj_physical
from .real import imag as imag
from .real import is_conj as is_conj
from .real import is_neg as is_neg
from .real import real as real
from .real import resolve_conj as resolve_conj
from .real import resolve_neg as resolve_neg
from .rearrange import unique_consecutive as unique_consecutive
from .scan import cummax as cummax
from .scan import cummin as cummin
from .scan import logcumsumexp as logcumsumexp
from .scatter_reduce import index_reduce as index_reduce
from .scatter_reduce import scatter_reduce as scatter_reduce
from .slices import diagflat as diagflat
from .slices import narrow_copy as narrow_copy
from .split import dsplit as dsplit
from .split import hsplit as hsplit
from .split import split_with_sizes as split_with_sizes
from .split import unsafe_chunk as unsafe_chunk
from .split import unsafe_split as unsafe_split
from .split import unsafe_split_with_sizes as unsafe_split_with_sizes
from .split import vsplit as vsplit
from .statistics import gradient as gradient
from .statistics import histogram as histogram

arccosh = acosh
arcsinh = asinh
arctanh = atanh
row_stack = vstack

_check_functions(globals())
