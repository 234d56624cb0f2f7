"""Random programs on tensors: data that one interpreter runs on this package and on PyTorch.

A program is `{"leaves": [leaf, …], "steps": [step, …]}`, plain lists and dicts that JSON holds. A leaf is `[dtype,
shape, requires_grad, values]`. A step is `[operation, arguments, keyword arguments]`, and `"no_grad"` as a fourth
element where it runs under `no_grad`. The leaves are called x0, x1, …, and the result of each step gets the next number;
"x7.1" is the second of several results. See `run.py` for the operations that are not plain calls.
"""
