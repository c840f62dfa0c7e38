"""Pictures by the workers of a dask cluster and by other processes: the same bits, whoever dies on the way."""
import logging
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from distributed import Client, LocalCluster, Status

import fractaledu as fe
from fractaledu import cli, engine
from fractaledu.workers import cluster as clusters
from fractaledu.workers import remote

PROBLEM, SIZE, STEPS = fe.paper("one-datum"), (61, 43), 60
WHAT = {"system": PROBLEM, "size": SIZE, "steps": STEPS}
X, Y = ("57.445859341886548773742276278450707448468805261422882617748162249",
        "17.8833024687455850343061078290901181225055283118890098081409341095")
DEEP = {"system": PROBLEM, "view": fe.View.around(X, Y, 1e-30, "log10"), "size": (24, 24), "steps": 40}
SECONDS = 60                        # before a test that waits for something gives up


@pytest.fixture(scope="module")
def client():
    """Two worker processes, each under a nanny that starts it again when it dies."""
    with LocalCluster(processes=True, n_workers=2, threads_per_worker=1, dashboard_address=":0",
                      silence_logs=logging.CRITICAL) as local, Client(local) as found:
        yield found


@pytest.fixture
def small_tiles(monkeypatch):
    """So many tiles that something can happen in between."""
    monkeypatch.setattr(engine, "LARGEST_TILE", 64)


@pytest.fixture(scope="module")
def expected():
    return fe.render(**WHAT).pixels.tobytes()


