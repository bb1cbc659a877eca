"""What `manage.py sync CONNECTION order_status` or `shipments` may be narrowed to."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

FLOWS = ("order_status", "shipments")


def add_order_options(parser: CommandParser) -> None:
    """A placed order is named by our reference."""
    parser.add_argument(
        "--order",
        action="append",
        default=[],
        metavar="REFERENCE",
        help=f"only this placed order, for {' and '.join(FLOWS)}; repeatable",
    )


def order_params(options: dict[str, Any], flow: str) -> dict[str, Any]:
    """The run's parameters. Raises CommandError (exit 2) where the flow asks about no orders."""
    if not options["order"]:
        return {}
    if flow not in FLOWS:
        raise CommandError(f"--order: only for the flows {' and '.join(FLOWS)}.", returncode=2)
    return {"references": [reference.strip().upper() for reference in options["order"]]}
