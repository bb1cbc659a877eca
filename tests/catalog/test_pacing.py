from collections.abc import Iterator

from catalog.services.pacing import with_beats


class Beating:
    """A run that counts its signs of life."""

    beats = 0

    def beat(self) -> None:
        self.beats += 1


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_a_quick_answer_needs_no_sign_of_life() -> None:
    run, clock = Beating(), ticking(0.01)
    assert list(with_beats(range(100), run, clock=lambda: next(clock))) == list(range(100))
    assert run.beats == 0


def test_a_slow_answer_gives_one_every_few_seconds() -> None:
    run, clock = Beating(), ticking(6.0)
    list(with_beats(range(4), run, clock=lambda: next(clock)))
    assert run.beats == 4