def soon(true):
    """Wait until something is true."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def first_time(act):
    """A progress that acts once, when the first tiles have come."""
    def progress(done, total):
        if not acted:
            acted.append(done)
            act()
    acted = []
    return progress


# ---------------------------------------------------------------- the same picture

def test_a_cluster_computes_the_same_bits_and_all_its_workers_take_part(client, small_tiles, expected, monkeypatch):
    who, check = set(), remote.Register.check
    monkeypatch.setattr(remote.Register, "check", lambda self, other: who.add(other.where) or check(self, other))
    assert fe.render(**WHAT, executor=client).pixels.tobytes() == expected
    assert len(who) == 2
    assert fe.render(**WHAT, executor=client.get_executor()).pixels.tobytes() == expected
    *_, last = fe.passes(**WHAT, executor=client)
    assert last.pixels.tobytes() == expected


def test_an_exact_picture_is_the_same_on_a_cluster(client, small_tiles):
    land = fe.render(**DEEP)
    assert land.precision == "exact"
    assert fe.render(**DEEP, executor=client).pixels.tobytes() == land.pixels.tobytes()


def test_films_and_posters_are_the_same_on_a_cluster(client, tmp_path):
    what = dict(decades=0.5, size=(32, 24), steps=40, supersampling=1, seconds=0.4, fps=10)
    poster = dict(size=(150, 40), steps=40, caption=False)
    for name, executor in (("threads", None), ("cluster", client)):
        fe.film(fe.mandelbrot(), (-0.745, 0.113), tmp_path / f"{name}.webp", executor=executor, **what)
        fe.poster(PROBLEM, tmp_path / f"{name}.png", executor=executor, **poster)
    for kind in ("webp", "png"):
        assert (tmp_path / f"threads.{kind}").read_bytes() == (tmp_path / f"cluster.{kind}").read_bytes()


def test_workers_that_come_later_are_counted(monkeypatch):
    monkeypatch.setattr(clusters, "CENSUS_SECONDS", 0.0)
    with LocalCluster(processes=False, n_workers=0, threads_per_worker=3, dashboard_address=":0") as local, \
            Client(local) as found:
        workers = clusters.Cluster(found, None, {})
        workers.begin(PROBLEM.system)
        assert workers.count() == 1                 # something is asked for, so that adaptive clusters begin to grow
        local.scale(2)
        soon(lambda: workers.count() == 6)


def test_a_cluster_without_workers_is_waited_for_and_that_is_said(expected, monkeypatch):
    monkeypatch.setattr(clusters, "CENSUS_SECONDS", 0.0)
    monkeypatch.setattr(clusters, "PATIENCE_SECONDS", 0.1)
    with LocalCluster(processes=False, n_workers=0, threads_per_worker=1, dashboard_address=":0") as local, \
            Client(local) as found:
        threading.Timer(0.5, local.scale, (1,)).start()
        with pytest.warns(fe.ClusterWarning, match="has no workers now: waiting"):
            assert fe.render(**WHAT, executor=found).pixels.tobytes() == expected


# ---------------------------------------------------------------- who dies

def pids(client):
    return set(client.run(os.getpid).values())


def whole(client):
    """Whether both workers run; a nanny whose worker dies while it starts gives it up."""
    nannies = client.cluster.workers.values()
    return len(pids(client)) == 2 and all(each.process and each.process.status == Status.running for each in nannies)


def test_a_worker_killed_in_mid_run_changes_nothing(client, small_tiles, expected):
    before = pids(client)
    victim = min(before)
    land = fe.render(**WHAT, executor=client, progress=first_time(lambda: os.kill(victim, signal.SIGKILL)))
    assert land.pixels.tobytes() == expected
    soon(lambda: whole(client))
    assert victim not in pids(client)


def test_all_workers_killed_at_once_changes_nothing(client, small_tiles, expected):
    def kill():
        for pid in pids(client):
            os.kill(pid, signal.SIGKILL)
    assert fe.render(**WHAT, executor=client, progress=first_time(kill)).pixels.tobytes() == expected
    soon(lambda: whole(client))


def failing(system, x, y, steps, stop=None):
    if steps > 1 and TOP in y:
        raise ZeroDivisionError("in the last row")
    return original(system, x, y, steps, stop)


def endless(system, x, y, steps, stop=None):
    while stop is not None and not stop[0]:
        time.sleep(0.01)
    return original(system, x, y, 1, stop)


original, TOP = engine._tile, PROBLEM.view.positions(SIZE)[1][-1]


def finishes(part, monkeypatch, expected):
    """Whether the part file has some of the picture, and threads go on from there to the same bits."""
    land = fe.Landscape.load(part)
    there = ~np.isnan(land.value)
    assert 0 < there.sum() < there.size
    counted = []
    monkeypatch.setattr(engine, "_tile", lambda system, x, *rest: counted.append(len(x)) or original(system, x, *rest))
    file = part.with_suffix("")
    assert fe.render(**WHAT, file=file).pixels.tobytes() == expected == fe.Landscape.load(file).pixels.tobytes()
    assert sum(counted) == (~there).sum() and not part.exists()


def test_tiles_whose_workers_die_too_often_are_given_up(client, small_tiles, monkeypatch):
    victim = min(pids(client))
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(fe.ClusterError, match="1 worker died while it had a tile of this picture, tcp://"):
        fe.render(**WHAT, executor=client, progress=first_time(lambda: os.kill(victim, signal.SIGKILL)))
    soon(lambda: whole(client))


def test_the_error_of_a_tile_is_raised_and_the_others_are_kept(client, small_tiles, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_tile", failing)
    with pytest.raises(ZeroDivisionError, match="in the last row"):
        fe.render(**WHAT, executor=client, file=tmp_path / "a.npz")
    finishes(tmp_path / "a.npz.part", monkeypatch, expected)


@pytest.fixture
def doomed():
    """A Client of a scheduler that is a process of its own, and what kills that."""
    code = """
        from distributed import LocalCluster
        with LocalCluster(processes=False, protocol="tcp", n_workers=1, threads_per_worker=1, dashboard_address=":0") as local:
            print(local.scheduler_address, flush=True)
            input()
        """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, stdin=subprocess.PIPE,
                               text=True)
    with Client(process.stdout.readline().strip(), timeout=SECONDS) as found:
        found._timeout = 0.5            # to look for a lost scheduler, when the test is over
        yield found, process.kill
    process.kill()
    process.communicate()


def test_a_lost_scheduler_is_an_error_and_finished_tiles_are_kept(doomed, small_tiles, expected, tmp_path, monkeypatch):
    client, kill = doomed
    with pytest.raises(fe.ClusterError, match="scheduler at tcp://.* is lost") as caught:
        fe.render(**WHAT, executor=client, file=tmp_path / "a.npz", progress=first_time(kill))
    assert "a.npz.part: the same call goes on from there" in caught.value.__notes__[0]
    finishes(tmp_path / "a.npz.part", monkeypatch, expected)
    with pytest.raises(ValueError, match="executor must be connected to its scheduler, got a Client that is"):
        fe.render(**WHAT, executor=client)


def test_a_film_and_a_poster_go_on_after_their_scheduler_is_lost(doomed, small_tiles, tmp_path, monkeypatch):
    client, kill = doomed
    what = dict(decades=0.5, size=(32, 24), steps=40, supersampling=1, seconds=0.4, fps=10)
    with pytest.raises(fe.ClusterError) as caught:
        fe.film(fe.mandelbrot(), (-0.745, 0.113), tmp_path / "a.webp", executor=client, **what,
                progress=lambda stage, done, total: done > total // 2 and kill())
    assert "Finished keyframes are kept in" in caught.value.__notes__[0]
    assert len(caught.value.__notes__) == 1 and (tmp_path / "a.webp.keyframes" / "0000.npz").exists()
    for name in "ab":
        fe.film(fe.mandelbrot(), (-0.745, 0.113), tmp_path / f"{name}.webp", **what)
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


def test_a_process_pool_that_breaks_is_an_error_and_finished_tiles_are_kept(small_tiles, expected, tmp_path, monkeypatch):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        def kill():
            os.kill(next(iter(pool._processes)), signal.SIGKILL)
        with pytest.raises(fe.ClusterError, match="a ProcessPoolExecutor, is broken"):
            fe.render(**WHAT, executor=pool, file=tmp_path / "a.npz", progress=first_time(kill))
        with pytest.raises(fe.ClusterError, match="a ProcessPoolExecutor, is broken"):
            fe.render(**WHAT, executor=pool)
    finishes(tmp_path / "a.npz.part", monkeypatch, expected)


def test_workers_are_counted_until_the_last_tile_is_there(monkeypatch):
    """Who counts them notices that they are lost; one tile is under way here, and never comes."""
    counted = []

    def count(self):
        counted.append(time.monotonic())
        if counted[-1] - counted[0] > 0.5:
            raise fe.ClusterError("lost")
        return 1
    monkeypatch.setattr("fractaledu.workers.local.Threads.count", count)
    monkeypatch.setattr(engine, "_tile", endless)
    with pytest.raises(fe.ClusterError, match="lost"):
        fe.render(fe.mandelbrot(), size=(4, 2), steps=5)


def test_a_scheduler_that_falls_silent_is_lost(client, monkeypatch):
    monkeypatch.setattr(clusters, "SILENCE_SECONDS", 0.0)
    workers = clusters.Cluster(client, None, {})
    workers.begin(PROBLEM.system)
    workers.answer = Future()                           # one that never comes
    with pytest.raises(fe.ClusterError, match="the scheduler at tcp://.* has not answered for 0 s"):
        workers.count()


# ---------------------------------------------------------------- who is stopped

def busy():
    """Jobs under way in this process."""
    return list(remote._jobs)


def test_a_cancel_takes_pending_tiles_back_and_ends_those_under_way(client, monkeypatch):
    monkeypatch.setattr(engine, "_tile", endless)
    cancel, scheduler = threading.Event(), client.cluster.scheduler

    def when_busy():
        soon(lambda: all(client.run(busy).values()))
        cancel.set()
    thread = threading.Thread(target=when_busy)
    thread.start()
    with pytest.raises(fe.Cancelled):
        fe.render(**WHAT, executor=client, cancel=cancel)
    thread.join()
    soon(lambda: not any(client.run(busy).values()))
    soon(lambda: not any(key.startswith("fractaledu") for key in scheduler.tasks))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_stop_from_the_keyboard_takes_pending_tiles_back(error, client, small_tiles):
    def stop(done, total):
        raise error
    with pytest.raises(error):
        fe.render(**WHAT, executor=client, progress=stop)
    soon(lambda: not any(key.startswith("fractaledu") for key in client.cluster.scheduler.tasks))


def test_passes_that_are_abandoned_amid_the_start_of_a_thread_end():
    """A collection can come anywhere, so also where `threading` holds the lock that an ending thread needs."""
    code = """
        import threading, fractaledu as fe
        some = fe.passes(fe.mandelbrot(), size=(32, 32), steps=10, threads=2)
        next(some)
        with threading._active_limbo_lock:
            del some
        print("ended")
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=SECONDS)
    assert done.stdout == "ended\n"


