"""Neural-network training with its own autograd on NumPy arrays, under PyTorch's names.

>>> import minitorch_nn as torch
>>> x = torch.arange(4.0, requires_grad=True)
>>> y = 2 * torch.dot(x, x)
>>> y.backward()
>>> x.grad
tensor([ 0.,  4.,  8., 12.])
"""

from __future__ import annotations

import math as _math
from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import _before_numpy as _before_numpy
from . import autograd as autograd
from . import backends as backends
from . import nn as nn
from . import optim as optim
from . import random as random
from . import utils as utils
from . import version as version
from ._absent import absent as _absent
from ._printing import printoptions as printoptions
from ._printing import set_printoptions as set_printoptions
from .autograd import enable_grad as enable_grad
from .autograd import inference_mode as inference_mode
from .autograd import is_grad_enabled as is_grad_enabled
from .autograd import is_inference_mode_enabled as is_inference_mode_enabled
from .autograd import no_grad as no_grad
from .autograd import set_grad_enabled as set_grad_enabled
from .autograd.anomaly_mode import is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled
from .autograd.anomaly_mode import is_anomaly_enabled as is_anomaly_enabled
from .autograd.anomaly_mode import set_anomaly_enabled as set_anomaly_enabled
from .device import device as device
from .dtypes import bfloat16 as bfloat16
from .dtypes import bool as bool
from .dtypes import can_cast as can_cast
from .dtypes import cdouble as cdouble
from .dtypes import cfloat as cfloat
from .dtypes import complex64 as complex64
from .dtypes import complex128 as complex128
from .dtypes import double as double
from .dtypes import dtype as dtype
from .dtypes import finfo as finfo
from .dtypes import float as float
from .dtypes import float16 as float16
from .dtypes import float32 as float32
from .dtypes import float64 as float64
from .dtypes import get_default_dtype as get_default_dtype
from .dtypes import half as half
from .dtypes import iinfo as iinfo
from .dtypes import int as int
from .dtypes import int8 as int8
from .dtypes import int16 as int16
from .dtypes import int32 as int32
from .dtypes import int64 as int64
from .dtypes import long as long
from .dtypes import promote_types as promote_types
from .dtypes import result_type as result_type
from .dtypes import set_default_dtype as set_default_dtype
from .dtypes import short as short
from .dtypes import uint8 as uint8
from .dtypes import uint16 as uint16
from .dtypes import uint32 as uint32
from .dtypes import uint64 as uint64
from .layout import channels_last as channels_last
from .layout import channels_last_3d as channels_last_3d
from .layout import contiguous_format as contiguous_format
from .layout import layout as layout
from .layout import memory_format as memory_format
from .layout import preserve_format as preserve_format
from .layout import strided as strided
from .nn.torch_functions import *  # noqa: F403
from .ops import abs as abs
from .ops import acos as acos
from .ops import adaptive_avg_pool1d as adaptive_avg_pool1d
from .ops import adaptive_max_pool1d as adaptive_max_pool1d
from .ops import add as add
from .ops import addbmm as addbmm
from .ops import addcdiv as addcdiv
from .ops import addcmul as addcmul
from .ops import addmm as addmm
from .ops import addmv as addmv
from .ops import addr as addr
from .ops import adjoint as adjoint
from .ops import all as all
from .ops import allclose as allclose
from .ops import amax as amax
from .ops import amin as amin
from .ops import any as any
from .ops import argmax as argmax
from .ops import argmin as argmin
from .ops import argsort as argsort
from .ops import argwhere as argwhere
from .ops import as_strided as as_strided
from .ops import asin as asin
from .ops import atan as atan
from .ops import atan2 as atan2
from .ops import atleast_1d as atleast_1d
from .ops import atleast_2d as atleast_2d
from .ops import atleast_3d as atleast_3d
from .ops import avg_pool1d as avg_pool1d
from .ops import baddbmm as baddbmm
from .ops import batch_norm as batch_norm
from .ops import bernoulli as bernoulli
from .ops import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from .ops import bincount as bincount
from .ops import bitwise_and as bitwise_and
from .ops import bitwise_left_shift as bitwise_left_shift
from .ops import bitwise_not as bitwise_not
from .ops import bitwise_or as bitwise_or
from .ops import bitwise_right_shift as bitwise_right_shift
from .ops import bitwise_xor as bitwise_xor
from .ops import block_diag as block_diag
from .ops import bmm as bmm
from .ops import broadcast_tensors as broadcast_tensors
from .ops import broadcast_to as broadcast_to
from .ops import bucketize as bucketize
from .ops import cartesian_prod as cartesian_prod
from .ops import cat as cat
from .ops import cdist as cdist
from .ops import ceil as ceil
from .ops import celu as celu
from .ops import celu_ as celu_
from .ops import chain_matmul as chain_matmul
from .ops import cholesky as cholesky
from .ops import cholesky_inverse as cholesky_inverse
from .ops import cholesky_solve as cholesky_solve
from .ops import chunk as chunk
from .ops import clamp as clamp
from .ops import clamp_max as clamp_max
from .ops import clamp_min as clamp_min
from .ops import column_stack as column_stack
from .ops import combinations as combinations
from .ops import concat as concat
from .ops import concatenate as concatenate
from .ops import conv1d as conv1d
from .ops import conv2d as conv2d
from .ops import conv_transpose1d as conv_transpose1d
from .ops import conv_transpose2d as conv_transpose2d
from .ops import corrcoef as corrcoef
from .ops import cos as cos
from .ops import cosh as cosh
from .ops import cosine_similarity as cosine_similarity
from .ops import count_nonzero as count_nonzero
from .ops import cov as cov
from .ops import cross as cross
from .ops import cumprod as cumprod
from .ops import cumsum as cumsum
from .ops import cumulative_trapezoid as cumulative_trapezoid
from .ops import det as det
from .ops import diag as diag
from .ops import diag_embed as diag_embed
from .ops import diagonal as diagonal
from .ops import diagonal_scatter as diagonal_scatter
from .ops import diff as diff
from .ops import dist as dist
from .ops import div as div
from .ops import dot as dot
from .ops import dropout as dropout
from .ops import dstack as dstack
from .ops import einsum as einsum
from .ops import embedding as embedding
from .ops import eq as eq
from .ops import equal as equal
from .ops import erf as erf
from .ops import exp as exp
from .ops import exp2 as exp2
from .ops import expm1 as expm1
from .ops import fill as fill
from .ops import flatten as flatten
from .ops import flip as flip
from .ops import fliplr as fliplr
from .ops import flipud as flipud
from .ops import floor as floor
from .ops import floor_divide as floor_divide
from .ops import fmod as fmod
from .ops import frac as frac
from .ops import frobenius_norm as frobenius_norm
from .ops import gather as gather
from .ops import ge as ge
from .ops import group_norm as group_norm
from .ops import gt as gt
from .ops import hardshrink as hardshrink
from .ops import histc as histc
from .ops import hstack as hstack
from .ops import index_add as index_add
from .ops import index_copy as index_copy
from .ops import index_fill as index_fill
from .ops import index_put as index_put
from .ops import index_select as index_select
from .ops import inner as inner
from .ops import inverse as inverse
from .ops import isclose as isclose
from .ops import isfinite as isfinite
from .ops import isin as isin
from .ops import isinf as isinf
from .ops import isnan as isnan
from .ops import kl_div as kl_div
from .ops import kron as kron
from .ops import kthvalue as kthvalue
from .ops import layer_norm as layer_norm
from .ops import le as le
from .ops import lerp as lerp
from .ops import log as log
from .ops import log1p as log1p
from .ops import log2 as log2
from .ops import log10 as log10
from .ops import log_softmax as log_softmax
from .ops import logdet as logdet
from .ops import logical_and as logical_and
from .ops import logical_not as logical_not
from .ops import logical_or as logical_or
from .ops import logical_xor as logical_xor
from .ops import logsumexp as logsumexp
from .ops import lt as lt
from .ops import lu as lu
from .ops import lu_solve as lu_solve
from .ops import lu_unpack as lu_unpack
from .ops import masked_fill as masked_fill
from .ops import masked_scatter as masked_scatter
from .ops import masked_select as masked_select
from .ops import matmul as matmul
from .ops import matrix_exp as matrix_exp
from .ops import matrix_power as matrix_power
from .ops import max as max
from .ops import max_pool1d as max_pool1d
from .ops import max_pool2d as max_pool2d
from .ops import maximum as maximum
from .ops import mean as mean
from .ops import median as median
from .ops import meshgrid as meshgrid
from .ops import min as min
from .ops import minimum as minimum
from .ops import mm as mm
from .ops import movedim as movedim
from .ops import mul as mul
from .ops import multinomial as multinomial
from .ops import mv as mv
from .ops import nan_to_num as nan_to_num
from .ops import nanmean as nanmean
from .ops import nansum as nansum
from .ops import narrow as narrow
from .ops import ne as ne
from .ops import neg as neg
from .ops import nonzero as nonzero
from .ops import norm as norm
from .ops import nuclear_norm as nuclear_norm
from .ops import outer as outer
from .ops import pdist as pdist
from .ops import permute as permute
from .ops import pinverse as pinverse
from .ops import positive as positive
from .ops import pow as pow
from .ops import prelu as prelu
from .ops import prod as prod
from .ops import put as put
from .ops import qr as qr
from .ops import quantile as quantile
from .ops import ravel as ravel
from .ops import reciprocal as reciprocal
from .ops import relu as relu
from .ops import relu_ as relu_
from .ops import remainder as remainder
from .ops import repeat_interleave as repeat_interleave
from .ops import reshape as reshape
from .ops import roll as roll
from .ops import rot90 as rot90
from .ops import round as round
from .ops import rsqrt as rsqrt
from .ops import rsub as rsub
from .ops import scatter as scatter
from .ops import scatter_add as scatter_add
from .ops import searchsorted as searchsorted
from .ops import select as select
from .ops import select_scatter as select_scatter
from .ops import selu as selu
from .ops import selu_ as selu_
from .ops import sigmoid as sigmoid
from .ops import sign as sign
from .ops import sin as sin
from .ops import sinh as sinh
from .ops import slice_scatter as slice_scatter
from .ops import slogdet as slogdet
from .ops import softmax as softmax
from .ops import sort as sort
from .ops import split as split
from .ops import sqrt as sqrt
from .ops import square as square
from .ops import squeeze as squeeze
from .ops import stack as stack
from .ops import std as std
from .ops import std_mean as std_mean
from .ops import sub as sub
from .ops import sum as sum
from .ops import svd as svd
from .ops import swapaxes as swapaxes
from .ops import t as t
from .ops import take as take
from .ops import take_along_dim as take_along_dim
from .ops import tan as tan
from .ops import tanh as tanh
from .ops import tensor_split as tensor_split
from .ops import tensordot as tensordot
from .ops import threshold as threshold
from .ops import threshold_ as threshold_
from .ops import tile as tile
from .ops import topk as topk
from .ops import trace as trace
from .ops import transpose as transpose
from .ops import trapezoid as trapezoid
from .ops import trapz as trapz
from .ops import tril as tril
from .ops import triu as triu
from .ops import true_divide as true_divide
from .ops import trunc as trunc
from .ops import unbind as unbind
from .ops import unflatten as unflatten
from .ops import unique as unique
from .ops import unsqueeze as unsqueeze
from .ops import vander as vander
from .ops import var as var
from .ops import var_mean as var_mean
from .ops import vdot as vdot
from .ops import vstack as vstack
from .ops import where as where
from .ops.catalogue import *  # noqa: F403
from .random import default_generator as default_generator
from .random import fork_rng as fork_rng
from .random import get_rng_state as get_rng_state
from .random import initial_seed as initial_seed
from .random import manual_seed as manual_seed
from .random import seed as seed
from .random import set_rng_state as set_rng_state
from .settings import *  # noqa: F403
from .tensor import BoolTensor as BoolTensor
from .tensor import ByteTensor as ByteTensor
from .tensor import CharTensor as CharTensor
from .tensor import DoubleTensor as DoubleTensor
from .tensor import FloatTensor as FloatTensor
from .tensor import Generator as Generator
from .tensor import HalfTensor as HalfTensor
from .tensor import IntTensor as IntTensor
from .tensor import LongTensor as LongTensor
from .tensor import ShortTensor as ShortTensor
from .tensor import Size as Size
from .tensor import Tensor as Tensor
from .tensor import arange as arange
from .tensor import as_tensor as as_tensor
from .tensor import asarray as asarray
from .tensor import clone as clone
from .tensor import empty as empty
from .tensor import empty_like as empty_like
from .tensor import eye as eye
from .tensor import from_dlpack as from_dlpack
from .tensor import from_numpy as from_numpy
from .tensor import frombuffer as frombuffer
from .tensor import full as full
from .tensor import full_like as full_like
from .tensor import linspace as linspace
from .tensor import logspace as logspace
from .tensor import normal as normal
from .tensor import ones as ones
from .tensor import ones_like as ones_like
from .tensor import rand as rand
from .tensor import rand_like as rand_like
from .tensor import randint as randint
from .tensor import randint_like as randint_like
from .tensor import randn as randn
from .tensor import randn_like as randn_like
from .tensor import randperm as randperm
from .tensor import tensor as tensor
from .tensor import tril_indices as tril_indices
from .tensor import triu_indices as triu_indices
from .tensor import zeros as zeros
from .tensor import zeros_like as zeros_like
from .tensor.in_place_functions import *  # noqa: F403
from .tensor.queries import *  # noqa: F403
from .tensor.windows import bartlett_window as bartlett_window
from .tensor.windows import blackman_window as blackman_window
from .tensor.windows import hamming_window as hamming_window
from .tensor.windows import hann_window as hann_window
from .tensor.windows import kaiser_window as kaiser_window
from .tensor.windows import range as range
from .tensor.windows import scalar_tensor as scalar_tensor
from .version import __version__ as __version__

