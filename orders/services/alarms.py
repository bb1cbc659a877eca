"""Alerts about partner orders: how each cause is named, so that what ends it can close it."""

from integrations.models import Alert
from integrations.services.alerts import close_alert
from orders.models import PartnerOrder, Submission


def fingerprint(submission: Submission) -> str:
    """Of the alert that this submission did not work."""
    return f"submission:{submission.pk}"


def difference_of(submission: Submission) -> str:
    """Of the alert that the partner's order says something else than this submission did."""
    return f"difference:{submission.pk}"


def differences(row: PartnerOrder) -> list[str]:
    """Every name under which a difference of this partner order may have been told."""
    return [difference_of(submission) for submission in row.submissions.all()]


def close_differences(row: PartnerOrder) -> None:
    """Their lines are ours again."""
    for name in differences(row):
        close_alert(name)


def has_difference(row: PartnerOrder) -> bool:
    """Whether somebody was told of one and it still stands."""
    return Alert.objects.filter(fingerprint__in=differences(row), closed_at=None).exists()
