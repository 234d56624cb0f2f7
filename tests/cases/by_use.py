"""The names of PyTorch's API that public tutorials, books and model code use, the most used first."""

from __future__ import annotations

from typing import Any

BY_USE = """
Tensor.backward nn.Linear nn.Module nn.Module.zero_grad optim.Optimizer.zero_grad no_grad nn.Module.parameters
Tensor.shape Tensor.item optim.Optimizer.step Tensor.to Tensor.data nn.Sequential Tensor.sum nn.Module.train
Tensor.size utils.data.DataLoader nn.Conv2d nn.ReLU Tensor.mean Tensor.grad nn.Module.eval randn zeros
nn.functional.relu tensor optim.SGD device nn.Module.state_dict Tensor.view cat Tensor.numpy Tensor.requires_grad
nn.Module.load_state_dict ones nn.Module.apply Tensor.reshape nn.CrossEntropyLoss save cuda.is_available Tensor.detach
from_numpy nn.MaxPool2d nn.Flatten load Tensor.float Tensor.device nn.BatchNorm2d manual_seed nn.Dropout
Tensor.unsqueeze nn.Parameter Tensor.squeeze Tensor.relu nn.init.normal_ Tensor.split float Tensor.dtype Tensor.cpu
optim.Adam Tensor.zero_ nn.MSELoss nn.Module.training Tensor.transpose Tensor.__matmul__ rand nn.LazyLinear arange
nn.AdaptiveAvgPool2d nn.AvgPool2d Tensor.type Tensor.add_ nn.DataParallel optim.lr_scheduler.StepLR Tensor.fill_
nn.init.zeros_ Tensor.eq Tensor.t float32 Tensor.add Tensor.clone nn.Module.add_module nn.functional.max_pool2d
Tensor.max Tensor.tolist Tensor.numel max nn.Sigmoid nn.Module.named_parameters nn.Embedding nn.init.xavier_uniform_
Tensor Tensor.pow accelerator.current_accelerator flatten Tensor.argmax ones_like accelerator.is_available long
Tensor.mul_ exp nn.init.constant_ full Tensor.T Tensor.exp nn.LayerNorm nn.functional.cross_entropy
nn.functional.softmax sum Tensor.norm utils.data.Dataset backends.cudnn.benchmark nn.functional.avg_pool2d
Tensor.stride linspace sin empty nn.Module.modules zeros_like randint sigmoid Tensor.contiguous Tensor.permute
Tensor.double Tensor.mul Tensor.std Tensor.grad_fn optim.Optimizer.param_groups nn.Module.register_buffer matmul
nn.init.kaiming_normal_ optim.Adadelta normal Tensor.ndim Tensor.cuda nn.functional.dropout nn.LazyConv2d sqrt
nn.functional.adaptive_avg_pool2d Tensor.requires_grad_ int32 Tensor.repeat rand_like stack nn.functional.log_softmax
abs nn.ModuleList Tensor.div_ Tensor.copy_ Tensor.view_as nn.functional.nll_loss Tensor.dim Tensor.sigmoid
Tensor.normal_ Tensor.matmul optim.AdamW nn.BCELoss nn.GroupNorm nn.utils.clip_grad_norm_ mm nn.ModuleDict
Tensor.cumsum nn.Tanh tanh utils.data.TensorDataset nn.functional.layer_norm Tensor.clamp multinomial clamp tril
nn.LSTM int64 nn.Identity nn.functional.pad Tensor.flatten nn.LazyBatchNorm2d nn.RNN eye Tensor.masked_fill double
Tensor.clip nn.BatchNorm1d Tensor.long nn.GRU set_grad_enabled pow cos nn.Softmax Tensor.tanh log serialization dot
optim.RMSprop optim.lr_scheduler.MultiStepLR Tensor.expand_as Tensor.topk nn.ConvTranspose2d nn.LeakyReLU
nn.Module.children nn.functional.smooth_l1_loss nn.GELU unsqueeze Tensor.bernoulli_ nn.Module.named_modules empty_like
mv Tensor.log jit.is_scripting nn.init.trunc_normal_ nn.init.uniform_ argmax nn.parallel.DistributedDataParallel
distributed.init_process_group nn.Dropout2d nn.parallel.scatter topk cuda.device_count cuda.set_device nn.init.ones_
""".split()  # noqa: SIM905

LEFT_OUT = {
    "nn.parallel.DistributedDataParallel": "training runs in one process",
    "distributed.init_process_group": "training runs in one process",
    "nn.parallel.scatter": "there is no GPU to scatter to",
}
"""Those of them that make no sense on one CPU, and why."""


def exists(torch: Any, dotted: str) -> bool:
    """Whether the namespace has the dotted name; what only instances have is looked up in one."""
    if dotted == "optim.Optimizer.param_groups":
        return hasattr(torch.optim.SGD([torch.zeros(1)], 0.1), "param_groups")
    found = torch
    for part in dotted.split("."):
        if not hasattr(found, part):
            return part in getattr(found, "__annotations__", {})
        found = getattr(found, part)
    return True
