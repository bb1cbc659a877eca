"""What the portal answers where no row is asked for; `table.py` says how to read it."""

PAGES = """
# The site and its pages                           nobody  no role Viewer  Operat. Manager Owner
<start>                                            302/302 200/200 200/200 200/200 200/200 200/200
<anything else>                                    302/302 404/404 404/404 404/404 404/404 404/404
api-keys/new/                                      302/302 403/403 403/403 403/403 403/403 200/200
autocomplete/                                      302/302 403/405 200/405 200/405 200/405 200/405
bulk/<id>/                                         302/302 403/403 403/403 403/403 403/403 403/403
catalog/                                           302/302 403/405 200/405 200/405 200/405 200/405
catalog/import/                                    302/302 405/403 405/403 405/403 405/302 405/302
catalog/listings.csv                               302/302 403/405 403/405 403/405 200/405 200/405
catalog/preview/                                   302/302 403/403 403/403 403/403 302/302 302/302
catalog/refresh/                                   302/302 405/403 405/403 405/302 405/302 405/302
catalog/variants.csv                               302/302 403/405 403/405 403/405 200/405 200/405
connect-partner/                                   302/302 403/403 403/403 403/403 403/403 200/200
connect/<id>/                                      302/302 403/403 403/403 403/403 403/403 200/200
health/                                            302/302 403/403 200/403 200/200 200/200 200/200
icons.svg                                          200/200 200/200 200/200 200/200 200/200 200/200
import/<id>/                                       302/302 403/403 403/403 403/403 200/200 200/200
import/<id>/template.csv                           302/302 403/405 403/405 403/405 200/405 200/405
imports/<id>/errors.csv                            302/302 403/405 403/405 403/405 200/405 200/405
inventory/ledger.csv                               302/302 403/405 403/405 403/405 200/405 200/405
inventory/stock.csv                                302/302 403/405 403/405 403/405 200/405 200/405
inventory/purchase-orders.csv                      302/302 403/405 403/405 403/405 200/405 200/405
inventory/purchase-orders/run/                     302/302 403/403 403/403 200/200 200/200 200/200
jsi18n/                                            302/302 200/405 200/405 200/405 200/405 200/405
kit/                                               302/302 403/405 403/405 403/405 403/405 403/405
login/                                             200/200 302/200 302/200 302/200 302/200 302/200
logout/                                            302/302 405/200 405/200 405/200 405/200 405/200
orders/orders.csv                                  302/302 403/405 403/405 403/405 200/405 200/405
orders/shipments.csv                               302/302 403/405 403/405 403/405 200/405 200/405
password_change/                                   302/302 200/200 200/200 200/200 200/200 200/200
password_change/done/                              302/302 200/405 200/405 200/405 200/405 200/405
r/<id>/<id>/                                       302/302 404/404 404/404 404/404 404/404 404/404
search/                                            302/302 200/405 200/405 200/405 200/405 200/405
setup/                                             302/302 403/405 200/405 200/405 200/405 200/405
time-zone/                                         302/302 200/302 200/302 200/302 200/302 200/302
"""

# Asked without a token: webhooks take what is sent to them, and check who signed it; the API
# takes it from who sends a key.
OTHERS = """
#                        nobody  Owner
<start>                  302/403 302/403
^api/                    404/404 404/404
api/v1/docs              302/403 200/403
api/v1/inventory         401/405 200/405
api/v1/inventory/<id>    401/405 404/405
api/v1/openapi.json      302/403 200/403
api/v1/orders/<id>/placement 401/401 404/403
api/v1/orders/<id>/tracking 405/401 405/403
api/v1/products          401/405 200/405
api/v1/products/<id>     401/405 422/405
api/v1/sync/inventory    405/401 405/403
api/v1/sync/last         401/405 422/405
api/v1/sync/order-status 405/401 405/403
api/v1/sync/purchase-orders 405/401 405/403
api/v1/sync/runs/<id>    401/405 422/405
api/v1/sync/shipments    405/401 405/403
api/v1/sync/status       401/405 200/405
connect/<id>/<id>/       404/403 404/403
connect/<id>/callback/   404/403 404/403
healthz                  200/403 200/403
hooks/<id>/              405/401 405/401
readyz                   503/403 503/403
"""
