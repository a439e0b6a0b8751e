"""The panel of the real notices."""

from __future__ import annotations

from aicfo_sim.demo.output import NoticesOutput


def test_releases_are_merged_and_later_ones_are_unknown(real_notices: NoticesOutput) -> None:
    assert real_notices.releases == 200
    assert real_notices.processes == 190
    assert real_notices.open < real_notices.published < real_notices.processes


def test_a_caterer_is_shown_catering_first_with_reasons(real_notices: NoticesOutput) -> None:
    assert "Catering" in real_notices.matches[0].title
    assert all(match.reasons for match in real_notices.matches)
    scores = [match.score_ppm for match in real_notices.matches]
    assert scores == sorted(scores, reverse=True)


def test_only_tenders_still_open_that_day_are_ranked(real_notices: NoticesOutput) -> None:
    ends = [match.deadline for match in real_notices.matches if match.deadline]
    assert ends
    assert all(day >= real_notices.as_of for day in ends)


def test_the_gate_of_the_best_match_is_shown(real_notices: NoticesOutput) -> None:
    assert real_notices.gate_tender == real_notices.matches[0].tender
    assert {finding.code for finding in real_notices.gate} >= {"deadline"}
