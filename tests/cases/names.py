"""The operations that code written for PyTorch uses: each has cases. `a__b` is the form b of a."""

from __future__ import annotations

OPERATIONS = """
add sub mul div__no_rounding_mode div__floor_rounding div__trunc_rounding true_divide neg pow __radd__ __rsub__
__rmul__ __rdiv__ __rpow__ __rmatmul__ __getitem__ abs exp log log2 log10 log1p expm1 sqrt rsqrt reciprocal square
sin cos tan tanh sigmoid sign floor ceil round clamp clamp_min clamp_max maximum minimum max__binary
max__reduction_no_dim max__reduction_with_dim min__binary min__reduction_no_dim min__reduction_with_dim amax amin
argmax argmin sum mean prod std std__unbiased var var__unbiased norm cumsum all any eq ne lt le gt ge logical_and
logical_or logical_not where masked_fill matmul mm bmm mv dot addmm einsum outer t T mT transpose permute reshape
view view_as flatten squeeze squeeze__multiple unsqueeze expand expand_as broadcast_to repeat cat stack split
split__list_args chunk unbind gather scatter scatter_add index_select index_add index_put select narrow tril triu
diag diagonal arange linspace ones zeros full eye zeros_like ones_like full_like new_zeros new_ones new_full clone
contiguous float double long bool to fill zero_ isnan isinf isfinite isclose allclose equal topk sort argsort
nonzero unique log_softmax softmax logsumexp count_nonzero flip roll item floor_divide remainder fmod atan2 erf
trunc lerp addcmul addcdiv masked_select take_along_dim meshgrid__variadic_tensors repeat_interleave tile unfold
nn.functional.relu nn.functional.leaky_relu nn.functional.elu nn.functional.selu nn.functional.gelu
nn.functional.silu nn.functional.softplus nn.functional.softsign nn.functional.hardtanh nn.functional.relu6
nn.functional.logsigmoid nn.functional.hardswish nn.functional.hardsigmoid nn.functional.softmin nn.functional.prelu
nn.functional.mish nn.functional.linear nn.functional.conv1d nn.functional.conv2d nn.functional.conv_transpose2d
nn.functional.batch_norm nn.functional.layer_norm nn.functional.group_norm nn.functional.instance_norm
nn.functional.dropout nn.functional.embedding nn.functional.max_pool1d nn.functional.max_pool2d
nn.functional.avg_pool1d nn.functional.avg_pool2d nn.functional.adaptive_avg_pool1d
nn.functional.adaptive_avg_pool2d nn.functional.adaptive_max_pool2d nn.functional.pad__constant
nn.functional.pad__reflect nn.functional.pad__replicate nn.functional.unfold nn.functional.interpolate__nearest
nn.functional.interpolate__bilinear nn.functional.mse_loss nn.functional.l1_loss nn.functional.smooth_l1_loss
nn.functional.huber_loss nn.functional.nll_loss nn.functional.cross_entropy nn.functional.binary_cross_entropy
nn.functional.binary_cross_entropy_with_logits nn.functional.kl_div nn.functional.one_hot nn.functional.normalize
nn.functional.cosine_similarity nn.functional.scaled_dot_product_attention nn.functional.local_response_norm
""".split()  # noqa: SIM905
