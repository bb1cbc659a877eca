"""What other systems call: webhooks. Pages for partners are in `connect.py`."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations.services.intake import Delivery, hook_vendors, receive, receive_for_app


@csrf_exempt
@require_POST
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """`key` is a connection's own, or a vendor's word for topics sent to the app as a whole."""
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except (UnreadablePostError, ValueError):  # it broke off, or its length is no number
        return HttpResponse(status=400)
    headers = {name.lower(): value for name, value in request.headers.items()}
    take = receive_for_app if key in hook_vendors() else receive
    return HttpResponse(status=take(key, Delivery(body, headers), timezone.now()))
