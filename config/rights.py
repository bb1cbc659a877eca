"""What the rights of the portal are called where a group is given them."""

from typing import Any

from django.contrib import admin

site: Any = admin.site
site.right_words |= {
    "auth.delete_group": "Delete groups",
    "catalog.add_product": "Create products of our own for SKUs nobody knows",
    "catalog.change_unmatchedsku": "Ignore SKUs nobody knows, list them again",
    "catalog.import_listing": "Say by file which variants listings are",
    "catalog.import_variant": "Change and add variants by file",
    "inventory.import_purchaseorder": "Enter purchase orders of our own by file",
    "inventory.import_stocklevel": "Enter counts of our own shelf by file",
    "catalog.import_product": "Import partners' products and set their prices",
    "integrations.change_alert": "Take, snooze and close alerts",
    "integrations.manage_apikey": "Make, rotate and revoke API keys",
    "integrations.manage_connection": "Connect, pause and archive systems, change their settings",
    "integrations.release_run": "Approve or discard held runs",
    "integrations.replay_event": "Replay or ignore webhooks",
    "integrations.run_flow": "Start, repeat and cancel runs",
    "integrations.view_payload": "See customers' raw data in webhooks",
    "inventory.change_stocklevel": "Adjust what is on our own shelf",
    "orders.approve_order": "Approve, hold and release orders, find another partner for them",
    "orders.cancel_order": "Cancel orders, with and without the partner",
    "orders.change_shipment": "Receive, count and ship parcels, send their e-mails again",
    "orders.export_data": "Export lists and customers' data as files",
    "orders.submit_partnerorder": "Send, approve, hold and decide about partner orders",
}
