"""What decisions do to demand and goods: stores, marketing, promotions, stock; labelled faults.

Base takings stay exogenous. A merchant that takes no such decision has the factor 1,000,000 ppm
and the same bytes as without this package (`effects.room`).
"""
