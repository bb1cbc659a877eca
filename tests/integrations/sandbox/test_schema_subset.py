"""The sandbox's schema is a part of Shopify's: what validates here validates there."""

import gzip
import json
import os
from pathlib import Path

import pytest
from graphql import (
    build_client_schema,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_required_input_field,
    is_union_type,
)

from integrations.sandbox.shopify.graphql.binding import bound_schema, load_sdl

OURS = build_schema(load_sdl())


@pytest.fixture(scope="module")
def official():
    folder = os.environ.get("SHOPIFY_SCHEMA_DIR")
    assert folder, "Set SHOPIFY_SCHEMA_DIR to what tests/schema/fetch.sh prints."
    with gzip.open(Path(folder) / "admin_2026-10.json.gz") as content:
        return build_client_schema(json.load(content)["data"], assume_valid=True).type_map


def names():
    return sorted(name for name in OURS.type_map if not name.startswith("__"))


def check_fields(mine, theirs):
    for name, field in mine.fields.items():
        assert str(field.type) == str(theirs.fields[name].type), name
        for given, argument in getattr(field, "args", {}).items():
            assert str(argument.type) == str(theirs.fields[name].args[given].type), given


@pytest.mark.schema
@pytest.mark.parametrize("name", names())
def test_a_type_is_shopifys(official, name):
    mine, theirs = OURS.type_map[name], official[name]
    assert type(mine) is type(theirs)
    if is_object_type(mine) or is_interface_type(mine) or is_input_object_type(mine):
        check_fields(mine, theirs)
    if is_input_object_type(mine):
        required = {key for key, one in theirs.fields.items() if is_required_input_field(one)}
        assert required <= set(mine.fields)
    if is_enum_type(mine):
        assert set(mine.values) <= set(theirs.values)
    if is_union_type(mine):
        assert {one.name for one in mine.types} <= {one.name for one in theirs.types}


def test_every_resolver_has_its_field():
    assert bound_schema().mutation_type.fields["orderCreate"].resolve is not None
