"""One chaos round: trade opens, the storm comes, what is left settles, the judge counts."""

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from django.utils import timezone
from django_q.models import OrmQ

from catalog.models import Dispatch, Partner
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.services.run_requests import request_run
from orders.models import Order, PartnerOrder, PartnerOrderLine
from orders.services.closing import CannotSubmit, close_and_submit
from tests.e2e import play
from tests.e2e.chaos.judge import Verdict, judge, quantile
from tests.e2e.chaos.plan import Plan
from tests.e2e.chaos.trade import Good, open_trade, turn_dials
from tests.e2e.chaos.workers import Workers
from tests.e2e.stack import Stack

TURN_S = 0.1
TICKS = ("integrations.tasks.tick", "orders.tasks.tick")


@dataclass
class Round:
    """A plan being carried out on a running stack."""

    plan: Plan
    stack: Stack
    workers: Workers
    rng: random.Random
    goods: list[Good] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    storm_s: float = 0.0
    settle_s: float = 0.0
    _tick_at: float = 0.0

    def run(self) -> Verdict:
        """The whole round; bounded in time whatever happens."""
        self.goods = open_trade(self.stack, self.plan)
        turn_dials(self.stack, self.plan, self.goods)
        began = time.monotonic()
        self._storm(began)
        self.storm_s = time.monotonic() - began
        self._settle()
        self.settle_s = time.monotonic() - began - self.storm_s
        self.verdict = judge(self.stack, self.goods)
        return self.verdict

    def _storm(self, began: float) -> None:
        """Orders and kills at random moments, until there were enough of both."""
        plan, rng = self.plan, self.rng
        arrivals = sorted(rng.uniform(0, plan.buying_s) for _ in range(plan.orders))
        kill_at, done = began + rng.expovariate(1 / plan.kill_every_s), 0
        while arrivals or done < plan.kills:
            now = time.monotonic()
            assert now < began + plan.longest_s, f"The storm hangs: {dict(self.workers.kills)}"
            while arrivals and began + arrivals[0] <= now:
                arrivals.pop(0)
                self._buy()
            if now >= kill_at and done < plan.kills:
                done += self.workers.kill_somebody()
                kill_at = now + rng.expovariate(1 / plan.kill_every_s)
            self._turn()

    def _settle(self) -> None:
        if self.plan.power_cut:
            self.workers.cut_power()
        end = time.monotonic() + self.plan.settle_s
        while time.monotonic() < end and not self._all_placed():
            self._turn()
            time.sleep(0.5)

    def _buy(self) -> None:
        """A customer's order of one to three lines, announced by a signed webhook, or not."""
        chosen = self.rng.sample(self.goods, self.rng.randint(1, 3))
        lines = [{"sku": one.our_sku, "quantity": self.rng.randint(1, 3)} for one in chosen]
        self.stack.control(f"stores/{play.OWN}/orders", lines=lines, financial_status="PAID")

    def _turn(self) -> None:
        """What goes on all the time: revived processes, ticks, the backstop poll, *send now*."""
        self.workers.revive()
        if time.monotonic() >= self._tick_at:
            self._tick_at = time.monotonic() + self.plan.tick_s
            wake(*TICKS)
            own = Connection.objects.get(account=play.OWN)
            request_run(own, "channel_orders", trigger="command")
            send_now()
        time.sleep(TURN_S)

    def _all_placed(self) -> bool:
        live = PartnerOrderLine.objects.filter(canceled_at=None)
        return (
            Order.objects.count() == self.plan.orders
            and not live.exclude(submission__status="submitted").exists()
        )

    def report(self) -> str:
        """What was done to it, what the judge found, and the times, as `make chaos` prints it."""
        verdict, plan = self.verdict, self.plan
        faults = self.stack.ask("ledger", kind="fault")["entries"]
        partners = Counter(f"{word} partners" for word in plan.dispatch)
        middle, late = (quantile(verdict.seconds, share) for share in (0.5, 0.95))
        lines = [
            *verdict.findings,
            f"seed {plan.seed}, {_counts(partners)}",
            f"{plan.orders} orders, {verdict.bought} units, {verdict.partner_orders} placed",
            f"faults: {_counts(Counter(entry['subject'] for entry in faults))}",
            f"kill -9: {_counts(self.workers.kills)}",
            f"storm {self.storm_s:.0f} s, settled {self.settle_s:.0f} s after it",
            f"lost {verdict.lost}, doubled {verdict.doubled}, unsent {verdict.unsent} units",
            f"orders that are at a partner twice: {verdict.twice}",
            f"time to sent: median {middle:.1f} s, p95 {late:.1f} s",
        ]
        return "\n".join(lines)


def wake(*tasks: str) -> None:
    """Have these run soon; what still lies in the queue is not put there again."""
    waiting = {job.task["func"] for job in OrmQ.objects.filter(lock__lte=timezone.now())}
    for task in tasks:
        if task not in waiting:
            enqueue(task)


def send_now() -> None:
    """Somebody presses *send now* on every open order of a partner who gets them by the week."""
    weekly = Partner.objects.exclude(dispatch=Dispatch.IMMEDIATE).exclude(code="us")
    for row in PartnerOrder.objects.filter(partner__in=weekly, order=None):
        with suppress(CannotSubmit):  # nothing new in it, or the last press is not settled yet
            close_and_submit(row)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counter.items())) or "none"
