"""Shorthand is written out before a question is read: what is typed, and what it stands for."""

from __future__ import annotations

import pytest

from core.nl2sql.builtin.linking.shorthand import written_out

WRITTEN = {
    "no. of ppl per tier": "number of people per tier",
    "n. of visits w/ a fee": "number of visits with a fee",
    "rev by cat n region": "revenue by cat and region",
    "the top n customers": "the top n customers",
    "wards excl. maternity": "wards excluding maternity",
    "members' b-days": "members' birth date",
    "fees q1 98": "fees q1 1998",
    "fees q4 '25 by branch": "fees q4 2025 by branch",
    "visits in 97": "visits in 1997",
    "visits in 97 vs 98": "visits in 1997 vs 1998",
    "monthly fees 07": "monthly fees 2007",
    "visits aug 05 by ward": "visits aug 2005 by ward",
    "visits on aug 12": "visits on aug 12",
    "visits aug 05, 2024": "visits aug 05, 2024",
    "goods sold in 24 shops": "goods sold in 24 shops",
    "2nd quarter 2023 visits": "q2 2023 visits",
    "1st 10 visits": "first 10 visits",
    "1st class seats": "1st class seats",
    "only under 16s": "only aged under 16",
    "over 65s by ward": "aged over 65 by ward",
    "laps under 58s": "laps under 58s",
    "nurses in their thirties": "nurses aged between 30 and 39",
    "hired in the 90s": "hired in the 90s",
}


@pytest.mark.parametrize("typed", WRITTEN)
def test_what_busy_people_type_is_written_out(typed: str) -> None:
    assert written_out(typed) == WRITTEN[typed]
