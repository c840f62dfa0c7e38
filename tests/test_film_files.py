"""Films in files: WebP, mp4, folders of PNGs; what goes wrong, and that nothing is lost then."""
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import fractaledu as fe
from fractaledu.films import folder, mp4, writing

imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason='mp4 films: pip install -e ".[movie]"')
SIZE, COUNT = (64, 48), 12
RECIPE = '{"system": "η₀ × η₁ <&> = ; # \\\\ \\"\'", "long": "' + "ξ-" * 2500 + '"}'
KINDS = ["film.webp", "film.mp4", "film"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def colour(i):
    return (20 * i + 10, 200 - 10 * i, 90)


def frame(i, size=SIZE):
    """A coloured picture, each another, with some detail in it."""
    picture = Image.new("RGB", size, colour(i))
    picture.paste((240, 240, 240), (4, 4, 4 + 2 * i, 8))
    return picture


def rough(i):
    """Noise: it takes many bytes in any format."""
    return Image.fromarray(np.random.default_rng(i).integers(0, 256, (128, 128, 3), np.uint8))


def frames_of(file):
    """Another program's view of the film: its frames as arrays."""
    if file.is_dir():
        return [np.asarray(Image.open(path)) for path in sorted(file.iterdir())]
    if file.suffix == ".webp":
        with Image.open(file) as film:
            return [film.seek(i) or np.asarray(film.convert("RGB")) for i in range(film.n_frames)]
    reader = imageio_ffmpeg.read_frames(str(file))
    width, height = next(reader)["size"]
    return [np.frombuffer(data, np.uint8).reshape(height, width, 3) for data in reader]


def bytes_of(file):
    return {path.name: path.read_bytes() for path in file.iterdir()} if file.is_dir() else file.read_bytes()


@pytest.fixture
def started(monkeypatch):
    """The processes that are started."""
    processes, popen = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: processes.append(popen(*a, **k)) or processes[-1])
    return processes


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("count", [1, COUNT])
def test_a_film_holds_its_frames_and_its_recipe(name, count, tmp_path):
    told = []
    writing.write(tmp_path / name, frame, count, 25, RECIPE, progress=lambda *now: told.append(now))
    seen = frames_of(tmp_path / name)
    assert len(seen) == count and told == [(i + 1, count) for i in range(count)]
    for i, pixels in enumerate(seen):
        assert pixels.shape == (48, 64, 3)
        np.testing.assert_allclose(pixels[20:40].mean(axis=(0, 1)), colour(i), atol=0 if name == "film" else 4)
    assert writing.read_recipe(tmp_path / name) == RECIPE
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", KINDS)
def test_the_same_frames_give_the_same_bytes(name, tmp_path):
    films = []
    for turn in "ab":
        (tmp_path / turn).mkdir()
        writing.write(tmp_path / turn / name, rough, 5, 30, RECIPE)
        films.append(bytes_of(tmp_path / turn / name))
    assert films[0] == films[1]


@pytest.mark.parametrize("name", KINDS)
def test_only_a_few_frames_are_in_memory_at_any_time(name, tmp_path):
    given, most = [], 0

    def counted(i):
        nonlocal most
        picture = frame(i % COUNT)
        given.append(weakref.ref(picture))
        most = max(most, sum(ref() is not None for ref in given))
        return picture
    writing.write(tmp_path / name, counted, 60, 25, RECIPE)
    assert len(given) == 60 and most <= 3


@pytest.mark.parametrize(("fps", "times"), [(30, [33, 34, 33]), (25, [40]), (60, [17, 16, 17]), (0.5, [2000])])
def test_a_webp_loops_and_its_times_add_up(fps, times, tmp_path):
    writing.write(tmp_path / "a.webp", frame, COUNT, fps, RECIPE)
    with Image.open(tmp_path / "a.webp") as film:
        found = [film.seek(i) or film.load() and film.info["duration"] for i in range(COUNT)]
        assert film.info["loop"] == 0
    assert found == [times[i % len(times)] for i in range(COUNT)] and abs(sum(found) - 1000 * COUNT / fps) < 1


def test_frames_that_do_not_change_keep_their_time(tmp_path):
    writing.write(tmp_path / "a.webp", lambda i: frame(0 if i < 8 else 1), COUNT, 25, RECIPE)
    with Image.open(tmp_path / "a.webp") as film:
        assert sum(film.seek(i) or film.load() and film.info["duration"] for i in range(film.n_frames)) == 40 * COUNT


