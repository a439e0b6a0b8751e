"""Rates: known until the scenario's start, drawn after it, the same whatever the run's length."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest
from aicfo_sim import rates
from aicfo_sim.dates import Dates, dates
from aicfo_sim.draws import draw_block, world
from aicfo_sim.market import CLASSES, INSTITUTIONS, TENORS, Market, market
from aicfo_sim.quotes import quotes
from aicfo_sim.scenario import Figures, calibration, load
from hypothesis import given, settings
from hypothesis import strategies as st

from aicfo_sdk.model import DiscountQuote
from aicfo_sdk.parameters import parameters

START = date(2025, 7, 1)
WARM = 60


def _days(start: date, count: int, warm: int = WARM) -> Dates:
    return dates(start - timedelta(days=warm), warm + count)


def _market(
    count: int, seed: int = 3, start: date = START, figures: Figures | None = None
) -> Market:
    chosen = figures or calibration("market")
    return market(chosen, seed, 0, _days(start, count), WARM)


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    short=st.integers(1, 60),
    more=st.integers(1, 90),
    year=st.sampled_from([2012, 2019, 2024, 2025]),
)
def test_the_first_days_of_a_longer_run_are_a_shorter_runs_days(
    seed: int, short: int, more: int, year: int
) -> None:
    start = date(year, 7, 1)
    one, other = (_market(count, seed, start) for count in (short, short + more))
    for item in fields(one.rates):
        path = getattr(other.rates, item.name)[..., : WARM + short]
        assert np.array_equal(getattr(one.rates, item.name), path), item.name
    assert np.array_equal(one.curve, other.curve[:, : WARM + short])


def test_before_the_start_every_replication_knows_the_same_rates_and_after_it_none_does() -> None:
    figures = calibration("market")
    table = _days(START, 120)
    one, other = (market(figures, 3, replication, table, WARM) for replication in (0, 1))
    assert np.array_equal(one.curve[:, :WARM], other.curve[:, :WARM])
    assert (one.curve[:, WARM + 40 :] != other.curve[:, WARM + 40 :]).mean() > 0.9


def test_known_days_hold_the_real_fixings_and_the_dated_parameters() -> None:
    start = date(2021, 7, 1)
    found, table = _market(10, start=start).rates, _days(start, 10)
    t = table.number(date(2021, 6, 30))
    assert rates.known_shibor(date(2021, 6, 30)) == tuple(found.shibor[:, t])
    assert found.shibor[rates.TENORS.index("3M"), t] == 24_580
    assert found.lpr_1y[t] == 38_500
    recent = _market(10).rates
    assert recent.lpr_1y[WARM - 1] == parameters().at("rates.lpr_1y_ppm", date(2025, 6, 30))
    assert recent.deposit[0] == 1_000
    assert recent.deposit[WARM - 1] == 500


def test_a_weekend_has_the_last_fixing() -> None:
    assert rates.known_shibor(date(2021, 7, 4)) == rates.known_shibor(date(2021, 7, 2))
    path = _market(30).rates.shibor
    table = _days(START, 30)
    t = table.number(date(2025, 7, 12))
    assert np.array_equal(path[:, t], path[:, t - 1])
    assert np.array_equal(path[:, t + 1], path[:, t - 1])


def test_drawn_rates_stay_within_their_bounds() -> None:
    figures = calibration("market").with_values({"shibor_scale": 5.0, "lpr_cut": 1.0})
    found = _market(760, figures=figures)
    least, most = (round(end * 10_000) for end in figures.numbers("shibor_bounds"))
    after = found.rates.shibor[:, WARM:]
    assert (after >= least).all()
    assert (after <= most).all()
    assert after.min() == least, "the bound was never reached: the test proves nothing"
    assert found.rates.lpr_1y.min() == rates.LPR_LEAST
    assert found.rates.deposit.min() >= rates.EARN_LEAST
    assert found.rates.fund.min() >= rates.EARN_LEAST
    assert found.curve.min() >= round(figures.number("bill_least") * 10_000)


def test_with_all_moves_off_rates_stand_still() -> None:
    still: dict[str, object] = dict.fromkeys(
        ("shibor_scale", "lpr_cut", "lpr_rise", "bill_sd"), 0.0
    )
    # Half a year after the last dated change nothing is still working its way through the mean.
    start = date(2026, 6, 1)
    found = _market(90, start=start, figures=calibration("market").with_values(still))
    for item in fields(found.rates):
        path = getattr(found.rates, item.name)
        assert (path[..., WARM:] == path[..., WARM - 1 : WARM]).all(), item.name


def test_the_loan_prime_rate_moves_only_on_its_fixing_days_and_both_terms_together() -> None:
    figures = calibration("market").with_values({"lpr_cut": 0.5, "lpr_rise": 0.3})
    found, table = _market(300, figures=figures).rates, _days(START, 300)
    moves = np.diff(found.lpr_1y)
    when = np.flatnonzero(moves) + 1
    when = when[when >= WARM]
    assert when.size > 3
    for t in when.tolist():
        assert table.at(t).day >= 20
        assert table.working[t + 300]
    assert set(np.abs(moves[when - 1]).tolist()) == {rates.LPR_STEP}
    assert np.array_equal(np.diff(found.lpr_5y)[when - 1], moves[when - 1])


def test_the_bill_curve_is_inverted_as_seen_and_changes_its_slope_at_times() -> None:
    known = _market(1)
    day = _days(START, 1).number(date(2025, 6, 30))
    three, six = known.curve[1, day], known.curve[2, day]
    # Transfer discount of 2025-08-15, SHIBOR as assumed since that June.
    assert (three, six) == (9_600, 6_500)
    slopes = np.concatenate(
        [np.diff(_market(365, seed=seed).curve[1:, WARM:], axis=0)[0] for seed in range(4)]
    )
    assert 0.5 < (slopes < 0).mean() < 1.0


def test_what_money_earns_follows_the_market_later_and_in_part() -> None:
    figures = calibration("market").with_values({"lpr_cut": 0.0, "lpr_rise": 0.0})
    found = _market(365, seed=5, figures=figures).rates
    three = found.shibor[rates.TENORS.index("3M")].astype(float)
    fund = found.fund.astype(float)
    assert fund[WARM:].std() < three[WARM:].std()
    assert np.corrcoef(fund[WARM + 60 :], three[WARM:-60])[0, 1] > 0.7
    assert (found.deposit[WARM:] == found.deposit[WARM]).all()


def test_a_day_before_the_first_row_takes_that_row() -> None:
    assert rates.known("rates.lpr_1y_ppm", date(2012, 1, 1)) == 42_500
    assert rates.known("finance.money_fund_ppm", date(2012, 1, 1)) == 18_000


def test_quotes_say_what_the_bank_charges_that_day_in_every_bucket() -> None:
    where = world(load("default"), days=20, seed=7)
    t, counter = where.scenario.warmup_days + 7, 9_000
    found = [q for q in quotes(where, t, counter).values() if isinstance(q, DiscountQuote)]
    assert {quote.tenor_days for quote in found} == set(TENORS)
    for quote in found:
        place = INSTITUTIONS.index(quote.institution)
        rate = where.market.rate(
            t,
            place,
            np.array([CLASSES.index(quote.acceptor_class)]),
            np.array([quote.tenor_days]),
            np.array([counter]),
        )
        assert quote.rate_ppm == rate[0]
        assert quote.fee == where.market.fee(place)
        assert quote.day == where.dates.at(t)
    yesterday = quotes(where, t - 1, counter)
    assert any(yesterday[quote.id] != quote for quote in found)


@pytest.mark.parametrize(
    ("tenor", "bucket"), [(1, 0), (30, 0), (31, 1), (90, 1), (91, 2), (300, 2)]
)
def test_a_bill_pays_the_rate_of_its_remaining_days(tenor: int, bucket: int) -> None:
    found = _market(5)
    nothing = np.zeros(1, dtype=np.int64)
    rate = found.rate(WARM, 2, nothing, np.array([tenor]), nothing)
    assert rate[0] == found.curve[bucket, WARM] + found.platform_markup


def test_another_future_of_rates_changes_no_quote_of_today() -> None:
    """What a policy is shown on a day depends on that day's column alone."""
    where = world(load("default"), days=60, seed=7)
    t = where.scenario.warmup_days + 20
    block = draw_block(where, [where.who(n) for n in range(3)])
    before = quotes(where, t, 1_000)
    fund = where.market.fund_rate(t)
    other = world(load("default"), days=60, seed=7)
    other.market.curve[:, t + 1 :] += 7_000
    other.market.rates.fund[t + 1 :] += 7_000
    assert quotes(other, t, 1_000) == before
    assert other.market.fund_rate(t) == fund
    assert block.size == 3


