"""Against the vectors that Shopify's own libraries publish in their tests."""

import pytest

from integrations.sandbox.shopify.signing import (
    callback_hmac,
    callback_message,
    signed_query,
    webhook_hmac,
)


def test_callback_hmac_is_that_of_the_python_library():
    params = {
        "code": "a94a110d86d2452eb3e2af4cfb8a3828",
        "shop": "some-shop.myshopify.com",
        "timestamp": "1337178173",
        "signature": "left out",
        "hmac": "left out",
    }
    wanted = "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2"
    assert callback_hmac(params, "hush") == wanted


def test_callback_parameters_are_sorted_and_escaped_as_shopify_does():
    assert callback_message({"b": "1&2%", "a=": "x=y"}) == "a%3D=x=y&b=1%262%25"


def test_signed_query_keeps_every_parameter_and_adds_the_hmac():
    assert signed_query({"shop": "a.myshopify.com"}, "s").startswith("shop=a.myshopify.com&hmac=")


@pytest.mark.parametrize(
    ("secret", "body", "wanted"),
    [
        ("test_secret_key", b'{"foo": "bar"}', "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="),
        (
            "7008c5f4da4718b9b45d26d3fcbbb157",
            b'{"foo":"bar"}',
            "+R9TwYM4mbLTk3hEAOBkpA7zW2lc9vNFmVKs2u2jtyY=",
        ),
        ("hush", b'"my secret message"', "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI="),
    ],
)
def test_webhook_hmac_is_that_of_the_official_libraries(secret, body, wanted):
    assert webhook_hmac(body, secret) == wanted
