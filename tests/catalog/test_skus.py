import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.skus import build_sku, find_variant, parse_sku
from tests.catalog.builders import make_variant


def test_our_sku_holds_the_code_and_theirs() -> None:
    assert build_sku("bluedoor", " HOUSE-250 ") == "PARTNER-bluedoor-HOUSE-250"
    assert parse_sku("PARTNER-bluedoor-HOUSE-250") == ("bluedoor", "HOUSE-250")


def test_a_sku_that_holds_another_prefix_is_read_from_the_left() -> None:
    assert parse_sku("PARTNER-ab-PARTNER-cd-1") == ("ab", "PARTNER-cd-1")


@pytest.mark.parametrize("sku", ["HOUSE-250", "PARTNER-A-1", "PARTNER-ab-", "partner-ab-1", ""])
def test_what_is_not_ours_is_not_parsed(sku: str) -> None:
    assert parse_sku(sku) is None


def test_without_their_sku_there_is_none() -> None:
    with pytest.raises(ValueError, match="no SKU at the partner"):
        build_sku("bluedoor", "  ")


def test_a_hundred_characters_fit_and_one_more_does_not() -> None:
    longest = 100 - len("PARTNER-bluedoor-")
    assert len(build_sku("bluedoor", "x" * longest)) == 100
    with pytest.raises(ValueError, match="101 characters; at most 100"):
        build_sku("bluedoor", "x" * (longest + 1))


@pytest.mark.django_db
def test_the_exact_sku_wins_over_one_that_looks_alike() -> None:
    make_variant("abc")
    exact = make_variant("ABC")
    assert find_variant("ABC") == (exact, "")


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["house-250", " HOUSE-250\u00a0", "\uff28OUSE-250"])
def test_one_other_spelling_is_found(
    spelling: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = make_variant("HOUSE-250")
    with django_assert_num_queries(2):
        assert find_variant(spelling) == (variant, "")


@pytest.mark.django_db
def test_two_candidates_are_no_match() -> None:
    make_variant("abc")
    make_variant("ABC")
    assert find_variant("Abc") == (
        None,
        "More than one product variant matches SKU Abc: abc, ABC.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sku", "why"),
    [
        ("HOUSE-25", ""),
        ("HOUSE-2500", ""),
        ("H\u041eUSE-250", " Its \u041e is Cyrillic capital letter o."),
        ("HOUSE\u200b-250", " It has a character that cannot be seen (U+200B)."),
        ("HOUSE-250\ufeff", " It has a character that cannot be seen (U+FEFF)."),
    ],
)
def test_what_only_looks_the_same_is_not_matched_and_the_reason_names_the_letter(
    sku: str, why: str
) -> None:
    make_variant("HOUSE-250")
    assert find_variant(sku) == (None, f"No product variant found for SKU {sku}.{why}")


@pytest.mark.django_db
@pytest.mark.parametrize("sku", ["A/B #1+\u00fc", "50% 'x' \"y\" & <b>", "a\\b;--", "PARTNER-"])
def test_special_characters_in_a_sku_are_characters_like_others(sku: str) -> None:
    variant = make_variant(sku)
    assert find_variant(sku) == (variant, "")
    assert parse_sku(build_sku("bluedoor", sku)) == ("bluedoor", sku)


@pytest.mark.django_db
def test_partners_whose_codes_begin_alike_keep_their_skus_apart() -> None:
    short, long = make_variant("PARTNER-blue-door-1"), make_variant("PARTNER-bluedoor-1")
    assert find_variant("PARTNER-blue-door-1") == (short, "")
    assert find_variant("PARTNER-bluedoor-1") == (long, "")
    assert parse_sku(short.sku) == ("blue", "door-1")
    assert parse_sku(long.sku) == ("bluedoor", "1")


@pytest.mark.django_db
def test_a_line_without_sku_says_so() -> None:
    assert find_variant(" ") == (None, "The line has no SKU.")
