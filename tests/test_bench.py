"""benchmarks/compare*.py: peers that compute the same, fits, tables that are those of the file.  No time is asserted."""
import json
import pathlib
import re
import statistics
import sys
from dataclasses import replace

import numpy as np
import pytest

import fractaledu as fe
from fractaledu import reference

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import compare  # noqa: E402
import compare_grids as grids  # noqa: E402
import compare_machine  # noqa: E402
import compare_peers  # noqa: E402
import compare_rates  # noqa: E402
import compare_scaling  # noqa: E402
import compare_starts  # noqa: E402
import compare_tables as tables  # noqa: E402
import compare_turns as turns  # noqa: E402
import numpy_peers  # noqa: E402
import scalar_network  # noqa: E402

TINY = replace(grids.QUICK, rounds=2, net=4, small_net=4, slow_net=4, plane=16, slow_plane=8, datum=16, net_steps=30,
               small_net_steps=30, plane_steps=50, datum_steps=20, job=0.01, dots=(32, 64), starts=1)


# ---------------------------------------------------------------- the peers

@pytest.fixture(scope="module")
def small_net():
    """A picture of the paper's width-8 net, and its pixels that come out the same with the sums in another order."""
    problem = fe.paper("tanh", width=8)
    land, other = (fe.render(net, grids.OVERVIEW, (12, 12), 60) for net in (problem, fe.shuffled(problem)))
    calm = abs(other.value / land.value - 1) < 1e-11
    assert calm.mean() > 0.7 and {-1, 1} <= set(land.verdict[calm])
    return land, calm.ravel()


def test_the_scalar_net_trains_as_the_slow_twin():
    w0, w1, x, y = grids.arrays(8)
    out = [np.empty(1), np.empty(1), np.empty(1, np.int32), np.empty(1, np.int8)]
    for rates in ((2.0, 3.0), (300.0, 40.0), (1e5, 1e5)):
        watched = reference.train(w0, w1, x, y, *rates, 40, "tanh")
        value, converged = reference.measure(watched, ratio=True)
        scalar_network.network(w0, w1, x, y, *np.array(rates)[:, None], 40, *out)
        assert out[0][0] == pytest.approx(value, rel=1e-6) and (out[3][0] == -1) == converged
        assert out[2][0] == reference.departure(np.array(watched) / watched[0], 1e6, 0)


def test_the_scalar_nets_outputs_are_ours(small_net):
    (land, calm), rates = small_net, np.ascontiguousarray(grids.rates(grids.OVERVIEW, 12).T)
    value, last, departure, verdict = np.empty(144), np.empty(144), np.empty(144, np.int32), np.empty(144, np.int8)
    scalar_network.network(*grids.arrays(8), *rates, 60, value, last, departure, verdict)
    for found, name in ((verdict, "verdict"), (departure, "departure")):
        assert (found == getattr(land, name).ravel())[calm].all() and (found == getattr(land, name).ravel()).mean() > 0.98
    np.testing.assert_allclose(value[calm], land.value.ravel()[calm], rtol=1e-9)
    tame = calm & (last < 1e6)                                  # a run on its way to infinity has another power of ten
    np.testing.assert_allclose(last[tame], land.last.ravel()[tame], rtol=1e-6)


def test_numpys_net_is_ours(small_net):
    land, calm = small_net
    value, verdict = numpy_peers.network(*grids.arrays(8), grids.rates(grids.OVERVIEW, 12), 60)
    assert (verdict == land.verdict.ravel())[calm].all() and (verdict == land.verdict.ravel()).mean() > 0.98
    np.testing.assert_allclose(value[calm], land.value.ravel()[calm], rtol=1e-9)


@pytest.mark.parametrize("view", [grids.FIRST, grids.VALLEY], ids=["first", "valley"])
@pytest.mark.parametrize("steps", [5, 60])
def test_numpys_mandelbrot_set_is_ours(view, steps):
    land = fe.render(fe.mandelbrot(), view, (24, 24), steps)
    value, verdict = numpy_peers.mandelbrot(*grids.rates(view, 24).T, steps)
    assert (verdict == land.verdict.ravel()).mean() > 0.99
    assert np.isclose(value, land.value.ravel(), rtol=1e-9).mean() > 0.97


def test_jax_agrees_with_us():
    pytest.importorskip("jax")
    cases = [case for case in compare_peers.cases(TINY) if case.theirs is compare_peers.recipe]
    assert len(cases) == 4
    assert compare_peers.compared(cases[-1], 1)["agreement"] > 0.9


# ---------------------------------------------------------------- what the seconds say

@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, 3.7])
def test_a_known_exponent_comes_out(power):
    n = np.array([16, 50, 160, 500, 1600])
    assert turns.exponent(n, 3e-4 * n ** power) == pytest.approx((power, 0.0), abs=1e-12)


