"""The addresses of orders, partner orders and shipments; table.py says how to read a row."""

ROWS = """
# Orders                                           nobody  no role Viewer  Operat. Manager Owner
orders/                                            302/302 404/404 200/200 200/200 200/200 200/200
orders/notification/                               302/302 403/403 200/200 200/200 200/200 200/200
orders/notification/ +suppress                     -/302   -/403   -/403   -/200   -/200   -/200
orders/notification/<id>/                          302/302 302/302 302/302 302/302 302/302 302/302
orders/notification/<id>/change/                   302/302 403/403 200/403 200/403 200/403 200/403
orders/notification/<id>/delete/                   302/302 403/403 403/403 403/403 403/403 403/403
orders/notification/<id>/do/<none>/                302/302 404/404 404/404 404/404 404/404 404/404
orders/notification/<id>/do/send_again/            302/302 405/403 405/403 405/200 405/200 405/200
orders/notification/<id>/do/suppress/              302/302 405/403 405/403 405/200 405/200 405/200
orders/notification/<id>/history/                  302/302 403/403 200/200 200/200 200/200 200/200
orders/notification/add/                           302/302 403/403 403/403 403/403 403/403 403/403
orders/notification/new/                           302/302 403/405 200/405 200/405 200/405 200/405

orders/order/                                      302/302 403/403 200/200 200/200 200/200 200/200
orders/order/ +approve                             -/302   -/403   -/403   -/302   -/302   -/302
orders/order/ +export_csv                          -/302   -/403   -/403   -/403   -/200   -/200
orders/order/ +hold                                -/302   -/403   -/403   -/200   -/200   -/200
orders/order/ +release                             -/302   -/403   -/403   -/302   -/302   -/302
orders/order/ +route                               -/302   -/403   -/403   -/302   -/302   -/302
orders/order/<id>/                                 302/302 302/302 302/302 302/302 302/302 302/302
orders/order/<id>/change/                          302/302 403/403 200/403 200/403 200/403 200/403
orders/order/<id>/delete/                          302/302 403/403 403/403 403/403 403/403 403/403
orders/order/<id>/do/<none>/                       302/302 404/404 404/404 404/404 404/404 404/404
orders/order/<id>/do/accept_payment/               302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/address/                      302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/approve/                      302/302 405/403 405/403 405/302 405/302 405/302
orders/order/<id>/do/ask/                          302/302 405/403 405/403 405/403 405/200 405/200
orders/order/<id>/do/cancel/                       302/302 405/403 405/403 405/403 405/200 405/200
orders/order/<id>/do/hold/                         302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/keep/                         302/302 405/403 405/403 405/403 405/200 405/200
orders/order/<id>/do/note_refund/                  302/302 405/403 405/403 405/403 405/200 405/200
orders/order/<id>/do/refuse_payment/               302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/release/                      302/302 405/403 405/403 405/302 405/302 405/302
orders/order/<id>/do/route/                        302/302 405/403 405/403 405/302 405/302 405/302
orders/order/<id>/do/send_address/                 302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/ship/                         302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/do/ship_ourselves/               302/302 405/403 405/403 405/200 405/200 405/200
orders/order/<id>/history/                         302/302 403/403 200/200 200/200 200/200 200/200
orders/order/add/                                  302/302 403/403 403/403 403/403 403/403 403/403
orders/order/new/                                  302/302 403/405 200/405 200/405 200/405 200/405

orders/partnerorder/                               302/302 403/403 200/200 200/200 200/200 200/200
orders/partnerorder/ +ask                          -/302   -/403   -/403   -/302   -/302   -/302
orders/partnerorder/ +hold                         -/302   -/403   -/403   -/302   -/302   -/302
orders/partnerorder/ +release                      -/302   -/403   -/403   -/302   -/302   -/302
orders/partnerorder/ +retry                        -/302   -/403   -/403   -/302   -/302   -/302
orders/partnerorder/<id>/                          302/302 302/302 302/302 302/302 302/302 302/302
orders/partnerorder/<id>/change/                   302/302 403/403 200/403 200/403 200/403 200/403
orders/partnerorder/<id>/delete/                   302/302 403/403 403/403 403/403 403/403 403/403
orders/partnerorder/<id>/do/<none>/                302/302 404/404 404/404 404/404 404/404 404/404
orders/partnerorder/<id>/do/approve/               302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/ask/                   302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorder/<id>/do/book/                  302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/cancel/                302/302 405/403 405/403 405/403 405/200 405/200
orders/partnerorder/<id>/do/delivered/             302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/drop/                  302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/hold/                  302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorder/<id>/do/link/                  302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/release/               302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorder/<id>/do/retry/                 302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorder/<id>/do/send_again/            302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/skip/                  302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/submit/                302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorder/<id>/do/they_canceled/         302/302 405/403 405/403 405/403 405/200 405/200
orders/partnerorder/<id>/do/unskip/                302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorder/<id>/history/                  302/302 403/403 200/200 200/200 200/200 200/200
orders/partnerorder/add/                           302/302 403/403 403/403 403/403 403/403 403/403
orders/partnerorder/new/                           302/302 403/405 200/405 200/405 200/405 200/405

orders/partnerorderline/                           302/302 403/403 200/200 200/200 200/200 200/200
orders/partnerorderline/<id>/                      302/302 302/302 302/302 302/302 302/302 302/302
orders/partnerorderline/<id>/change/               302/302 403/403 302/302 302/302 302/302 302/302
orders/partnerorderline/<id>/delete/               302/302 403/403 403/403 403/403 403/403 403/403
orders/partnerorderline/<id>/do/<none>/            302/302 404/404 404/404 404/404 404/404 404/404
orders/partnerorderline/<id>/do/hold/              302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorderline/<id>/do/place_anyway/      302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorderline/<id>/do/release/           302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorderline/<id>/do/send_elsewhere/    302/302 405/403 405/403 405/200 405/200 405/200
orders/partnerorderline/<id>/do/wait_for_stock/    302/302 405/403 405/403 405/302 405/302 405/302
orders/partnerorderline/<id>/history/              302/302 403/403 200/200 200/200 200/200 200/200
orders/partnerorderline/add/                       302/302 403/403 403/403 403/403 403/403 403/403

orders/privacyrequest/                             302/302 403/403 200/200 200/200 200/200 200/200
orders/privacyrequest/<id>/                        302/302 302/302 302/302 302/302 302/302 302/302
orders/privacyrequest/<id>/change/                 302/302 403/403 200/403 200/403 200/403 200/403
orders/privacyrequest/<id>/delete/                 302/302 403/403 403/403 403/403 403/403 403/403
orders/privacyrequest/<id>/do/<none>/              302/302 404/404 404/404 404/404 404/404 404/404
orders/privacyrequest/<id>/do/export/              302/302 405/403 405/403 405/403 405/200 405/200
orders/privacyrequest/<id>/do/mark_sent/           302/302 405/403 405/403 405/403 405/200 405/200
orders/privacyrequest/<id>/history/                302/302 403/403 200/200 200/200 200/200 200/200
orders/privacyrequest/add/                         302/302 403/403 403/403 403/403 403/403 403/403

orders/shipment/                                   302/302 403/403 200/200 200/200 200/200 200/200
orders/shipment/ +export_csv                       -/302   -/403   -/403   -/403   -/200   -/200
orders/shipment/ +publish                          -/302   -/403   -/403   -/302   -/302   -/302
orders/shipment/ +receive                          -/302   -/403   -/403   -/302   -/302   -/302
orders/shipment/<id>/                              302/302 302/302 302/302 302/302 302/302 302/302
orders/shipment/<id>/change/                       302/302 403/403 200/403 200/403 200/403 200/403
orders/shipment/<id>/delete/                       302/302 403/403 403/403 403/403 403/403 403/403
orders/shipment/<id>/do/<none>/                    302/302 404/404 404/404 404/404 404/404 404/404
orders/shipment/<id>/do/count/                     302/302 405/403 405/403 405/200 405/200 405/200
orders/shipment/<id>/do/publish/                   302/302 405/403 405/403 405/302 405/302 405/302
orders/shipment/<id>/do/receive/                   302/302 405/403 405/403 405/302 405/302 405/302
orders/shipment/<id>/history/                      302/302 403/403 200/200 200/200 200/200 200/200
orders/shipment/add/                               302/302 403/403 403/403 403/403 403/403 403/403
orders/shipment/new/                               302/302 403/405 200/405 200/405 200/405 200/405
"""
