"""What is granted from records alone leaves nothing to a person to find out.

Where somebody applies, a reviewer can look at a missing fact before anything is paid
(``if_unknown: manual``, ``otherwise``, ``region: if_known``, what was paid in parts). A provision
that is screened grants by itself: there a missing fact must go to review, or an unknown could turn a
refusal into a grant.
"""

from collections.abc import Iterator

from .schema import AnyOf, Provision, expressions

_TEXT = "没有申请就发放的条款，缺的事实要进入人工核实，这里不能写 {}"


def unattended_faults(provision: Provision) -> Iterator[tuple[tuple, str]]:
    """``(path below the provision, text)`` of each construct that an automatic one must not use."""
    if provision.delivery.how != "automatic":
        return
    if provision.region == "if_known":
        yield ("region",), _TEXT.format("if_known")
    for section, rules in (
        ("exclusions", provision.exclusions), ("conditions", provision.conditions),
    ):  # fmt: skip
        for index, rule in enumerate(rules):
            alternatives = isinstance(rule, AnyOf)
            for part, condition in enumerate(rule.any_of if alternatives else [rule]):
                if condition.if_unknown == "manual":
                    within = ("any_of", part) if alternatives else ()
                    yield (section, index, *within, "if_unknown"), _TEXT.format("manual")
    if any(e.otherwise is not None or e.otherwise_fact is not None for e in expressions(provision)):
        yield ("amount",), _TEXT.format("otherwise")
    if provision.tranches is not None:
        yield ("tranches",), _TEXT.format("tranches")
