"""What long runs come to: slow must not look like chaos, nor two like four."""
import numpy as np
import pytest

from fractaledu.panels.bifurcation import in_words
from fractaledu.panels.families import family_of, long_run
from fractaledu.panels.orbits import ending, followed

CUBIC, TIED, PARABOLA = (family_of(name) for name in ("cubic", "two-weights", "parabola"))


def test_a_run_is_followed_until_it_is_gone():
    xs = followed(lambda x: 2 * x, 1.0, 6, 10.0)
    assert xs[:4].tolist() == [1, 2, 4, 8] and np.isnan(xs[4:]).all()
    zs = followed(lambda z: z * 1j, 1 + 0j, 4, 10.0)
    assert zs.tolist() == [1, 1j, -1, -1j, 1]


@pytest.mark.parametrize(("family", "rate", "kind", "count"), [
    (CUBIC, 0.0, "cycle", 1), (CUBIC, 1.9, "cycle", 1), (CUBIC, 2.1, "cycle", 2), (CUBIC, 2.5, "cycle", 4),
    (PARABOLA, 2.0, "cycle", 2), (CUBIC, 2.83, "cycle", 3),
    (CUBIC, 1e-4, "slow", 1), (CUBIC, 1.999, "slow", 1), (CUBIC, 2.0, "slow", 1), (TIED, 1.0, "slow", 1),
    (CUBIC, 2.449, "slow", 2), (CUBIC, 2.4494, "slow", 2), (CUBIC, 6 ** 0.5, "slow", 2), (TIED, 1.236, "slow", 2),
    (CUBIC, 2.7, "open", 0), (CUBIC, 3.0, "open", 0), (TIED, 2.0, "open", 0), (PARABOLA, 2.1, "gone", 0)])
def test_slow_is_told_from_settled_and_from_chaos(family, rate, kind, count):
    end = long_run(family, rate, family.start)
    assert (end.kind, len(end.values)) == (kind, count)


def test_of_a_thousand_chaotic_rates_hardly_one_is_called_slow():
    kinds = [long_run(CUBIC, rate, 0.3).kind for rate in np.linspace(2.57, 3.0, 301)]
    assert kinds.count("slow") == 0 and kinds.count("alike") <= 3 and kinds.count("open") > 250


def test_values_that_look_the_same_count_as_one():
    """A cycle of four whose pairs are a ten-thousandth of the axis apart."""
    xs = np.tile([0.0, 1.0, 1e-4, 1.0 + 1e-4], 100)
    end = ending(xs, 2.0)
    assert (end.kind, len(end.values)) == ("alike", 2)
    assert in_words(end) == "as far as an eye can tell, 2 values in turn, 0.0001, 1"
    assert ending(xs, 2e-2).kind == "cycle" and len(ending(xs, 2e-2).values) == 4


@pytest.mark.parametrize(("rate", "words"), [
    (1.0, "it stays at 0"), (2.449, "slow, it is still approaching 2 values in turn, now near −0.1969, 0.3802"),
    (1e-4, "slow, it is still approaching one value, now near 0.2232"), (2.56, "8 values in turn"),
    (3.0, "no pattern that repeats within 16 steps"), (3.2, "the run has run away")])
def test_an_ending_in_words(rate, words):
    assert in_words(long_run(CUBIC, rate, 0.3)) == words


def test_a_complex_orbit_has_an_ending_too():
    zs = followed(lambda z: z * z - 0.12 + 0.74j, 0j, 4000, 9.0)
    assert (ending(zs, 4.0).kind, len(ending(zs, 4.0).values)) == ("cycle", 3)
    zs = followed(lambda z: z * z - 0.75, 0j, 4000, 9.0)
    assert (ending(zs, 4.0).kind, len(ending(zs, 4.0).values)) == ("slow", 1)