def test_the_exponents_error_is_that_of_least_squares():
    n, rng = np.geomspace(10, 1000, 5), np.random.default_rng(0)
    cost = n ** 1.5 * np.exp(0.1 * rng.normal(size=5))
    (power, _), covariance = np.polyfit(np.log(n), np.log(cost), 1, cov=True)
    assert turns.exponent(n, cost) == pytest.approx((power, covariance[0, 0] ** 0.5))


def test_ratios_are_taken_round_by_round():
    ours, theirs = [1.0, 2.0, 4.0], [3.0, 8.0, 12.0]             # a slow round is slow for both
    assert turns.ratios(theirs, ours) == [3.0, 3.0, 3.5]


def test_works_take_turns():
    calls = []
    seconds, results = turns.in_turn({name: lambda name=name: calls.append(name) or len(calls) for name in "ab"}, 2)
    assert calls == list("ababab") and results == {"a": 1, "b": 2} and [len(times) for times in seconds.values()] == [2, 2]


def test_operations_are_those_of_numpys_matrix_products():
    w0, _, x, _ = grids.arrays(8)
    forward, backward = x @ w0, x.T @ np.ones((len(x), w0.shape[1]))
    count = sum(2 * product.size * shared for product, shared in ((forward, x.shape[1]), (backward, len(x))))
    assert compare_rates.products(8, 72, 1) == count and compare_rates.products(8, 72, 100) == 100 * count


def both_roots(c):
    return np.sqrt(c) + 1 / np.sqrt(c)


@pytest.mark.parametrize(("name", "step"), [("fused multiply-add", lambda c: c * 1.5 + 0.25),
                                            ("division", lambda c: 0.25 / (1.5 / c)),
                                            ("square root", lambda c: np.sqrt(np.sqrt(c) + 0.25) + 0.25),
                                            ("our square root and its inverse", lambda c: both_roots(both_roots(c)))])
def test_the_loops_in_registers_do_what_they_are_called(name, step):
    width = compare_rates.WIDTH
    cells = np.linspace(1.0, 2.0, compare_rates.CHAINS * width)
    chains = cells[:(8 if name == "fused multiply-add" else 4) * width].reshape(-1, width)
    chains = np.concatenate([chains, chains + 1.5])
    for _ in range(5):
        chains = step(chains)
    compare_rates.OPERATIONS[name](cells, 5, 1.5, 0.25)
    assert cells[:width] == pytest.approx(chains.sum(0))


# ---------------------------------------------------------------- parts that are left out

def test_without_jax_its_rows_are_left_out_with_a_word(monkeypatch, tmp_path):
    monkeypatch.setattr(compare_peers.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "jax", None)               # importing it would fail
    part = compare.measured("peers", TINY, compare_machine.machine())
    assert {row["peer"] for row in part["rows"]} == {"scalar Numba", "numpy"} and len(part["rows"]) == 10
    assert all(row["agreement"] > 0.9 for row in part["rows"])
    assert "Left out: JAX is not installed" in tables.markdown({"peers": part})


def test_two_threads_on_one_processor_are_left_out_with_a_word(monkeypatch):
    monkeypatch.setattr(fe, "available_threads", lambda: 1)
    part = compare.measured("scaling", TINY, compare_machine.machine())
    assert part["rows"] == [] and "one processor only" in tables.markdown({"scaling": part})


def test_two_threads_draw_the_same_bits(monkeypatch):
    monkeypatch.setattr(fe, "available_threads", lambda: 2)
    rows = list(compare_scaling.scaling(TINY, pytest.fail))
    assert len(rows) == 3 and all(row["same_bits"] and row["side"] >= 1 for row in rows)


def test_the_row_of_two_workers_is_what_cluster_py_has_found(monkeypatch, tmp_path):
    found = {"side": 40, "seconds": {"1": [30.0, 33.0], "2": [15.0, 22.0]}, "tile_overhead": 2e-3}
    script = tmp_path / "cluster.py"
    script.write_text(f"import pathlib, sys\nfile = sys.argv[sys.argv.index('--json') + 1]\n"
                      f"pathlib.Path(file).write_text({json.dumps(found)!r})\n")
    monkeypatch.setattr(compare_scaling, "CLUSTER", script)
    monkeypatch.setattr(compare_scaling.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(fe, "available_threads", lambda: 2)
    part = compare.measured("workers", TINY, compare_machine.machine())
    assert "40², 500 steps | 31.5 | 18.5 | 1.750 (1.625 … 1.875) | ≥ 1.7 | 2.0 |" in tables.markdown({"workers": part})
    monkeypatch.setattr(compare_scaling.importlib.util, "find_spec", lambda name: None)
    part = compare.measured("workers", TINY, compare_machine.machine())
    assert part["rows"] == [] and "dask is not installed" in tables.markdown({"workers": part})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_a_fresh_processs_peak_is_its_own():
    hill = np.ones(25_000_000)                                  # 200 MB here, which a child's ru_maxrss would begin with
    told = compare_starts.fresh("")
    assert 30 < told["peak"] < hill.nbytes / 2 ** 20 and told["all"] >= told["import"] > told["picture"] >= 0


def test_a_fresh_process_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match="1 / 0"):
        compare_starts.fresh("1 / 0")