def test_a_shift_moves_a_yield_down_as_well_as_up() -> None:
    plain = _market(20).rates.fund
    for shift in (-0.5, 0.5):
        figures = calibration("market").with_values({"money_fund_shift": shift})
        assert np.array_equal(
            _market(20, figures=figures).rates.fund, plain + round(shift * 10_000)
        )


def test_drawn_changes_run_on_as_real_ones_do() -> None:
    """Daily changes of SHIBOR 3M follow each other: autocorrelation of 0.84 in 2015-2022."""
    path = np.concatenate([_market(365, seed=seed).rates.shibor[4:5, WARM:] for seed in range(4)])
    working = _days(START, 365).working[300 + WARM : 300 + WARM + 365]
    changes = np.diff(path[:, working].astype(float), axis=1)
    drawn = np.corrcoef(changes[:, 1:].ravel(), changes[:, :-1].ravel())[0, 1]
    real = rates.real_changes(2015)[:, 4].astype(float)
    assert 0.8 < np.corrcoef(real[1:], real[:-1])[0, 1] < 0.9
    assert 0.6 < drawn < 0.95
    # Half the size of the real ones, as calibrated.
    assert 0.3 < changes.std() / real.std() < 0.7


def test_a_run_without_a_warm_up_starts_from_what_is_known_on_its_first_day() -> None:
    found = market(calibration("market"), 3, 0, dates(START, 30), 0).rates
    assert found.lpr_1y[0] == 30_000
    assert abs(found.shibor[4, 0] - 16_200) < 1_000
