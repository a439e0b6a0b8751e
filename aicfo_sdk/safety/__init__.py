"""Policy, approvals and the commit: what stands between a proposal and the money.

policy.decide       what a policy says of a proposal (deny by default)
approvals.propose   puts a proposal on the desk of the books; approve and reject, by people
commit.commit       carries an approved one out, once; preview shows what it would do
"""
