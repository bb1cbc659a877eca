"""What a cell may hold, and the sentence where it may not."""

import re
from datetime import date
from decimal import Decimal

import pytest

from integrations.importing.cells import Amount, Cell, Choice, Day, Since, Whole

STATUSES = [("draft", "Draft"), ("ordered", "On order")]


@pytest.mark.parametrize(
    ("widget", "text", "value"),
    [
        (Cell(), "  Mug ", "Mug"),
        (Cell(), "", ""),
        (Whole(-9), "-2", -2),
        (Whole(), "+3", 3),
        (Whole(), " ", None),
        (Amount(), "12.50", Decimal("12.50")),
        (Amount(), "", None),
        (Day(), "2026-11-20", date(2026, 11, 20)),
        (Day(), "", None),
        (Choice(STATUSES), "on ORDER", "ordered"),
        (Choice(STATUSES), "draft", "draft"),
        (Since(), "Yes", True),
        (Since(), "", False),
    ],
)
def test_a_cell_is_read(widget, text, value):
    assert widget.clean(text) == value


@pytest.mark.parametrize(
    ("widget", "text", "says"),
    [
        (Cell(3), "Mugs", "It has 4 characters; at most 3 fit."),
        (Cell(required=True), " ", "It is empty; fill it in."),
        (Whole(), "1.5", "“1.5” is not a whole number. Write digits only, like 12."),
        (Whole(), "1,000", "“1,000” is not a whole number. Write digits only, like 12."),
        (Whole(), "²", "“²” is not a whole number. Write digits only, like 12."),
        (Whole(), "9" * 19, f"“{'9' * 19}” is not a whole number. Write digits only, like 12."),
        (Whole(0, 10), "11", "11 is not between 0 and 10."),
        (Amount(), "12,50", "“12,50” has a comma. Write 1250.50, with a point and no commas."),
        (Amount(), "$5", "“$5” is not an amount. Write it like 12.50."),
        (Amount(), "NaN", "“NaN” is not an amount. Write it like 12.50."),
        (Amount(), "1e400", "“1e400” is not between 0 and 10,000,000,000."),
        (Amount(), "-1", "“-1” is not between 0 and 10,000,000,000."),
        (Amount(), "1.00001", "“1.00001” has more than four decimals."),
        (Day(), "11/12/2026", "“11/12/2026” is not a date. Write year, month and day: 2026-11-20."),
        (Day(), "2026-02-30", "“2026-02-30” is not a date. Write year, month and day: 2026-11-20."),
        (Choice(STATUSES), "gone", "“gone” is not one of: draft, ordered."),
        (Since(), "maybe", "“maybe” is neither yes nor no."),
    ],
)
def test_a_cell_that_cannot_be_used_says_what_to_write(widget, text, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        widget.clean(text)


def test_an_amount_is_shown_without_zeros_at_its_end():
    assert [Amount().render(Decimal(text)) for text in ("12.5000", "100.0000", "0.0000")] == [
        "12.5",
        "100",
        "0",
    ]
