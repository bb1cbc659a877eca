"""Pages of a list: which one, how long, and how many rows there are."""

from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field, Query, Schema

MOST_A_PAGE, MOST_PAGES = 200, 100_000
M = TypeVar("M", bound=Model)

PageNumber = Annotated[int, Query(ge=1, le=MOST_PAGES, description="Which page, from 1")]
PageSize = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="Rows a page, 200 at most")]


class PageOut(Schema):
    """Where a page stands in its list."""

    page: int = Field(description="Which page, from 1")
    page_size: int = Field(description="Rows a page")
    total: int = Field(description="Rows of the whole list")


def cut(rows: QuerySet[M], page: int, size: int) -> tuple[list[M], int]:
    """The rows of a page, and how many there are in all."""
    start = (page - 1) * size
    return list(rows[start : start + size]), rows.count()
