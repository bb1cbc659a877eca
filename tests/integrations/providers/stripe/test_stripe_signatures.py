"""Signatures: Stripe's public vectors, several secrets, five minutes either way, any garbage."""

from datetime import UTC, datetime

import pytest

from integrations.providers.stripe.signature import expected, is_signed, read_header

from .conftest import raw

INVOICE_ITEM = raw("vector_invoiceitem")
READER = (
    b'{\n  "id": "evt_test_webhook",\n  "object": "event",\n'
    b'  "data": { "object": { "id": "rdr_123", "object": "terminal.reader" } }\n}'
)
SHORT = b'{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}'
SECRET, T = "whsec_test_secret", 1_700_000_000
OF_INVOICE_ITEM = "f0bdba6d4eacbd8ad8a3bbadd7248e633ec1477f7899c124c51b39405fa36613"
OF_SHORT = "67da5088c63e080c71bd2bb0cb5c03d85a8fc6a21ce3aaf484df809654745b92"
GOOD = f"t={T},v1={OF_SHORT}"


def takes(header, body=SHORT, secrets=(SECRET,), at=T):
    return is_signed(body, {"stripe-signature": header}, secrets, datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize(
    ("body", "secret", "time", "v1"),
    [
        (INVOICE_ITEM, "webhook_secret", 1_533_204_620, OF_INVOICE_ITEM),
        (
            READER,
            SECRET,
            T,
            "3bfab77baf5f7b6991a46c9b53b6547d7afc56148b10468fcad9f35c1992ffbd",
        ),
        (SHORT, SECRET, T, OF_SHORT),
    ],
    ids=["invoiceitem", "reader", "short"],
)
def test_the_public_vectors_are_good(body, secret, time, v1):
    assert expected(secret, b"%d." % time + body) == v1.encode()
    assert takes(f"t={time},v1={v1}", body, [secret], time)


def test_one_byte_less_is_another_body():
    v0 = "63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
    header = f"t=1533204620,v1={OF_INVOICE_ITEM},v0={v0}"
    whole = takes(header, INVOICE_ITEM, ["webhook_secret"], 1_533_204_620)
    cut = takes(header, INVOICE_ITEM[:-1], ["webhook_secret"], 1_533_204_620)
    assert (len(INVOICE_ITEM), whole, cut) == (807, True, False)


def test_one_good_signature_among_several_is_enough():
    assert takes(f"t={T},v1={'0' * 64},v1={OF_SHORT}")
    assert takes(f"t={T},v1={OF_SHORT},v1={'0' * 64}")


def test_only_the_first_scheme_counts():
    assert not takes(f"t={T},v0={OF_SHORT}")
    assert not takes(f"t={T},v2={OF_SHORT}")


@pytest.mark.parametrize(
    "header",
    ["", "t=", f"v1={OF_SHORT}", f"t=abc,v1={OF_SHORT}", f"t={T}", f"t={T}, v1={OF_SHORT}"],
)
def test_a_malformed_header_is_refused(header):
    assert not takes(header)


@pytest.mark.parametrize("time", ["-1", "1e9", "1_700_000_000", "\u0661\u0667", "9" * 400, "²"])
def test_a_time_that_is_no_plain_number_is_refused(time):
    assert read_header(f"t={time},v1={OF_SHORT}")[0] is None
    assert not takes(f"t={time},v1={OF_SHORT}")


@pytest.mark.parametrize(
    ("late", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_five_minutes_either_way(late, good):
    assert takes(GOOD, at=T + late) is good


@pytest.mark.parametrize("v1", ["подпись", "\ud800", "\x00", "é" * 64, "\uff10" * 64])
def test_a_signature_that_is_not_ascii_is_refused_and_never_an_error(v1):
    assert not takes(f"t={T},v1={v1}")


def test_while_a_secret_is_changed_both_sign():
    assert takes(GOOD, secrets=["whsec_new", SECRET])
    assert takes(GOOD, secrets=[SECRET, ""])
    assert not takes(GOOD, secrets=["whsec_new", ""])


def test_a_blank_secret_accepts_nothing_even_signed_with_it():
    by_blank = expected("", b"%d." % T + SHORT).decode()
    assert not takes(f"t={T},v1={by_blank}", secrets=["", ""])


def test_the_provider_takes_its_clock_and_both_its_secrets(world):
    world.now = datetime.fromtimestamp(T, UTC)
    old = world.stripe({"webhook_secret": "whsec_new", "old_webhook_secret": SECRET})
    assert old.verify(SHORT, {"stripe-signature": GOOD})
    world.now = datetime.fromtimestamp(T + 301, UTC)
    assert not old.verify(SHORT, {"stripe-signature": GOOD})


def test_spaces_around_a_pasted_secret_do_not_count(world):
    world.now = datetime.fromtimestamp(T, UTC)
    pasted = world.stripe({"webhook_secret": f" {SECRET}\n"})
    assert pasted.verify(SHORT, {"stripe-signature": GOOD})
    blank = world.stripe({"webhook_secret": "  "})
    assert not blank.verify(SHORT, {"stripe-signature": GOOD})
