"""The queue's order: ticks and signs of life first, then what has waited longest."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from integrations.broker import OrderedQueue
from integrations.jobs import enqueue

pytestmark = pytest.mark.django_db
EVENT, TICK = "integrations.tasks.handle_event", "orders.tasks.tick"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conf, "POLL", 0)


def taken(queue: str = "crossdock") -> list[tuple[str, tuple[int, ...]]]:
    """What the workers of this queue get, one after the other, until nothing is left."""
    broker, found = get_broker(queue), []
    assert isinstance(broker, OrderedQueue)
    while rows := broker.dequeue():
        job = SignedPackage.loads(rows[0][1])
        found.append((job["func"], job["args"]))
    return found


def test_a_tick_does_not_wait_behind_a_backlog():
    for pk in (1, 2, 3):
        enqueue(EVENT, pk)
    enqueue(TICK)
    enqueue("integrations.tasks.heartbeat_crossdock")

    assert taken() == [
        (TICK, ()),
        ("integrations.tasks.heartbeat_crossdock", ()),
        (EVENT, (1,)),
        (EVENT, (2,)),
        (EVENT, (3,)),
    ]


def test_what_waited_longest_comes_first_wherever_its_row_lies():
    for pk in (1, 2, 3):
        enqueue(EVENT, pk)
    youngest, _, oldest = OrmQ.objects.order_by("pk")
    OrmQ.objects.filter(pk=oldest.pk).update(lock=youngest.lock - timedelta(hours=1))

    assert taken() == [(EVENT, (3,)), (EVENT, (1,)), (EVENT, (2,))]


def test_a_queue_gets_nothing_of_another_one():
    enqueue(TICK)
    enqueue("integrations.tasks.heartbeat_flows", queue="flows")
    enqueue("integrations.tasks.run_flow", 7, queue="flows")

    assert [func for func, _ in taken("flows")] == [
        "integrations.tasks.heartbeat_flows",
        "integrations.tasks.run_flow",
    ]
    assert taken() == [(TICK, ())]


def test_a_job_in_a_hand_is_not_given_out_before_its_time_is_over():
    enqueue(EVENT, 1)
    broker = get_broker("crossdock")
    [(pk, _)] = broker.dequeue()

    assert broker.dequeue() == []
    assert OrmQ.objects.get().lock > timezone.now() + timedelta(seconds=Conf.RETRY - 60)
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    assert [again for again, _ in broker.dequeue()] == [pk]


def test_a_job_another_worker_took_in_the_same_moment_is_left_to_it(monkeypatch):
    enqueue(EVENT, 1)
    broker = get_broker("crossdock")
    timeout = broker.timeout

    def other_was_faster(row: OrmQ) -> object:
        OrmQ.objects.filter(pk=row.pk).update(lock=timeout(row))
        return timeout(row)

    monkeypatch.setattr(broker, "timeout", other_was_faster)

    assert broker.dequeue() == []


def test_a_job_that_is_done_leaves_the_queue_also_an_urgent_one():
    enqueue(TICK)
    broker = get_broker("crossdock")
    [(pk, _)] = broker.dequeue()

    broker.acknowledge(pk)

    assert not OrmQ.objects.exists()