def test_a_picture_looks_the_same_wherever_it_stands_in_a_webp(tmp_path):
    """As Pillow does it by default, four of five frames are built upon others: a zoom then pulses at every fifth."""
    def soft(i):
        return rough(i % 3).resize((8, 8)).resize((128, 128), Image.Resampling.BICUBIC)
    writing.write(tmp_path / "a.webp", soft, COUNT, 25, RECIPE)
    seen = frames_of(tmp_path / "a.webp")
    for i in range(3, COUNT):
        np.testing.assert_array_equal(seen[i], seen[i % 3])


def test_an_mp4_is_what_players_take(tmp_path):
    writing.write(tmp_path / "a.mp4", lambda i: frame(i, (63, 47)), COUNT, 30, RECIPE)
    about = next(imageio_ffmpeg.read_frames(str(tmp_path / "a.mp4")))
    assert about["codec"].startswith("h264") and about["pix_fmt"].startswith("yuv420p") and "bt709" in about["pix_fmt"]
    assert about["fps"] == 30 and about["size"] == (64, 48)
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "a.mp4"))[0] == COUNT
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")            # starts before all of it has arrived
    for pixels in frames_of(tmp_path / "a.mp4"):                # the edges are there twice, nothing is scaled
        np.testing.assert_allclose(pixels[:, -1].astype(float), pixels[:, -2], atol=6)
        np.testing.assert_allclose(pixels[-1].astype(float), pixels[-2], atol=6)


def test_an_mp4_of_another_codec(tmp_path):
    writing.write(tmp_path / "a.mp4", frame, COUNT, 25, RECIPE, codec="mpeg4")
    assert next(imageio_ffmpeg.read_frames(str(tmp_path / "a.mp4")))["codec"].startswith("mpeg4")
    assert len(frames_of(tmp_path / "a.mp4")) == COUNT


class Broken(Exception):
    pass


def broken(i):
    if i == 5:
        raise Broken
    return rough(i)


@pytest.mark.parametrize("name", KINDS)
def test_a_failure_leaves_the_old_film_and_nothing_else(name, tmp_path, started):
    writing.write(tmp_path / name, frame, COUNT, 25, RECIPE)
    before = bytes_of(tmp_path / name)
    with pytest.raises(Broken):
        writing.write(tmp_path / name, broken, COUNT, 25, "new")
    after = bytes_of(tmp_path / name)
    if name == "film":                  # frame by frame: five new ones, seven old ones
        assert sorted(after) == sorted(before) and sum(after[key] == before[key] for key in after) == COUNT - 5
    else:
        assert after == before
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert all(process.returncode is not None for process in started)


@pytest.mark.parametrize("name", KINDS)
def test_a_film_can_be_cancelled(name, tmp_path, started):
    cancel = threading.Event()
    with pytest.raises(fe.Cancelled) as caught:
        writing.write(tmp_path / name, rough, COUNT, 25, RECIPE, cancel=cancel,
                      progress=lambda done, total: cancel.set() if done == 4 else None)
    assert (caught.value.done, caught.value.total) == (4, COUNT)
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ([f"{i:06}.png" for i in range(4)] if name == "film" else [])
    assert all(process.returncode is not None for process in started)


def killed_at_frame_five(file):
    def frame_or_death(i):
        if i == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return rough(i)
    writing.write(file, frame_or_death, COUNT, 25, "new")