# ---------------------------------------------------------------- the file and the document

@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What a quick run of three parts has kept."""
    file = tmp_path_factory.mktemp("bench") / "performance.json"
    patch = pytest.MonkeyPatch()
    patch.setattr(compare, "QUICK", TINY)
    for parts in (["growth"], ["alone", "rates"]):              # the second goes on from the first
        compare.main(["--quick", "--json", str(file), *parts])
    patch.undo()
    return file


def test_parts_are_kept_in_their_order_with_all_rounds(quick):
    known = json.loads(quick.read_text())
    assert list(known) == ["alone", "rates", "growth"] and all(part["quick"] for part in known.values())
    assert [row["grows"] for row in known["growth"]["rows"]] == ["pixels", "steps", "width", "samples"]
    assert all(len(seconds) == TINY.rounds for row in known["growth"]["rows"] for seconds in row["seconds"])
    machine = known["alone"]["machine"]
    assert machine["numpy"] == np.__version__ and len(machine["load"]) == 3 and re.match(r"\d{4}-\d\d-\d\d", machine["date"])


def test_what_is_read_back_gives_the_same_tables_and_the_same_file(quick, tmp_path):
    known = tables.load(quick)
    again = tmp_path / "again.json"
    tables.save(known, again)
    assert again.read_text() == quick.read_text() and tables.markdown(tables.load(again)) == tables.markdown(known)
    document = tmp_path / "page.md"
    document.write_text(f"before\n\n{tables.BEGIN}\n\nold\n\n{tables.END}\n\nafter\n")
    for _ in range(2):
        tables.paste(known, document)
        assert document.read_text() == f"before\n\n{tables.BEGIN}\n\n{tables.markdown(known)}\n\n{tables.END}\n\nafter\n"


def test_the_tables_numbers_are_the_files(quick):
    known = tables.load(quick)
    text = tables.markdown(known)
    for row in known["alone"]["rows"]:
        line = next(line for line in text.splitlines() if line.startswith(f"| {row['picture']}, {row['side']}²"))
        runs = float(line.split("|")[2].split("(")[0].replace(",", ""))
        assert runs == pytest.approx(row["side"] ** 2 / statistics.median(row["ours"]), rel=0.01)
    for row in known["growth"]["rows"]:
        cost = [statistics.median(seconds) for seconds in row["seconds"]]
        power = np.polyfit(np.log(row["n"]), np.log(cost), 1)[0]
        assert f"| {row['grows']} | {row['n'][0]} … {row['n'][-1]} | {power:.3f} ±" in text
    rates = {row["work"]: row for row in known["rates"]["rows"]}
    net, dot = rates["tanh net, width 16"], rates[f"numpy.dot {TINY.dots[0]}²"]
    for row in (net, dot):
        assert f"| {row['operations'] / statistics.median(row['seconds']) / 1e9:.1f} |" in text
    division = statistics.median(rates["division"]["seconds"]) / rates["division"]["vecs"] * 1e9
    assert f"| division | {division:.3g} |" in text


def test_parts_from_several_machines_say_which(quick):
    known = tables.load(quick)
    known["growth"]["machine"]["processor"] = "another one"
    text = tables.markdown(known)
    heading = text.index("### How cost grows")
    assert "another one" in text[heading:] and "another one" not in text[text.index("###"):heading]


def test_the_documents_tables_are_those_of_the_file():
    text = tables.DOCUMENT.read_text()
    assert text.count(tables.BEGIN) == text.count(tables.END) == 1
    assert text.split(tables.BEGIN)[1].split(tables.END)[0].strip() == tables.markdown(tables.load()).strip()


def test_every_part_has_its_section_and_its_word():
    assert [part for part, *_ in tables.SECTIONS.values()] == list(compare.PARTS)
    assert all(re.search(rf"^    {part} ", compare.__doc__, re.M) for part in compare.PARTS)
    assert all(not part["quick"] for part in tables.load().values())


def test_without_a_part_all_are_measured_and_an_unknown_one_is_refused(monkeypatch, tmp_path, capsys):
    file, called = tmp_path / "performance.json", []
    for part in compare.PARTS:
        monkeypatch.setitem(compare.PARTS, part, lambda effort, left_out, part=part: called.append((part, effort)) or [])
    compare.main(["--json", str(file)])
    usual = [part for part in compare.PARTS if part != "workers"]
    assert called == [(part, grids.FULL) for part in usual] and list(tables.load(file)) == usual
    with pytest.raises(SystemExit):
        compare.main(["--quick", "nothing"])
    assert "PART must be one of" in capsys.readouterr().err and len(called) == len(usual)


def test_the_machine_has_a_name():
    assert compare_machine.machine()["processor"] and compare_machine.version("no-such-package") is None


@pytest.mark.parametrize(("number", "text"), [(1234567.0, "1,230,000"), (999.6, "1,000"), (42.37, "42.4"), (0.01234, "0.0123")])
def test_three_digits_count(number, text):
    assert tables.digits(number) == text