if _TYPE_CHECKING:
    from . import accelerator as accelerator
    from . import amp as amp
    from . import cuda as cuda
    from . import distributed as distributed
    from . import distributions as distributions
    from . import func as func
    from . import jit as jit
    from . import linalg as linalg
    from . import serialization as serialization
    from . import special as special
    from .amp import GradScaler as GradScaler
    from .amp import autocast as autocast
    from .amp.autocast_mode import get_autocast_dtype as get_autocast_dtype
    from .amp.autocast_mode import is_autocast_enabled as is_autocast_enabled
    from .cuda import OutOfMemoryError as OutOfMemoryError
    from .func import vmap as vmap
    from .io import load as load
    from .io import save as save

inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
newaxis = None

# PyTorch's second names
absolute = abs
arccos = acos
arcsin = asin
arctan = atan
arctan2 = atan2
clip = clamp
divide = div
fix = trunc
ger = outer
greater = gt
greater_equal = ge
less = lt
less_equal = le
moveaxis = movedim
multiply = mul
negative = neg
not_equal = ne
sgn = sign
subtract = sub
swapdims = transpose

_LATER = dict.fromkeys(
    ("accelerator", "amp", "cuda", "distributed", "distributions", "func", "jit", "linalg", "serialization", "special"),
    "",
) | {
    "GradScaler": "amp",
    "OutOfMemoryError": "cuda",
    "autocast": "amp",
    "get_autocast_dtype": "amp.autocast_mode",
    "is_autocast_enabled": "amp.autocast_mode",
    "load": "io",
    "save": "io",
    "vmap": "func",
}
__getattr__ = _absent(__name__, globals(), _LATER)
