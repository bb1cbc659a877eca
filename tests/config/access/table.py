"""Who may ask for what: every address below /admin/, and what each person is answered.

A cell is GET/POST. `<id>` is a row, `+name` the button of ticked rows (a POST to their list).
302 of nobody leads to the login; 302 of others is an act that was done, or a page that moved;
200 of a POST is the question before the act, or a form with its errors. 403: not with these
rights. 404: nobody finds it. 405: a button is not a page, or a page is not a button.
"""

from tests.config.access.order_rows import ROWS as ORDERS
from tests.config.access.pages import PAGES

ROWS = """
# People                                           nobody  no role Viewer  Operat. Manager Owner
auth/                                              302/302 404/404 404/404 404/404 404/404 200/200
auth/group/                                        302/302 403/403 403/403 403/403 403/403 200/200
auth/group/<id>/                                   302/302 302/302 302/302 302/302 302/302 302/302
auth/group/<id>/change/                            302/302 403/403 403/403 403/403 403/403 200/403
auth/group/<id>/delete/                            302/302 403/403 403/403 403/403 403/403 403/403
auth/group/<id>/do/<none>/                         302/302 404/404 404/404 404/404 404/404 404/404
auth/group/<id>/history/                           302/302 403/403 403/403 403/403 403/403 200/200
auth/group/add/                                    302/302 403/403 403/403 403/403 403/403 403/403

auth/user/                                         302/302 403/403 403/403 403/403 403/403 200/200
auth/user/<id>/                                    302/302 302/302 302/302 302/302 302/302 302/302
auth/user/<id>/change/                             302/302 403/403 403/403 403/403 403/403 200/200
auth/user/<id>/delete/                             302/302 403/403 403/403 403/403 403/403 403/403
auth/user/<id>/do/<none>/                          302/302 404/404 404/404 404/404 404/404 404/404
auth/user/<id>/history/                            302/302 403/403 403/403 403/403 403/403 200/200
auth/user/<id>/password/                           302/302 403/403 403/403 403/403 403/403 200/200
auth/user/add/                                     302/302 403/403 403/403 403/403 403/403 200/200

# Integrations                                     nobody  no role Viewer  Operat. Manager Owner
integrations/                                      302/302 404/404 200/200 200/200 200/200 200/200
integrations/alert/                                302/302 403/403 200/200 200/200 200/200 200/200
integrations/alert/ +close                         -/302   -/403   -/403   -/200   -/200   -/200
integrations/alert/ +snooze                        -/302   -/403   -/403   -/200   -/200   -/200
integrations/alert/ +take                          -/302   -/403   -/403   -/302   -/302   -/302
integrations/alert/<id>/                           302/302 302/302 302/302 302/302 302/302 302/302
integrations/alert/<id>/change/                    302/302 403/403 200/403 200/403 200/403 200/403
integrations/alert/<id>/delete/                    302/302 403/403 403/403 403/403 403/403 403/403
integrations/alert/<id>/do/<none>/                 302/302 404/404 404/404 404/404 404/404 404/404
integrations/alert/<id>/do/close/                  302/302 405/403 405/403 405/200 405/200 405/200
integrations/alert/<id>/do/snooze/                 302/302 405/403 405/403 405/200 405/200 405/200
integrations/alert/<id>/do/take/                   302/302 405/403 405/403 405/302 405/302 405/302
integrations/alert/<id>/history/                   302/302 403/403 200/200 200/200 200/200 200/200
integrations/alert/add/                            302/302 403/403 403/403 403/403 403/403 403/403
integrations/alert/new/                            302/302 403/405 200/405 200/405 200/405 200/405

integrations/apikey/                               302/302 403/403 403/403 403/403 403/403 200/200
integrations/apikey/ +revoke                       -/302   -/403   -/403   -/403   -/403   -/200
integrations/apikey/<id>/                          302/302 302/302 302/302 302/302 302/302 302/302
integrations/apikey/<id>/change/                   302/302 403/403 403/403 403/403 403/403 200/403
integrations/apikey/<id>/delete/                   302/302 403/403 403/403 403/403 403/403 403/403
integrations/apikey/<id>/do/<none>/                302/302 404/404 404/404 404/404 404/404 404/404
integrations/apikey/<id>/do/revoke/                302/302 405/403 405/403 405/403 405/403 405/200
integrations/apikey/<id>/do/rotate/                302/302 405/403 405/403 405/403 405/403 405/200
integrations/apikey/<id>/history/                  302/302 403/403 403/403 403/403 403/403 200/200
integrations/apikey/add/                           302/302 403/403 403/403 403/403 403/403 403/403

integrations/bulkaction/                           302/302 403/403 200/200 200/200 200/200 200/200
integrations/bulkaction/<id>/                      302/302 302/302 302/302 302/302 302/302 302/302
integrations/bulkaction/<id>/change/               302/302 403/403 200/403 200/403 200/403 200/403
integrations/bulkaction/<id>/delete/               302/302 403/403 403/403 403/403 403/403 403/403
integrations/bulkaction/<id>/do/<none>/            302/302 404/404 404/404 404/404 404/404 404/404
integrations/bulkaction/<id>/do/cancel/            302/302 405/403 405/403 405/200 405/200 405/200
integrations/bulkaction/<id>/do/go_on/             302/302 405/403 405/403 405/302 405/302 405/302
integrations/bulkaction/<id>/history/              302/302 302/302 200/200 200/200 200/200 200/200
integrations/bulkaction/add/                       302/302 403/403 403/403 403/403 403/403 403/403

integrations/connection/                           302/302 403/403 200/200 200/200 200/200 200/200
integrations/connection/ +pause                    -/302   -/403   -/403   -/403   -/403   -/200
integrations/connection/ +resume                   -/302   -/403   -/403   -/403   -/403   -/302
integrations/connection/ +sync                     -/302   -/403   -/403   -/200   -/200   -/200
integrations/connection/<id>/                      302/302 302/302 302/302 302/302 302/302 302/302
integrations/connection/<id>/change/               302/302 403/403 200/403 200/403 200/403 200/403
integrations/connection/<id>/delete/               302/302 403/403 403/403 403/403 403/403 403/403
integrations/connection/<id>/do/<none>/            302/302 404/404 404/404 404/404 404/404 404/404
integrations/connection/<id>/do/archive/           302/302 405/403 405/403 405/403 405/403 405/200
integrations/connection/<id>/do/hold_limits/       302/302 405/403 405/403 405/403 405/403 405/200
integrations/connection/<id>/do/pause/             302/302 405/403 405/403 405/403 405/403 405/200
integrations/connection/<id>/do/reconnect/         302/302 405/403 405/403 405/403 405/403 405/302
integrations/connection/<id>/do/reconnect_lost/    302/302 405/403 405/403 405/403 405/403 405/302
integrations/connection/<id>/do/register_webhooks/ 302/302 405/403 405/403 405/403 405/403 405/302
integrations/connection/<id>/do/replace/           302/302 405/403 405/403 405/403 405/403 405/200
integrations/connection/<id>/do/resume/            302/302 405/403 405/403 405/403 405/403 405/302
integrations/connection/<id>/do/sync/              302/302 405/403 405/403 405/200 405/200 405/200
integrations/connection/<id>/do/test/              302/302 405/403 405/403 405/302 405/302 405/302
integrations/connection/<id>/do/try_now/           302/302 405/403 405/403 405/302 405/302 405/302
integrations/connection/<id>/history/              302/302 403/403 200/200 200/200 200/200 200/200
integrations/connection/add/                       302/302 403/403 403/403 403/403 403/403 403/403

integrations/flowschedule/                         302/302 403/403 200/200 200/200 200/200 200/200
integrations/flowschedule/ +pause                  -/302   -/403   -/403   -/403   -/403   -/302
integrations/flowschedule/ +resume                 -/302   -/403   -/403   -/403   -/403   -/302
integrations/flowschedule/ +run_now                -/302   -/403   -/403   -/302   -/302   -/302
integrations/flowschedule/<id>/                    302/302 302/302 302/302 302/302 302/302 302/302
integrations/flowschedule/<id>/change/             302/302 403/403 200/403 200/403 200/403 200/200
integrations/flowschedule/<id>/delete/             302/302 403/403 403/403 403/403 403/403 403/403
integrations/flowschedule/<id>/do/<none>/          302/302 404/404 404/404 404/404 404/404 404/404
integrations/flowschedule/<id>/do/pause/           302/302 405/403 405/403 405/403 405/403 405/302
integrations/flowschedule/<id>/do/resume/          302/302 405/403 405/403 405/403 405/403 405/302
integrations/flowschedule/<id>/do/run_now/         302/302 405/403 405/403 405/302 405/302 405/302
integrations/flowschedule/<id>/history/            302/302 403/403 200/200 200/200 200/200 200/200
integrations/flowschedule/add/                     302/302 403/403 403/403 403/403 403/403 403/403

integrations/importjob/                            302/302 403/403 200/200 200/200 200/200 200/200
integrations/importjob/<id>/                       302/302 302/302 302/302 302/302 302/302 302/302
integrations/importjob/<id>/change/                302/302 403/403 200/403 200/403 200/403 200/403
integrations/importjob/<id>/delete/                302/302 403/403 403/403 403/403 403/403 403/403
integrations/importjob/<id>/do/<none>/             302/302 404/404 404/404 404/404 404/404 404/404
integrations/importjob/<id>/do/cancel/             302/302 405/403 405/403 405/403 405/200 405/200
integrations/importjob/<id>/do/go/                 302/302 405/403 405/403 405/403 405/200 405/200
integrations/importjob/<id>/do/go_on/              302/302 405/403 405/403 405/403 405/302 405/302
integrations/importjob/<id>/history/               302/302 302/302 200/200 200/200 200/200 200/200
integrations/importjob/add/                        302/302 403/403 403/403 403/403 403/403 403/403

integrations/inboundevent/                         302/302 403/403 200/200 200/200 200/200 200/200
integrations/inboundevent/ +ignore                 -/302   -/403   -/403   -/200   -/200   -/200
integrations/inboundevent/ +replay                 -/302   -/403   -/403   -/200   -/200   -/200
integrations/inboundevent/<id>/                    302/302 302/302 302/302 302/302 302/302 302/302
integrations/inboundevent/<id>/change/             302/302 403/403 200/403 200/403 200/403 200/403
integrations/inboundevent/<id>/delete/             302/302 403/403 403/403 403/403 403/403 403/403
integrations/inboundevent/<id>/do/<none>/          302/302 404/404 404/404 404/404 404/404 404/404
integrations/inboundevent/<id>/do/ask_store/       302/302 405/403 405/403 405/302 405/302 405/302
integrations/inboundevent/<id>/do/ignore/          302/302 405/403 405/403 405/200 405/200 405/200
integrations/inboundevent/<id>/do/replay/          302/302 405/403 405/403 405/200 405/200 405/200
integrations/inboundevent/<id>/history/            302/302 403/403 200/200 200/200 200/200 200/200
integrations/inboundevent/add/                     302/302 403/403 403/403 403/403 403/403 403/403
integrations/inboundevent/new/                     302/302 403/405 200/405 200/405 200/405 200/405

integrations/installlink/                          302/302 403/403 403/403 403/403 403/403 200/200
integrations/installlink/ +revoke                  -/302   -/403   -/403   -/403   -/403   -/302
integrations/installlink/<id>/                     302/302 302/302 302/302 302/302 302/302 302/302
integrations/installlink/<id>/change/              302/302 403/403 403/403 403/403 403/403 200/403
integrations/installlink/<id>/delete/              302/302 403/403 403/403 403/403 403/403 403/403
integrations/installlink/<id>/do/<none>/           302/302 404/404 404/404 404/404 404/404 404/404
integrations/installlink/<id>/do/new_link/         302/302 405/403 405/403 405/403 405/403 405/302
integrations/installlink/<id>/do/revoke/           302/302 405/403 405/403 405/403 405/403 405/302
integrations/installlink/<id>/history/             302/302 403/403 403/403 403/403 403/403 200/200
integrations/installlink/add/                      302/302 403/403 403/403 403/403 403/403 403/403

integrations/syncrun/                              302/302 403/403 200/200 200/200 200/200 200/200
integrations/syncrun/ +cancel                      -/302   -/403   -/403   -/302   -/302   -/302
integrations/syncrun/ +discard                     -/302   -/403   -/403   -/403   -/200   -/200
integrations/syncrun/ +run_again                   -/302   -/403   -/403   -/302   -/302   -/302
integrations/syncrun/<id>/                         302/302 302/302 302/302 302/302 302/302 302/302
integrations/syncrun/<id>/change/                  302/302 403/403 200/403 200/403 200/403 200/403
integrations/syncrun/<id>/delete/                  302/302 403/403 403/403 403/403 403/403 403/403
integrations/syncrun/<id>/do/<none>/               302/302 404/404 404/404 404/404 404/404 404/404
integrations/syncrun/<id>/do/cancel/               302/302 405/403 405/403 405/302 405/302 405/302
integrations/syncrun/<id>/do/discard/              302/302 405/403 405/403 405/403 405/200 405/200
integrations/syncrun/<id>/do/release/              302/302 405/403 405/403 405/403 405/200 405/200
integrations/syncrun/<id>/do/run_again/            302/302 405/403 405/403 405/302 405/302 405/302
integrations/syncrun/<id>/history/                 302/302 403/403 200/200 200/200 200/200 200/200
integrations/syncrun/add/                          302/302 403/403 403/403 403/403 403/403 403/403
integrations/syncrun/new/                          302/302 403/405 200/405 200/405 200/405 200/405
integrations/syncrun/progress/                     302/302 403/405 200/405 200/405 200/405 200/405

# Catalog                                          nobody  no role Viewer  Operat. Manager Owner
catalog/partner/                                   302/302 403/403 200/200 200/200 200/200 200/200
catalog/partner/<id>/                              302/302 302/302 302/302 302/302 302/302 302/302
catalog/partner/<id>/change/                       302/302 403/403 200/403 200/403 200/200 200/200
catalog/partner/<id>/delete/                       302/302 403/403 403/403 403/403 403/403 403/403
catalog/partner/<id>/do/<none>/                    302/302 404/404 404/404 404/404 404/404 404/404
catalog/partner/<id>/do/confirm_terms/             302/302 405/403 405/403 405/403 405/200 405/200
catalog/partner/<id>/history/                      302/302 403/403 200/200 200/200 200/200 200/200
catalog/partner/add/                               302/302 403/403 403/403 403/403 403/403 403/403

catalog/unmatchedsku/                              302/302 403/403 200/200 200/200 200/200 200/200
catalog/unmatchedsku/ +ignore                      -/302   -/403   -/403   -/302   -/302   -/302
catalog/unmatchedsku/ +take_back                   -/302   -/403   -/403   -/302   -/302   -/302
catalog/unmatchedsku/<id>/                         302/302 302/302 302/302 302/302 302/302 302/302
catalog/unmatchedsku/<id>/change/                  302/302 403/403 302/302 302/302 302/302 302/302
catalog/unmatchedsku/<id>/delete/                  302/302 403/403 403/403 403/403 403/403 403/403
catalog/unmatchedsku/<id>/do/<none>/               302/302 404/404 404/404 404/404 404/404 404/404
catalog/unmatchedsku/<id>/do/ignore/               302/302 405/403 405/403 405/302 405/302 405/302
catalog/unmatchedsku/<id>/do/link_it/              302/302 405/403 405/403 405/403 405/200 405/200
catalog/unmatchedsku/<id>/do/make_it/              302/302 405/403 405/403 405/403 405/200 405/200
catalog/unmatchedsku/<id>/do/take_back/            302/302 405/403 405/403 405/302 405/302 405/302
catalog/unmatchedsku/<id>/history/                 302/302 403/403 200/200 200/200 200/200 200/200
catalog/unmatchedsku/add/                          302/302 403/403 403/403 403/403 403/403 403/403

catalog/variant/                                   302/302 403/403 200/200 200/200 200/200 200/200
catalog/variant/ +export_csv                       -/302   -/403   -/403   -/403   -/200   -/200
catalog/variant/ +reprice                          -/302   -/403   -/403   -/403   -/302   -/302
catalog/variant/<id>/                              302/302 302/302 302/302 302/302 302/302 302/302
catalog/variant/<id>/change/                       302/302 403/403 200/403 200/403 200/403 200/403
catalog/variant/<id>/delete/                       302/302 403/403 403/403 403/403 403/403 403/403
catalog/variant/<id>/do/<none>/                    302/302 404/404 404/404 404/404 404/404 404/404
catalog/variant/<id>/do/reprice/                   302/302 405/403 405/403 405/403 405/302 405/302
catalog/variant/<id>/do/unlink/                    302/302 405/403 405/403 405/403 405/200 405/200
catalog/variant/<id>/history/                      302/302 403/403 200/200 200/200 200/200 200/200
catalog/variant/add/                               302/302 403/403 403/403 403/403 403/403 403/403

# Stock                                            nobody  no role Viewer  Operat. Manager Owner
inventory/                                         302/302 404/404 200/200 200/200 200/200 200/200
inventory/location/                                302/302 403/403 200/200 200/200 200/200 200/200
inventory/location/<id>/                           302/302 302/302 302/302 302/302 302/302 302/302
inventory/location/<id>/change/                    302/302 403/403 200/403 200/403 200/200 200/200
inventory/location/<id>/delete/                    302/302 403/403 403/403 403/403 403/403 403/403
inventory/location/<id>/do/<none>/                 302/302 404/404 404/404 404/404 404/404 404/404
inventory/location/<id>/do/put/                    302/302 405/403 405/403 405/403 405/200 405/200
inventory/location/<id>/history/                   302/302 403/403 200/200 200/200 200/200 200/200
inventory/location/add/                            302/302 403/403 403/403 403/403 403/403 403/403

inventory/purchaseorder/                           302/302 403/403 200/200 200/200 200/200 200/200
inventory/purchaseorder/ +export_csv               -/302   -/403   -/403   -/403   -/200   -/200
inventory/purchaseorder/<id>/                      302/302 302/302 302/302 302/302 302/302 302/302
inventory/purchaseorder/<id>/change/               302/302 403/403 200/403 200/403 200/403 200/403
inventory/purchaseorder/<id>/delete/               302/302 403/403 403/403 403/403 403/403 403/403
inventory/purchaseorder/<id>/do/<none>/            302/302 404/404 404/404 404/404 404/404 404/404
inventory/purchaseorder/<id>/do/run_now/           302/302 405/403 405/403 405/200 405/200 405/200
inventory/purchaseorder/<id>/history/              302/302 403/403 200/200 200/200 200/200 200/200
inventory/purchaseorder/add/                       302/302 403/403 403/403 403/403 403/403 403/403

inventory/stocklevel/                              302/302 403/403 200/200 200/200 200/200 200/200
inventory/stocklevel/ +export_csv                  -/302   -/403   -/403   -/403   -/200   -/200
inventory/stocklevel/<id>/                         302/302 302/302 302/302 302/302 302/302 302/302
inventory/stocklevel/<id>/change/                  302/302 403/403 200/403 200/403 200/403 200/403
inventory/stocklevel/<id>/delete/                  302/302 403/403 403/403 403/403 403/403 403/403
inventory/stocklevel/<id>/do/<none>/               302/302 404/404 404/404 404/404 404/404 404/404
inventory/stocklevel/<id>/do/adjust/               302/302 405/403 405/403 405/403 405/200 405/200
inventory/stocklevel/<id>/do/sync_now/             302/302 405/403 405/403 405/302 405/302 405/302
inventory/stocklevel/<id>/history/                 302/302 403/403 200/200 200/200 200/200 200/200
inventory/stocklevel/add/                          302/302 403/403 403/403 403/403 403/403 403/403
"""

TABLE = PAGES + ROWS + ORDERS