# ---------------------------------------------------------------- who is refused

def test_workers_with_other_kernels_are_refused(client, monkeypatch):
    monkeypatch.setattr(remote, "BUILD", 1)
    with pytest.raises(fe.ClusterError, match="all workers must run the fractaledu of this machine, .* 00000001, but .* "
                                              r"process \d+ runs .* with kernels"):
        fe.render(**WHAT, executor=client)


def test_another_kind_of_processor_is_said_once(client, expected, monkeypatch):
    monkeypatch.setattr(remote, "_kind", lambda: "pentium, 4 lanes")
    with pytest.warns(fe.ClusterWarning, match="this machine is pentium, 4 lanes: the last bits of values may differ") as said:
        land = fe.render(**WHAT, executor=client)
    assert land.pixels.tobytes() == expected and len(said) == 1
    assert said[0].filename == __file__


def test_what_a_worker_cannot_load_is_said(client):
    class Elsewhere:
        def __reduce__(self):
            return __import__, ("a_module_of_this_machine_only",)
    with pytest.raises(fe.ClusterError, match="cannot load what it was sent: all must have this machine's fractaledu"):
        clusters.Cluster(client, None, {})
        workers = clusters.Cluster(client, None, {})
        workers.begin(Elsewhere())
        workers.result(workers.submit(original, PROBLEM.view.positions(SIZE)[0], PROBLEM.view.positions(SIZE)[0], 1))


