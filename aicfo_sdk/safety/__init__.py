"""Policy, approvals and the commit: what stands between a proposal and the money.

policy.decide       what a policy says of a proposal (deny by default); `checks` are its rules
explain.explain     why, rule by rule, and what would change that; `review` what is odd about one
spending.Spending   what limits are held against: stakes by day, uses of mandates
payees, likeness    how long the books know a payee, and for whom it may be taken
mandates.grant      what a person allows once, within limits; list and revoke
approvals.propose   puts a proposal on the desk of the books; approve and reject, by people
commit.commit       carries an approved one out, once; preview shows what it would do
holds.hold          reserves first; settle posts, void gives back
"""
