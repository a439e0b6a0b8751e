"""How bids are evaluated, one module per regime: exact, to the hundredth of a point.

`procurement` is 政府采购法 (综合评分法, 最低评标价法), `tendering` is 招标投标法 (综合评估法,
经评审的最低投标价法). Their rules are kept apart: a price deduction of the one is never applied in
the other.
"""
