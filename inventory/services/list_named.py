"""What a warehouse without a catalog named in its stock can be ordered there."""

from catalog.services.listings_from_stock import list_named, lists_by_stock, mark_listings
from integrations.services.runs import Run
from inventory.services.stage import Stage
from inventory.services.stock_difference import Difference

# Their spelling of the SKU: orders must name it so.
NAMED = """
    SELECT COALESCE(NULLIF(s.sku, ''), s.key), d.variant_id
    FROM stock_diff d JOIN stock_said s ON s.n = d.n
    WHERE d.state IN ('new', 'changed', 'back') ORDER BY d.n
    """


def follow_named(run: Run, stage: Stage, difference: Difference, *, is_complete: bool) -> None:
    """List the variants named for the first time; those a complete answer leaves out go missing."""
    if not lists_by_stock(run.connection):
        return
    named = [(sku, variant) for sku, variant in stage.all(NAMED)]
    list_named(run.connection, named, run.started_at)
    gone = difference.gone.values() if is_complete else ()
    mark_listings(run.connection, gone, (variant for _, variant in named), run.started_at)
