"""Ties resolvers to the schema; what has none is read from the object by its snake-case name."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from integrations.sandbox.clock import iso
from integrations.sandbox.shopify.gids import gid

from .access import needed_scopes, require
from .context import Info
from .lying_pages import read_page

Resolver = Callable[..., Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}
KINDS: dict[type, str] = {}


def resolves(type_name: str, *field_names: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver `(source, info, **arguments)` for one or more fields of a type."""

    def register(function: Resolver) -> Resolver:
        for name in field_names:
            RESOLVERS[type_name, name] = function
        return function

    return register


@cache
def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_field(source: Any, info: Info, **arguments: Any) -> Any:
    """The default resolver: a key of a dict or an attribute; ids become global ids."""
    name = info.field_name
    if isinstance(source, dict):
        return source.get(name)
    if name == "id":
        return gid(info.parent_type.name, source.id)
    if name == "legacyResourceId":
        return str(source.id)
    return getattr(source, snake(name), None)


def plain(value: Any) -> Any:
    """Times and money as the text that scalars carry."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def _guarded(type_name: str, name: str, field: GraphQLField) -> Resolver:
    inner: Resolver = RESOLVERS.get((type_name, name), read_field)
    scopes = needed_scopes(type_name, name, get_named_type(field.type).name)

    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        if scopes:
            require(info.context, name, scopes)
        return plain(inner(source, info, **arguments))

    def resolve_page(source: Any, info: Info, **arguments: Any) -> Any:
        if scopes:
            require(info.context, name, scopes)
        return read_page(inner, source, info, arguments)

    is_page = get_named_type(field.type).name.endswith("Connection")
    return resolve_page if is_page else resolve


def kind_of(value: Any, *_: Any) -> str:
    """The type name of an object behind an interface such as Node."""
    if isinstance(value, dict):
        return str(value["__typename"])
    return KINDS[type(value)]


def load_sdl() -> str:
    return Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


@cache
def bound_schema() -> GraphQLSchema:
    """The executable schema, built once."""
    from . import topics  # noqa: F401 - registers every resolver

    schema = build_schema(load_sdl())
    for type_name, kind in schema.type_map.items():
        if type_name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                field.resolve = _guarded(type_name, name, field)
        elif hasattr(kind, "resolve_type"):
            kind.resolve_type = kind_of
    _refuse_strangers(schema)
    return schema


def _refuse_strangers(schema: GraphQLSchema) -> None:
    """A resolver for a field the schema does not have is a slip of ours."""
    for type_name, name in RESOLVERS:
        kind = schema.type_map.get(type_name)
        if not isinstance(kind, GraphQLObjectType) or name not in kind.fields:
            raise LookupError(f"No field {type_name}.{name} in the schema")
