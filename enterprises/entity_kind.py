"""单位类型, read off the unified social credit code where the code says it. Pure.

GB 32100-2015: the first character is the authority that registers, the second the kind of body it
registered. 2022 and later documents on the refund treat six kinds like small enterprises, so who is
one is a fact with money behind it: what the code says holds, nobody declares otherwise.
"""

from enterprises.enums import EntityKind

# First two characters → what it is; the codes of cooperatives, schools, hospitals and offices are
# none of the kinds the documents name.
_BY_CODE = {
    "31": EntityKind.LAW_FIRM,
    "51": EntityKind.SOCIAL_GROUP,
    "52": EntityKind.SOCIAL_SERVICE,
    "53": EntityKind.FOUNDATION,
    "91": EntityKind.ENTERPRISE,
    "92": EntityKind.INDIVIDUAL_BUSINESS,
}
# 会计、审计及税务服务 (GB/T 4754-2017): accounting firms have the code of an enterprise, so in this
# trade the enterprise says which of the two it is and staff confirm it with the licence.
ACCOUNTING = "L7241"


def possible_kinds(credit_code: str, industry_code: str) -> tuple[EntityKind, ...]:
    """What a body of this code and trade can be, the likeliest first; empty: none of the kinds."""
    kind = _BY_CODE.get(credit_code[:2])
    if kind is None:
        return ()
    if kind == EntityKind.ENTERPRISE and ACCOUNTING.startswith(industry_code[:5]):
        return kind, EntityKind.ACCOUNTING_FIRM
    return (kind,)


def kind_by_code(credit_code: str, industry_code: str) -> EntityKind | None:
    """The kind when code and trade leave no doubt, else None: not known until it is declared."""
    kinds = possible_kinds(credit_code, industry_code)
    return kinds[0] if len(kinds) == 1 else None


def kind_to_pay_by(
    kind: str | None, credit_code: str, industry_code: str, *, approved: bool
) -> str | None:
    """The kind money may rest on: what is only declared counts once the licence is `approved`.

    `subsidies.services.facts` says the same of all enterprises in SQL.
    """
    if ACCOUNTING.startswith(industry_code[:5]) and credit_code[:2] == "91":
        return (kind or None) if approved else None
    return None if kind == EntityKind.ACCOUNTING_FIRM else kind or None
