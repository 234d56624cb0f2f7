"""Containers of modules and of parameters: indexing, slicing, changing, joining."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from .common import Case

CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[f"module/{function.__name__}"] = function
    return function


@case
def containers(torch: Any) -> Any:
    nn = torch.nn
    layers = [nn.Linear(1, i + 1) for i in range(5)]
    s = nn.Sequential(*layers)

    def widths(seq: Any) -> list[Any]:
        return [[name, m.out_features] for name, m in seq.named_children()]

    log: list[Any] = [len(s), s[-1].out_features, widths(s[1:3]), widths(s[::2]), [m.out_features for m in s]]
    s[1] = nn.Linear(1, 20)
    del s[0]
    log.append(widths(s))
    s.append(nn.Linear(1, 30)).insert(1, nn.Linear(1, 40)).extend([nn.Linear(1, 50)])
    log.append(widths(s))
    log.append([s.pop(0).out_features, widths(s)])
    del s[1:3]
    log.append(widths(s))
    log += [widths(s + nn.Sequential(nn.Linear(1, 2))), len(s * 3), len(2 * s), "0" in dir(s), "append" in dir(s)]
    s += nn.Sequential(nn.Linear(1, 7))
    log.append(widths(s))
    named = nn.Sequential(OrderedDict(first=nn.Linear(1, 1), second=nn.Linear(1, 2), third=nn.Linear(1, 3)))
    log += [named.second.out_features, widths(named[1:]), type(named[1:]).__name__]
    ml = nn.ModuleList(layers[:2])
    ml.append(layers[2]).extend(layers[3:])
    ml.insert(0, nn.Linear(1, 9))
    log += [
        widths(ml),
        widths(ml[1:3]),
        type(ml[1:3]).__name__,
        ml.pop(-1).out_features,
        widths(ml + [nn.Linear(1, 8)]),  # noqa: RUF005
    ]
    del ml[0]
    ml += [nn.Linear(1, 11)]
    log += [widths(ml), layers[1] in ml, len(ml)]
    md = nn.ModuleDict([["b", nn.Linear(1, 1)], ["a", nn.Linear(1, 2)]])
    md["c"] = nn.Linear(1, 3)
    md.update({"a": nn.Linear(1, 4), "d": nn.Linear(1, 5)})
    log += [
        list(md),
        list(md.keys()),
        [m.out_features for m in md.values()],
        "a" in md,
        md.pop("b").out_features,
        len(md),
    ]
    del md["a"]
    log += [widths(md), [k for k, _ in md.items()]]
    md.clear()
    return [*log, len(md)]


@case
def parameter_containers(torch: Any) -> Any:
    nn = torch.nn
    pl = nn.ParameterList([torch.zeros(1), torch.ones(2)])
    pl.append(torch.zeros(3)).extend([torch.zeros(4), "five"])
    pl += [torch.zeros(5)]
    pl[0] = torch.full((6,), 2.0)
    log: list[Any] = [len(pl), [n for n, _ in pl.named_parameters()], type(pl[1]).__name__, pl[4], pl[-1].shape[0]]
    log += [[p.shape[0] for p in pl[1:4]], type(pl[1:4]).__name__, pl[0].detach(), list(pl.state_dict())]
    pd = nn.ParameterDict({"b": torch.zeros(1), "a": torch.zeros(2)})
    pd["c"] = torch.zeros(3)
    log += [list(pd), [n for n, _ in pd.named_parameters()], "a" in pd, len(pd), pd.get("z", 5), list(reversed(pd))]
    pd.update(OrderedDict(z=torch.zeros(1), y=torch.zeros(1)))
    log += [list(pd.keys()), pd.popitem()[0], pd.pop("a").shape[0], list(pd), pd.setdefault("n", 3), list(pd.copy())]
    log += [list(pd | nn.ParameterDict({"q": torch.zeros(1)})), [k for k, _ in pd.items()], len(list(pd.values()))]
    log += [list(pd.fromkeys(["r", "s"], 1.0))]
    del pd["b"]
    pd.clear()
    return [*log, len(pd)]