@posix
@pytest.mark.parametrize("name", KINDS)
def test_a_kill_leaves_the_old_film_and_the_next_one_is_written(name, tmp_path):
    writing.write(tmp_path / name, frame, COUNT, 25, RECIPE)
    before = bytes_of(tmp_path / name)
    process = multiprocessing.get_context("fork").Process(target=killed_at_frame_five, args=(tmp_path / name,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    if name == "film":
        (tmp_path / name / "000005.png.0123abcd.tmp").write_bytes(b"cut short")         # had it been killed in the midst of one
    else:
        assert bytes_of(tmp_path / name) == before
    writing.write(tmp_path / name, frame, COUNT, 25, RECIPE)
    assert bytes_of(tmp_path / name) == before


@posix
@pytest.mark.parametrize("name", KINDS)
def test_a_full_disk_is_an_error_that_names_the_film(name, tmp_path):
    resource = pytest.importorskip("resource")
    writing.write(tmp_path / name, frame, COUNT, 25, RECIPE)
    before, limits = bytes_of(tmp_path / name), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(OSError, match="film"):
            writing.write(tmp_path / name, rough, COUNT, 25, RECIPE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert bytes_of(tmp_path / name) == before and [path.name for path in tmp_path.iterdir()] == [name]


@posix
@pytest.mark.parametrize("name", KINDS)
def test_no_space_left_is_said(name, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if shutil.which("mount") is None or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small],
                                                       capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        writing.write(small / name, frame, 3, 25, "old")
        before = bytes_of(small / name)
        with pytest.raises(OSError, match="No space left.*film"):
            writing.write(small / name, rough, 3 if name == "film" else 40, 25, "new")
        after = bytes_of(small / name)
        assert set(after) == set(before) if name == "film" else after == before
        assert [path.name for path in small.iterdir()] == [name]
    finally:
        subprocess.run(["umount", small], check=True)


def false_ffmpeg(tmp_path, monkeypatch, then):
    """An ffmpeg that passes its examination and then does something else."""
    script = tmp_path / "bin" / "ffmpeg"
    script.parent.mkdir()
    true = imageio_ffmpeg.get_ffmpeg_exe()
    script.write_text(f'#!/bin/sh\ncase "$*" in *-encoders*|*empty_moov*) exec "{true}" "$@";; esac\n{then}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))


@posix
@pytest.mark.parametrize(("then", "message"), [
    ("head -c 9000 > /dev/null; echo '[libx264 @ 0x1] boom' >&2; exit 3", "ffmpeg failed: boom.*film.mp4"),
    ("cat > /dev/null; echo 'No space left on device' >&2; exit 1", "ffmpeg failed: No space left on device.*film.mp4"),
    ("exit 2", "it ended with 2 and said nothing"), ("kill -9 $$", "it ended with -9 and said nothing")])
def test_a_dying_ffmpeg_is_an_error(then, message, tmp_path, monkeypatch, started):
    false_ffmpeg(tmp_path, monkeypatch, then)
    with pytest.raises(OSError, match=message):
        writing.write(tmp_path / "film.mp4", rough, COUNT, 25, RECIPE)
    assert [path.name for path in tmp_path.iterdir()] == ["bin"] and started[-1].returncode


def test_a_broken_pipe_of_somebody_else_is_not_taken_for_ffmpegs(tmp_path, started):
    def progress(done, total):
        raise BrokenPipeError("of a terminal")
    with pytest.raises(BrokenPipeError, match="of a terminal"):
        writing.write(tmp_path / "film.mp4", rough, COUNT, 25, RECIPE, progress=progress)
    assert list(tmp_path.iterdir()) == [] and started[-1].returncode


@pytest.mark.parametrize("name", ["a.webm", "a.gif", "a.avi", "a.png", "a.v2", "a.webp.part"])
def test_unknown_endings_are_refused(name, tmp_path):
    for do in (writing.check, writing.read_recipe, lambda file: writing.write(file, frame, 2, 25, RECIPE)):
        with pytest.raises(ValueError, match="file must end in .webp or .mp4, or have no ending .* got .*a[.]"):
            do(tmp_path / name)
    writing.check(tmp_path / "A.WEBP")


@pytest.mark.parametrize(("codec", "why"), [("nonsense", "it has none of that name"), ("aac", "it has none of that name"),
                                            ("gif", "[Cc]odec|tag|format"), ("", "it has none of that name")])
def test_unknown_codecs_are_refused(codec, why, tmp_path):
    with pytest.raises(ValueError, match=f"codec must be one .* such as libx264, .*got '{codec}': .*{why}"):
        writing.check(tmp_path / "a.mp4", codec)


def test_a_codec_is_for_an_mp4(tmp_path):
    for name in ("a.webp", "a"):
        with pytest.raises(ValueError, match="codec must be left out unless file ends in .mp4, got 'libx264'"):
            writing.check(tmp_path / name, "libx264")


def test_without_ffmpeg_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ValueError, match=r'file must not end in .mp4 where imageio-ffmpeg is missing.*"fractaledu\[movie\]"'):
        writing.check(tmp_path / "a.mp4")
    writing.check(tmp_path / "a.webp")


def test_what_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "folder.webp").mkdir()
    (tmp_path / "plain").write_text("")
    for name in ("nowhere/a.webp", "nowhere/a.mp4", "nowhere/a", "folder.webp", "plain", "plain/a.webp", "plain/a"):
        with pytest.raises(OSError) as caught:
            writing.check(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name) and caught.value.errno and caught.value.strerror
    for name in KINDS:
        writing.check(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.webp", "plain"]         # and nothing is left behind


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unwritable for root")
@pytest.mark.parametrize("name", KINDS)
def test_an_unwritable_folder_is_refused_at_once(name, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=name):
        writing.check(tmp_path / name)


@pytest.mark.parametrize("foreign", ["notes.txt", "0.png", "000001.png", "deep"])
def test_a_folder_of_other_things_is_refused(foreign, tmp_path):
    folder = tmp_path / "film"
    writing.write(folder, frame, 1, 25, RECIPE)
    path = folder / foreign
    path.mkdir() if foreign == "deep" else frame(3).save(path, "PNG")           # 000001.png: somebody's photograph
    before = bytes_of(folder) if foreign != "deep" else None
    for do in (writing.check, lambda file: writing.write(file, frame, 2, 25, RECIPE)):
        with pytest.raises(ValueError, match=f"file must be a folder with nothing but frames .*film, which holds {foreign}"):
            do(folder)
    assert before is None or bytes_of(folder) == before


def test_frames_of_a_longer_film_go_when_the_new_ones_are_there(tmp_path):
    folder = tmp_path / "film"
    writing.write(folder, frame, COUNT, 25, RECIPE)
    (folder / ".hidden").write_text("a file browser's")
    with pytest.raises(Broken):
        writing.write(folder, broken, 7, 25, "new")
    assert len(list(folder.glob("*.png"))) == COUNT
    writing.write(folder, frame, 7, 25, "new")
    assert sorted(path.name for path in folder.iterdir()) == [".hidden", *(f"{i:06}.png" for i in range(7))]
    with Image.open(folder / "000006.png") as last:
        assert last.text["fractaledu"] == "new"


@pytest.mark.parametrize(("how", "message"), [
    ({"fps": 0}, "fps must be above 0 and at most 60, got 0"), ({"fps": 61}, "fps must be above 0"),
    ({"fps": float("nan")}, "fps must be finite"), ({"count": 0}, "count must be from 1"),
    ({"count": 2.5}, "count must be a whole number"),
    ({"frame": lambda i: Image.new("L", SIZE)}, "frame must give RGB .*got L"),
    ({"frame": lambda i: frame(i, (8 + i, 8))}, r"frame must give RGB images of one size, got RGB of \(9, 8\) for 1")])
@pytest.mark.parametrize("name", KINDS)
def test_arguments_are_checked(how, message, name, tmp_path):
    with pytest.raises(ValueError, match=message):
        writing.write(tmp_path / name, **({"frame": frame, "count": 3, "fps": 25, "recipe": RECIPE} | how))


def test_a_webp_has_a_largest_size(tmp_path):
    with pytest.raises(ValueError, match="wider or higher than 16383 pixels"):
        writing.write(tmp_path / "a.webp", lambda i: Image.new("RGB", (16384, 2)), 2, 25, RECIPE)


def test_a_film_of_somebody_else_has_no_recipe(tmp_path):
    frame(0).save(tmp_path / "a.webp", save_all=True, append_images=[frame(1)])
    (tmp_path / "b").mkdir()
    frame(0).save(tmp_path / "b" / "000000.png")
    film = imageio_ffmpeg.write_frames(str(tmp_path / "a.mp4"), SIZE, output_params=["-metadata", "comment={}"])
    film.send(None)
    film.send(frame(0).tobytes())
    film.close()
    for name in ("a.webp", "a.mp4", "b"):
        with pytest.raises(ValueError, match="which has no recipe inside"):
            writing.read_recipe(tmp_path / name)
    for name in ("no.webp", "no.mp4", "no"):
        with pytest.raises(FileNotFoundError, match=name):
            writing.read_recipe(tmp_path / name)
    for name in ("c.webp", "c.mp4", "c"):
        (tmp_path / name).write_text("nonsense")
        with pytest.raises(ValueError, match=f"file must be a.* film.*{name}"):
            writing.read_recipe(tmp_path / name)


def test_a_recipe_is_text_for_other_programs_too(tmp_path):
    """exiftool and the like look for dc:description; a PNG's text is an iTXt, which is UTF-8."""
    writing.write(tmp_path / "a.webp", frame, 2, 25, RECIPE)
    with Image.open(tmp_path / "a.webp") as film:
        assert "<dc:description><rdf:Alt>" in film.info["xmp"].decode() and "η₀ × η₁ &lt;&amp;&gt;" in film.info["xmp"].decode()
    writing.write(tmp_path / "a", frame, 1, 25, RECIPE)
    with Image.open(tmp_path / "a" / "000000.png") as first:
        assert isinstance(first.text["fractaledu"], PngImagePlugin.iTXt)


def test_a_failed_write_leaves_no_thread_behind(tmp_path, monkeypatch):
    """One that is left to the collection of garbage can hang there."""
    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(folder, "atomic", full)
    with pytest.raises(OSError) as kept:
        writing.write(tmp_path / "a", frame, 5, 25, RECIPE)
    assert kept.traceback and not [thread for thread in threading.enumerate() if thread.name.startswith("fractaledu")]


def test_every_good_codec_that_is_there_works():
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    there = [name for name in mp4.GOOD if name in mp4._encoders(ffmpeg)]
    assert mp4.CODEC in there and [mp4._refusal(ffmpeg, name, (64, 64)) for name in there] == [""] * len(there)
