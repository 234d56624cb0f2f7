"""Every operation, by family: each file shows the kernels with their gradient rules."""

from .accumulate import (
    cumprod as cumprod,
)
from .accumulate import (
    cumsum as cumsum,
)
from .accumulate import (
    prod as prod,
)
from .activation import (
    celu as celu,
)
from .activation import (
    celu_ as celu_,
)
from .activation import (
    dropout as dropout,
)
from .activation import (
    elu as elu,
)
from .activation import (
    elu_ as elu_,
)
from .activation import (
    hardshrink as hardshrink,
)
from .activation import (
    hardtanh as hardtanh,
)
from .activation import (
    hardtanh_ as hardtanh_,
)
from .activation import (
    leaky_relu as leaky_relu,
)
from .activation import (
    leaky_relu_ as leaky_relu_,
)
from .activation import (
    prelu as prelu,
)
from .activation import (
    relu as relu,
)
from .activation import (
    relu6 as relu6,
)
from .activation import (
    relu6_ as relu6_,
)
from .activation import (
    relu_ as relu_,
)
from .activation import (
    selu as selu,
)
from .activation import (
    selu_ as selu_,
)
from .activation import (
    softmin as softmin,
)
from .activation import (
    softshrink as softshrink,
)
from .activation import (
    softsign as softsign,
)
from .activation import (
    threshold as threshold,
)
from .activation import (
    threshold_ as threshold_,
)
from .arithmetic import (
    add as add,
)
from .arithmetic import (
    addcdiv as addcdiv,
)
from .arithmetic import (
    addcmul as addcmul,
)
from .arithmetic import (
    div as div,
)
from .arithmetic import (
    floor_divide as floor_divide,
)
from .arithmetic import (
    fmod as fmod,
)
from .arithmetic import (
    lerp as lerp,
)
from .arithmetic import (
    mul as mul,
)
from .arithmetic import (
    neg as neg,
)
from .arithmetic import (
    positive as positive,
)
from .arithmetic import (
    rdiv as rdiv,
)
from .arithmetic import (
    reciprocal as reciprocal,
)
from .arithmetic import (
    remainder as remainder,
)
from .arithmetic import (
    rsub as rsub,
)
from .arithmetic import (
    sub as sub,
)
from .arithmetic import (
    true_divide as true_divide,
)
from .choose import (
    clamp as clamp,
)
from .choose import (
    clamp_max as clamp_max,
)
from .choose import (
    clamp_min as clamp_min,
)
from .choose import (
    maximum as maximum,
)
from .choose import (
    minimum as minimum,
)
from .choose import (
    where as where,
)
from .comparison import (
    allclose as allclose,
)
from .comparison import (
    bitwise_and as bitwise_and,
)
from .comparison import (
    bitwise_left_shift as bitwise_left_shift,
)
from .comparison import (
    bitwise_not as bitwise_not,
)
from .comparison import (
    bitwise_or as bitwise_or,
)
from .comparison import (
    bitwise_right_shift as bitwise_right_shift,
)
from .comparison import (
    bitwise_xor as bitwise_xor,
)
from .comparison import (
    eq as eq,
)
from .comparison import (
    equal as equal,
)
from .comparison import (
    ge as ge,
)
from .comparison import (
    gt as gt,
)
from .comparison import (
    isclose as isclose,
)
from .comparison import (
    isfinite as isfinite,
)
from .comparison import (
    isinf as isinf,
)
from .comparison import (
    isnan as isnan,
)
from .comparison import (
    le as le,
)
from .comparison import (
    logical_and as logical_and,
)
from .comparison import (
    logical_not as logical_not,
)
from .comparison import (
    logical_or as logical_or,
)
from .comparison import (
    logical_xor as logical_xor,
)
from .comparison import (
    lt as lt,
)
from .comparison import (
    ne as ne,
)
from .convolution import (
    conv1d as conv1d,
)
from .convolution import (
    conv2d as conv2d,
)
from .convolution import (
    conv_transpose1d as conv_transpose1d,
)
from .convolution import (
    conv_transpose2d as conv_transpose2d,
)
from .convolution import (
    fold as fold,
)
from .convolution import (
    unfold as unfold,
)
from .einsum import einsum as einsum
from .erf import erf as erf
from .extremes import (
    all as all,
)
from .extremes import (
    amax as amax,
)
from .extremes import (
    amin as amin,
)
from .extremes import (
    any as any,
)
from .extremes import (
    argmax as argmax,
)
from .extremes import (
    argmin as argmin,
)
from .extremes import (
    argsort as argsort,
)
from .extremes import (
    count_nonzero as count_nonzero,
)
from .extremes import (
    max as max,
)
from .extremes import (
    min as min,
)
from .extremes import (
    sort as sort,
)
from .extremes import (
    topk as topk,
)
from .filling import fill as fill
from .functions import (
    abs as abs,
)
from .functions import (
    acos as acos,
)
from .functions import (
    asin as asin,
)
from .functions import (
    atan as atan,
)
from .functions import (
    atan2 as atan2,
)
from .functions import (
    ceil as ceil,
)
from .functions import (
    cos as cos,
)
from .functions import (
    cosh as cosh,
)
from .functions import (
    exp as exp,
)
from .functions import (
    exp2 as exp2,
)
from .functions import (
    expm1 as expm1,
)
from .functions import (
    floor as floor,
)
from .functions import (
    frac as frac,
)
from .functions import (
    log as log,
)
from .functions import (
    log1p as log1p,
)
from .functions import (
    log2 as log2,
)
from .functions import (
    log10 as log10,
)
from .functions import (
    pow as pow,
)
from .functions import (
    round as round,
)
from .functions import (
    rsqrt as rsqrt,
)
from .functions import (
    sigmoid as sigmoid,
)
from .functions import (
    sign as sign,
)
from .functions import (
    sin as sin,
)
from .functions import (
    sinh as sinh,
)
from .functions import (
    sqrt as sqrt,
)
from .functions import (
    square as square,
)
from .functions import (
    tan as tan,
)
from .functions import (
    tanh as tanh,
)
from .functions import (
    trunc as trunc,
)
from .gates import (
    gelu as gelu,
)
from .gates import (
    glu as glu,
)
from .gates import (
    hardsigmoid as hardsigmoid,
)
from .gates import (
    hardswish as hardswish,
)
from .gates import (
    logsigmoid as logsigmoid,
)
from .gates import (
    mish as mish,
)
from .gates import (
    silu as silu,
)
from .gates import (
    softplus as softplus,
)
from .gather import (
    gather as gather,
)
from .gather import (
    scatter as scatter,
)
from .gather import (
    scatter_add as scatter_add,
)
from .gather import (
    take_along_dim as take_along_dim,
)
from .indexing import (
    index_add as index_add,
)
from .indexing import (
    index_put as index_put,
)
from .indexing import (
    index_select as index_select,
)
from .indexing import (
    masked_fill as masked_fill,
)
from .indexing import (
    masked_select as masked_select,
)
from .indexing import (
    nonzero as nonzero,
)
from .join import (
    broadcast_tensors as broadcast_tensors,
)
from .join import (
    cat as cat,
)
from .join import (
    concat as concat,
)
from .join import (
    concatenate as concatenate,
)
from .join import (
    hstack as hstack,
)
from .join import (
    meshgrid as meshgrid,
)
from .join import (
    stack as stack,
)
from .join import (
    vstack as vstack,
)
from .linalg import (
    addmm as addmm,
)
from .linalg import (
    addmv as addmv,
)
from .linalg import (
    baddbmm as baddbmm,
)
from .linalg import (
    bmm as bmm,
)
from .linalg import (
    dot as dot,
)
from .linalg import (
    inner as inner,
)
from .linalg import (
    linear as linear,
)
from .linalg import (
    matmul as matmul,
)
from .linalg import (
    mm as mm,
)
from .linalg import (
    mv as mv,
)
from .linalg import (
    outer as outer,
)
from .lookup import (
    cosine_similarity as cosine_similarity,
)
from .lookup import (
    embedding as embedding,
)
from .lookup import (
    one_hot as one_hot,
)
from .lookup import (
    scaled_dot_product_attention as scaled_dot_product_attention,
)
from .loss import (
    binary_cross_entropy as binary_cross_entropy,
)
from .loss import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from .loss import (
    cross_entropy as cross_entropy,
)
from .loss import (
    huber_loss as huber_loss,
)
from .loss import (
    kl_div as kl_div,
)
from .loss import (
    l1_loss as l1_loss,
)
from .loss import (
    mse_loss as mse_loss,
)
from .loss import (
    nll_loss as nll_loss,
)
from .loss import (
    smooth_l1_loss as smooth_l1_loss,
)
from .norm import norm as norm
from .normalization import (
    batch_norm as batch_norm,
)
from .normalization import (
    group_norm as group_norm,
)
from .normalization import (
    layer_norm as layer_norm,
)
from .padding import (
    pad as pad,
)
from .pooling import (
    adaptive_avg_pool1d as adaptive_avg_pool1d,
)
from .pooling import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
)
from .pooling import (
    adaptive_max_pool1d as adaptive_max_pool1d,
)
from .pooling import (
    adaptive_max_pool2d as adaptive_max_pool2d,
)
from .pooling import (
    avg_pool1d as avg_pool1d,
)
from .pooling import (
    avg_pool2d as avg_pool2d,
)
from .pooling import (
    max_pool1d as max_pool1d,
)
from .pooling import (
    max_pool2d as max_pool2d,
)
from .rearrange import (
    flip as flip,
)
from .rearrange import (
    fliplr as fliplr,
)
from .rearrange import (
    flipud as flipud,
)
from .rearrange import (
    repeat as repeat,
)
from .rearrange import (
    repeat_interleave as repeat_interleave,
)
from .rearrange import (
    roll as roll,
)
from .rearrange import (
    tile as tile,
)
from .rearrange import (
    tril as tril,
)
from .rearrange import (
    triu as triu,
)
from .rearrange import (
    unique as unique,
)
from .reduction import (
    mean as mean,
)
from .reduction import (
    std as std,
)
from .reduction import (
    std_mean as std_mean,
)
from .reduction import (
    sum as sum,
)
from .reduction import (
    sum_to_size as sum_to_size,
)
from .reduction import (
    var as var,
)
from .reduction import (
    var_mean as var_mean,
)
from .sampling import (
    bernoulli as bernoulli,
)
from .sampling import (
    multinomial as multinomial,
)
from .shape import (
    broadcast_to as broadcast_to,
)
from .shape import (
    clone as clone,
)
from .shape import (
    contiguous as contiguous,
)
from .shape import (
    expand as expand,
)
from .shape import (
    expand_as as expand_as,
)
from .shape import (
    flatten as flatten,
)
from .shape import (
    movedim as movedim,
)
from .shape import (
    permute as permute,
)
from .shape import (
    ravel as ravel,
)
from .shape import (
    reshape as reshape,
)
from .shape import (
    reshape_as as reshape_as,
)
from .shape import (
    squeeze as squeeze,
)
from .shape import (
    t as t,
)
from .shape import (
    transpose as transpose,
)
from .shape import (
    unflatten as unflatten,
)
from .shape import (
    unsqueeze as unsqueeze,
)
from .shape import (
    view as view,
)
from .shape import (
    view_as as view_as,
)
from .slices import (
    diag as diag,
)
from .slices import (
    diag_embed as diag_embed,
)
from .slices import (
    diagonal as diagonal,
)
from .slices import (
    narrow as narrow,
)
from .slices import (
    select as select,
)
from .softmax import (
    log_softmax as log_softmax,
)
from .softmax import (
    logsumexp as logsumexp,
)
from .softmax import (
    softmax as softmax,
)
from .split import (
    chunk as chunk,
)
from .split import (
    split as split,
)
from .split import (
    unbind as unbind,
)
