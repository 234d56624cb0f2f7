"""Programs found by random search that once gave something else than PyTorch, cut down to what mattered."""

from __future__ import annotations

from typing import Any

F, D, I = "float32", "float64", "int64"  # noqa: E741


def leaf(shape: list[int], dtype: str = D, grad: bool = True, start: int = 1) -> list[Any]:
    """Of the elements 1/4, 2/4, … (or whole numbers)."""
    count = 1
    for n in shape:
        count *= n
    values = [n if dtype == I else n / 4 for n in range(start, start + count)]
    return [dtype, shape, grad and dtype != I, values]


def program(leaves: list[Any], *steps: Any) -> dict[str, Any]:
    return {"leaves": leaves, "steps": [[*step, *[{}] * (3 - len(step))] for step in steps]}


def at(*values: int) -> dict[str, Any]:
    return {"tensor": list(values), "dtype": I, "shape": [len(values)]}


ONE_OF_NONE: dict[str, Any] = {"tensor": [0], "dtype": I, "shape": []}
NOTHING: dict[str, Any] = {"tensor": [], "dtype": I, "shape": [2, 0]}

FOUND: list[dict[str, Any]] = [
    # an expanded tensor in which nothing is repeated may be written to
    program([leaf([2, 2])], ["matmul", ["x0", "x0"]], ["expand", ["x1", -1, -1]], ["copy_", ["x2", "x0"]]),
    program([leaf([3], grad=False)], ["expand", ["x0", 1, 3]], ["add_", ["x1", 1.5]]),
    # the angle's gradient at the origin is 0
    program([[D, [3], True, [0.0, 1.0, -2.0]]], ["atan2", ["x0", "x0"]], ["backward", ["x1", True]]),
    # a remainder of 0 has the sign of the dividend
    program(
        [[D, [4], False, [-1.5, 1.5, -2.0, 2.0]], [D, [4], False, [1.5, -1.5, 1.0, -1.0]]],
        ["remainder", ["x0", "x1"]],
        ["reciprocal", ["x2"]],
        ["remainder", ["x0", -1.5]],
        ["reciprocal", ["x4"]],
    ),
    # a matrix times a batch needs no copy where the transpose is contiguous
    program([leaf([2, 3]), leaf([2, 3, 1])], ["matmul", ["x0", "x1"]], ["backward", ["x2", True]]),
    # an element of a 0-dim tensor, differentiated twice
    program([leaf([])], ["index_select", ["x0", 0, at(0)]], ["grad", [["x1"], ["x0"]], {"create_graph": True}]),
    # dimensions that a 0-dim tensor does not have
    program([leaf([])], ["unbind", ["x0", -1]], ["unflatten", ["x0", -1, [1, 1]]]),
    program([leaf([])], ["take_along_dim", ["x0", ONE_OF_NONE, 0]]),
    program([leaf([0])], ["take_along_dim", ["x0", at(0), 0]]),
    # softmax of nothing takes any dtype
    program([leaf([0], I)], ["softmax", ["x0", 0]], ["log_softmax", ["x0", 0]]),
    # shapes that do not broadcast come before a division by zero
    program([leaf([3], I), leaf([2], I, start=0)], ["floor_divide", ["x0", "x1"]], ["floor_divide", ["x0", 0]]),
    # which of several errors comes first, and in what words
    program([leaf([3, 2])], ["index_put_", ["x0", [at(0, 2)], "x0"], {"accumulate": True}]),
    program([leaf([])], ["index_put_", ["x0", [at(0, 0)], "x0"]]),
    program([leaf([3])], ["setitem", ["x0", [at(-1)], "x0"]]),
    program([leaf([3, 2, 3]), leaf([3])], ["index_add", ["x0", 1, at(1, 0), "x1"]]),
    program([leaf([3, 3]), leaf([])], ["index_add", ["x0", 1, at(1), "x1"]]),
    program([leaf([2]), leaf([])], ["index_add", ["x0", 0, at(1, 0), "x1"]]),
    program([leaf([2])], ["index_add", ["x0", 0, at(0, 2), "x0"]]),
    program([leaf([3, 0])], ["index_select", ["x0", 1, at(0)]]),
    program([leaf([2]), leaf([])], ["scatter_add", ["x0", 0, at(0, 0), "x1"]]),
    program(
        [leaf([2, 2]), leaf([2])],
        ["scatter_add", ["x0", -1, {"tensor": [0, 0, 1, 1], "dtype": I, "shape": [2, 2]}, "x1"]],
    ),
    program([leaf([2, 0], F), leaf([], D)], ["scatter_add", ["x0", 0, NOTHING, "x1"]]),
    # an index without elements
    program(
        [leaf([2, 0]), leaf([3])], ["scatter_add", ["x0", 0, NOTHING, "x1"]], ["scatter_add", ["x0", 1, NOTHING, "x0"]]
    ),
    program([["bool", [], False, [True]]], ["scatter_add", ["x0", -1, ONE_OF_NONE, "x0"]]),
    # the result of index_add lies row by row
    program(
        [leaf([2, 3])], ["permute", ["x0", 1, 0]], ["index_add", ["x1", 0, at(2, 1, 1), "x1"]], ["view", ["x2", -1]]
    ),
    # a part of an expanded tensor in which nothing is repeated may be written to
    program([leaf([3], grad=False)], ["expand", ["x0", 2, 3]], ["setitem", ["x1", [0], 1.5]]),
    # an expanded tensor of another dtype lies row by row
    program(
        [leaf([3], I)],
        ["expand", ["x0", 2, 3]],
        ["double", ["x1"]],
        ["view", ["x2", -1]],
        ["tanh", ["x1"]],
        ["view", ["x4", -1]],
    ),
    # the kept gradient is that of the tensor before the change, a hook runs on what `grad` returns
    program([leaf([3])], ["exp", ["x0"]], ["retain_grad", ["x1"]], ["mul_", ["x1", -2.0]], ["backward", ["x1", True]]),
    program([leaf([3])], ["add", ["x0", "x0"]], ["hook", ["x1", -1.0]], ["grad", [["x1"], ["x0", "x1"]]]),
    program([leaf([3])], ["grad", [["x0"], []]]),
    # changes in place that do not fit: the shape, the dtype, the memory
    program(
        [leaf([2, 2], grad=False), leaf([2, 3], grad=False)],
        ["mul_", ["x0", "x1"]],
        ["add_", ["x0", "x1"]],
        ["iadd", ["x0", "x1"]],
    ),
    program([leaf([2], F, grad=False), leaf([2])], ["add_", ["x0", "x1"]], ["div_", ["x0", "x1"]]),
    program(
        [leaf([3, 3], grad=False)],
        ["index_add_", ["x0", 0, at(0, 1, 2), "x0"]],
        ["view", ["x0", -1]],
        ["copy_", ["x0", "x0"]],
    ),
    # views made under no_grad, and views among several
    program([leaf([2, 3])], ["view", ["x0", -1], {}, "no_grad"], ["chunk", ["x0", 2]], ["mul_", ["x2.0", 2.0]]),
    program([leaf([2, 3])], ["sin", ["x0"]], ["unbind", ["x1", 0]], ["mul_", ["x1", 2.0]]),
    # results lie row by row, whatever their input does
    program(
        [leaf([2, 3, 2])],
        ["transpose", ["x0", 0, 2]],
        ["amax", ["x1", 1]],
        ["view", ["x2", -1]],
        ["softmax", ["x1", 1]],
        ["view", ["x4", -1]],
        ["cumsum", ["x1", 1]],
        ["view", ["x6", -1]],
        ["masked_fill", ["x1", {"tensor": [True, False], "dtype": "bool", "shape": [2]}, 0.5]],
        ["view", ["x8", -1]],
    ),
    # a derivative that is 0 everywhere is one
    program([leaf([3])], ["relu", ["x0"]], ["grad", [["x1"], ["x0"]], {"create_graph": True}]),
    program(
        [leaf([3])], ["torch.nn.functional.leaky_relu", ["x0"]], ["grad", [["x1"], ["x0"]], {"create_graph": True}]
    ),
    program([leaf([3])], ["torch.nn.functional.hardtanh", ["x0"]], ["grad", [["x1"], ["x0"]], {"create_graph": True}]),
    # no dimensions at all
    program([leaf([2, 2], I)], ["any", ["x0", []]], ["all", ["x0", []]], ["sum", ["x0", []]]),
    # a view that does not know its base's history yet is refused as a leaf
    program(
        [leaf([3]), leaf([3], grad=False)],
        ["getitem", ["x1", {"slice": [0, 2, None]}]],
        ["add_", ["x1", "x0"]],
        ["mul_", ["x2", 2.0]],
        ["mul", ["x2", 2.0]],
        ["mul_", ["x2", 2.0]],
    ),
    # a pass from a view whose history is not known, under no_grad too
    program(
        [leaf([3])],
        ["exp", ["x0"]],
        ["split", ["x1", [1, 2], 0]],
        ["imul", ["x2.0", 1.5], {}, "no_grad"],
        ["grad", [["x2.0"], ["x0"]], {}, "no_grad"],
    ),
    # an index that is too large, in a dimension in the middle
    program(
        [leaf([2, 3, 2])], ["index_add", ["x0", 1, at(3, 0, 0), "x0"]], ["index_add", ["x0", 1, at(2, 0, 0), "x0"]]
    ),
    program([leaf([0, 2])], ["index_add", ["x0", 1, at(3, 0), "x0"]]),
    # a step is 0 at nan; a root of a negative zero
    program([[D, [2], False, [-1.0, 0.0]]], ["sqrt", ["x0"]], ["heaviside", ["x1", "x1"]]),
    program([[D, [2], False, [-0.0, 0.0]]], ["relu", ["x0"]], ["reciprocal", ["x1"]]),
    # the derivative by the exponent, of a gradient that is nan
    program([[D, [2], True, [-1.5, 0.0]]], ["pow", ["x0", "x0"]], ["var", ["x1"]], ["backward", ["x2", True]]),
    # names of nodes
    program([leaf([3])], ["div", ["x0", 2], {"rounding_mode": None}], ["div", ["x0", 2]]),
    program([leaf([3])], ["mul", ["x0", 2]], ["torch.nn.functional.threshold_", ["x1", 1.0, 0.5]]),
    # names of the nodes of changed shapes
    program(
        [leaf([2, 3])],
        ["sin", ["x0"]],
        ["t_", ["x1"]],
        ["unsqueeze_", ["x1", 1]],
        ["squeeze_", ["x1"]],
        ["transpose_", ["x1", 0, 1]],
    ),
]