def test_clients_that_cannot_be_used_are_refused(client, monkeypatch):
    with Client(client.scheduler.address) as closed:
        pass
    with pytest.raises(ValueError, match="executor must be connected to its scheduler, got a Client that is closed"):
        fe.render(**WHAT, executor=closed)
    monkeypatch.setattr(Client, "asynchronous", True)
    for wrong, kind in ((client.cluster, "LocalCluster, whose get_client\\(\\) has"), (Client, "the class Client"), (3, "int")):
        with pytest.raises(TypeError, match=f"executor must be an object with a method submit, got {kind}"):
            fe.render(**WHAT, executor=wrong)
    with pytest.raises(ValueError, match="executor must be a Client that waits, got one with asynchronous=True"):
        fe.render(**WHAT, executor=client)


def test_dask_is_not_loaded_unless_it_is_used():
    code = ("import sys, fractaledu as fe; from concurrent.futures import ThreadPoolExecutor as T;"
            "fe.render(fe.mandelbrot(), size=(8, 8), steps=5, executor=T(1));"
            "print([m for m in ('dask', 'distributed') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ---------------------------------------------------------------- what is sent

class Forgetful(ThreadPoolExecutor):
    """As processes that have never seen a system before, or have forgotten it."""

    def __init__(self):
        super().__init__(1)
        self.sent = []

    def submit(self, work, *arguments):
        data = pickle.dumps(arguments)
        self.sent.append(len(data))
        remote._kept.clear()
        future = Future()
        future.set_result(work(*pickle.loads(data)))
        return future


def test_a_process_that_lacks_the_system_is_sent_it_again(small_tiles, expected, monkeypatch):
    monkeypatch.setattr(remote, "SMALL", 0)
    executor = Forgetful()
    assert fe.render(**WHAT, executor=executor).pixels.tobytes() == expected
    assert len(executor.sent) > 2 * len(range(0, SIZE[0] * SIZE[1], 64))          # each tile twice, but for the first


def test_a_large_system_is_sent_once():
    shared = remote.Shared(("x" * 10 ** 5,), copies=1)
    first, second = pickle.dumps(shared), pickle.dumps(shared)
    assert len(first) > 10 ** 5 and len(second) < 200
    assert pickle.loads(first) is pickle.loads(second)
    assert len(pickle.dumps(shared.whole())) > 10 ** 5


# ---------------------------------------------------------------- the command line

def test_the_command_line_takes_a_scheduler(client, tmp_path, capsys):
    how = ["paper-one-datum", "--size", "40x30", "--steps", "40"]
    address = ["--scheduler", client.scheduler.address]
    for command, name in (("render", "a.npz"), ("poster", "a.png"), ("film", "a.webp")):
        what = [*how, *(["--decades", "0.3", "--seconds", "0.2", "--target", "10", "10"] if command == "film" else [])]
        assert cli.main([command, *what, "--out", str(tmp_path / f"threads-{name}")]) == 0
        assert cli.main([command, *what, "--out", str(tmp_path / f"cluster-{name}"), *address]) == 0
        assert (tmp_path / f"threads-{name}").read_bytes() == (tmp_path / f"cluster-{name}").read_bytes()
    assert f"on 2 threads of {client.scheduler.address}, if they are as fast" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://", "nonsense", "", "tcp://127.0.0.1:99999",
                                     "missing.json", "list.json", "number.json", "no-json.json"])
def test_a_scheduler_that_does_not_answer_is_an_error_in_one_line(address, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("fractaledu.cli.cluster.ANSWER_SECONDS", 0.2)
    monkeypatch.chdir(tmp_path)
    for name, text in (("list", "[]"), ("number", '{"address": 1}'), ("no-json", "xx")):
        pathlib.Path(f"{name}.json").write_text(text)
    assert cli.main(["render", "mandelbrot", "--out", str(tmp_path / "a.npz"), "--scheduler", address]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and f"that answers, as tcp://10.0.0.1:8786, or its .json file, got {address}" in error
