"""Pages from templates, each with a strict content security policy."""

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from .messages import Response

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@cache
def engine() -> Engine:
    """A template engine of our own: no project settings, no context processors."""
    return Engine(dirs=[str(HERE / "templates")])


def page(template: str, status: int = 200, allow_form_to: str = "", **values: Any) -> Response:
    """A page; `allow_form_to` lets its form end at another origin (OAuth's way back)."""
    html = engine().get_template(f"sandbox/{template}").render(Context(values))
    policy = f"{POLICY} {allow_form_to}".strip()
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return Response(status, html.encode(), headers=headers)


def stylesheet() -> Response:
    body = (HERE / "static" / "sandbox.css").read_bytes()
    headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(200, body, "text/css; charset=utf-8", headers)
