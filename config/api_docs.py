"""The API explained in the portal's look, read off its own document, so never outdated."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.api import api
from integrations.api.problems import CODES
from integrations.api.throttle import CALLS_A_MINUTE
from integrations.scopes import SCOPES

MANAGE = "integrations.manage_apikey"
WORDS = {
    "string": "text", "integer": "number", "boolean": "true or false", "object": "object",
    "date-time": "time", "null": "null",
}  # fmt: skip
site: Any = admin.site
Tree = dict[str, Any]


@dataclass(frozen=True)
class FieldDoc:
    """One value that is sent or comes back."""

    name: str
    kind: str
    text: str
    required: bool = False
    default: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One address with what it takes and answers."""

    method: str
    path: str
    title: str
    text: str
    scope: str
    example: str
    answer: str
    fields: list[FieldDoc] = field(default_factory=list)
    parameters: list[FieldDoc] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"{self.method}-{self.path.strip('/').replace('/', '-')}".lower()


def docs_page(request: HttpRequest) -> HttpResponse:
    """For everybody of staff."""
    document = api.get_openapi_schema()
    manages = request.user.has_perm(MANAGE)
    context = {
        "endpoints": list(endpoints_of(document)),
        "answers": list(answers_of(document)),
        "scopes": SCOPES.items(),
        "codes": [(code, with_code(text)) for code, text in CODES.items()],
        "calls": CALLS_A_MINUTE,
        "base": settings.BASE_URL,
        "document_url": reverse("api_document"),
        "keys_url": reverse("admin:integrations_apikey_changelist") if manages else "",
    }
    page: HttpResponse = site.render(request, "admin/api_docs.html", context, title="API")
    return page


def openapi_document(request: HttpRequest) -> JsonResponse:
    """The document itself, for programs that make clients of it."""
    return JsonResponse(api.get_openapi_schema())


def endpoints_of(document: Tree) -> Iterator[Endpoint]:
    """Every endpoint, in the order they are declared."""
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            body = _body_of(document, one)
            yield Endpoint(
                method=method.upper(),
                path=path,
                title=one["summary"],
                text=with_code(one["description"]),
                scope=one["x-scope"],
                example=_example(method.upper(), path, one, body),
                answer=_answer_of(one),
                fields=list(_fields(document, body)),
                parameters=[_parameter(document, each) for each in one["parameters"]],
            )


def answers_of(document: Tree) -> Iterator[tuple[str, str, list[FieldDoc]]]:
    """Everything that comes back, whole answers first: its name, what it is, its fields."""
    schemas = document["components"]["schemas"]
    common = schemas["RunOut"]["properties"].keys()
    answers = [_answer_of(one) for path in document["paths"].values() for one in path.values()]
    parts = [name for name in schemas if not name.endswith("In") and "Problem" not in name]
    for name in dict.fromkeys([*answers, *parts]):
        fields, text = list(_fields(document, schemas[name])), schemas[name].get("description", "")
        if len(fields) > len(common) and common <= {one.name for one in fields}:
            fields = [one for one in fields if one.name not in common]
            text = f"{text} All that RunOut has, and:"
        yield name, text, fields


def with_code(text: str) -> SafeString:
    """What stands between backticks, as code."""
    words = [
        format_html("<code>{}</code>" if place % 2 else "{}", part)
        for place, part in enumerate(text.split("`"))
    ]
    return SafeString("".join(words))


def _answer_of(operation: Tree) -> str:
    schema = operation["responses"][200]["content"]["application/json"]["schema"]
    return str(schema["$ref"]).rpartition("/")[2]


def _body_of(document: Tree, operation: Tree) -> Tree:
    if "requestBody" not in operation:
        return {}
    return _resolve(document, operation["requestBody"]["content"]["application/json"]["schema"])


def _resolve(document: Tree, schema: Tree) -> Tree:
    for part in (schema, *schema.get("allOf", ())):
        if "$ref" in part:
            found: Tree = document["components"]["schemas"][part["$ref"].rpartition("/")[2]]
            return found
    return schema


def _fields(document: Tree, schema: Tree) -> Iterator[FieldDoc]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield FieldDoc(
            name=name,
            kind=kind_of(one),
            text=with_code(one.get("description", "")),
            required=name in required,
            default=_default(one),
        )


def _parameter(document: Tree, one: Tree) -> FieldDoc:
    schema = one["schema"]
    return FieldDoc(
        name=one["name"],
        kind=kind_of(schema),
        text=with_code(one.get("description", "")),
        required=one["required"],
        default=_default(schema),
    )


def _default(schema: Tree) -> str:
    return "" if schema.get("default") in (None, "") else str(schema["default"])


def kind_of(schema: Tree) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if options := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(kind_of(one) for one in options))
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    return WORDS.get(schema.get("format", ""), WORDS.get(schema.get("type", ""), "any"))


def _example(method: str, path: str, operation: Tree, body: Tree) -> str:
    given = {
        one["name"]: one["example"]
        for one in operation["parameters"]
        if one["in"] == "query" and "example" in one
    }
    asked = "&".join(f"{name}={value}" for name, value in given.items())
    url = f"{settings.BASE_URL}{path}{'?' if asked else ''}{asked}".replace("{run_id}", "12")
    lines = [f'curl "{url}"', '-H "Authorization: Bearer $CROSSDOCK_KEY"']
    if method == "POST":
        sent = {
            name: one["examples"][0]
            for name, one in body.get("properties", {}).items()
            if "examples" in one
        }
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(sent)}'"]
    return " \\\n  ".join(lines)


docs_view = site.admin_view(docs_page)
document_view = site.admin_view(openapi_document)
