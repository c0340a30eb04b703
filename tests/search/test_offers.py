"""What is offered where nothing stands letter for letter."""

from __future__ import annotations

import pytest

from xuelan.search.answer import EXACT
from xuelan.search.reader import IndexReader
from xuelan.search.results import ask
from xuelan.search.suggest import write_dates


@pytest.mark.parametrize(
    "typed",
    ["2016-03-07", "2016-3-7", "2016.3.7", "2016/03/07", "２０１６．３．７", "2016年03月07日"],
)
def test_a_date_is_offered_as_it_is_written(typed: str, reader: IndexReader) -> None:
    """The offer has an exact answer."""
    page = ask(reader, typed, 1)
    if page.group == EXACT:  # somebody has written it so
        return
    assert page.meant == ("2016年3月7日",)
    assert ask(reader, page.meant[0], 1).group == EXACT


@pytest.mark.parametrize("typed", ["12016.3.7", "2016.3", "1.06万", "2016-3-777", "v2016"])
def test_what_is_no_date(typed: str) -> None:
    """Numbers of other kinds stay as they are."""
    assert write_dates(typed) == typed


@pytest.mark.parametrize(
    "typed", ["毛峰美", "大犁树村", "孙得忠", "三言三实", "毛风梅心得", "daxing", "wu"]
)
def test_every_offer_stands_somewhere(typed: str, reader: IndexReader) -> None:
    """An offer that leads to nothing is worse than none."""
    for offer in ask(reader, typed, 1).meant:
        assert ask(reader, offer, 1).group == EXACT, offer
