"""A film as an mp4, by the ffmpeg that imageio-ffmpeg brings along."""
from __future__ import annotations

import errno
import functools
import itertools
import os
import pathlib
import re
import subprocess
import tempfile
from fractions import Fraction

import numpy as np

from ..landscape import atomic

CODEC = "libx264"
# What a codec needs to look as good as H.264 at a constant quality of 16, where noise is not seen; others take -qscale:v 2.
GOOD = {"libx264": ["-crf", "16"], "libx265": ["-crf", "18", "-tag:v", "hvc1", "-x265-params", "log-level=error"],
        "libsvtav1": ["-crf", "20"], "libvpx-vp9": ["-crf", "20", "-b:v", "0"], "mpeg4": ["-qscale:v", "2"]}
# Colours by the rule that players take for granted in high definition, and written down for all others.
COLOUR = ["-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int+bicubic,format=yuv420p,"
                 "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709", "-pix_fmt", "yuv420p"]
# The number of threads changes an encoder's bytes, so it is not left to the machine.
SAME_BYTES = ["-threads", "4", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
# Ctrl-C shall reach only us, who end ffmpeg.
ALONE = {"process_group": 0} if os.name == "posix" else {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
HOW_TO_GET = 'get it with: pip install "fractaledu[movie]"'


def check(file, codec=None, size=None):
    """ValueError if there is no ffmpeg, or it cannot put the codec, or frames of that size, into an mp4."""
    ffmpeg, codec = _ffmpeg(file), CODEC if codec is None else codec
    why = _refusal(ffmpeg, codec, (256, 256))
    if not why and size is not None:
        shape = size[1] + size[1] % 2, size[0] + size[0] % 2
        why = _refusal(ffmpeg, codec, shape)
        if why:
            raise ValueError(f"size must be one that {codec} can put into an mp4, got {size[0]} x {size[1]}: {why}")
    if why:
        there = [name for name in GOOD if name in _encoders(ffmpeg)]
        raise ValueError(f"codec must be one that this ffmpeg can put into an mp4, such as {', '.join(there)}, "
                         f"got {codec!r}: {why}")


def save(path, pictures, count, fps, recipe, codec=CODEC):
    """Write the pictures.  Whatever happens, ffmpeg has ended when this ends."""
    first = next(pictures)
    with atomic(path) as file, tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as folder:
        about = pathlib.Path(folder, "about.txt")           # a file: a command line holds 128 kB at most
        about.write_text(f";FFMETADATA1\ncomment={_escaped(recipe)}\nartist=fractaledu\n", encoding="utf-8")
        command = [*_command(_ffmpeg(path), _even(first).shape, fps, codec, ["-f", "ffmetadata", "-i", os.fspath(about)]),
                   "-map", "0:v", "-map_metadata", "1", "-movflags", "+faststart", "-y", file.name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, **ALONE)
        try:
            took = all(_taken(process.stdin.write, _even(picture)) for picture in itertools.chain([first], pictures))
            took = _taken(process.stdin.close) and took
            if process.wait() or not took:
                said.seek(0)
                why = _first(said.read(), process.returncode)
                raise OSError(errno.ENOSPC if "No space left" in why else errno.EIO, f"ffmpeg failed: {why}", os.fspath(path))
        finally:
            process.kill()
            process.wait()
            _taken(process.stdin.close)


def recipe(path):
    """The recipe inside, or None."""
    command = [_ffmpeg(path), "-v", "error", "-i", os.path.abspath(path), "-f", "ffmetadata", "-"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    if run.returncode:
        raise ValueError(f"file must be an mp4 film, got {os.fspath(path)}: {_first(run.stderr, run.returncode)}")
    lines = [line.partition("=") for line in run.stdout.decode(errors="replace").split("\n")]
    about = {key: re.sub(r"\\(.)", r"\1", value) for key, _, value in lines}
    return about.get("comment") if about.get("artist") == "fractaledu" else None


def _escaped(text):
    """As ffmpeg's metadata files want it."""
    return re.sub(r"([=;#\\\n])", r"\\\1", text)


def _command(ffmpeg, shape, fps, codec, also=()):
    rows, columns = shape[:2]
    return [ffmpeg, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{columns}x{rows}",
            "-r", str(Fraction(fps).limit_denominator(1001)), "-i", "-", *also, *SAME_BYTES, "-c:v", codec,
            *GOOD.get(codec, ["-qscale:v", "2"]), *COLOUR, "-f", "mp4"]


def _even(picture):
    """Its pixels, with even numbers of rows and columns: colours have half the resolution in an mp4."""
    pixels = np.asarray(picture)
    rows, columns = pixels.shape[:2]
    return np.ascontiguousarray(np.pad(pixels, ((0, rows % 2), (0, columns % 2), (0, 0)), "edge"))


def _ffmpeg(file):
    try:
        import imageio_ffmpeg
        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise ValueError(f"file must not end in .mp4 where imageio-ffmpeg is missing, got {os.fspath(file)}; "
                         f"{HOW_TO_GET}") from None


@functools.lru_cache(4)
def _encoders(ffmpeg):
    said = subprocess.run([ffmpeg, "-hide_banner", "-encoders"], stdin=subprocess.DEVNULL, capture_output=True).stdout
    return set(re.findall(r"^ V\S{5} (\w\S*)", said.decode(errors="replace"), re.MULTILINE))


@functools.lru_cache(16)
def _refusal(ffmpeg, codec, shape):
    """Why an mp4 of two black frames of this shape fails; "" if it does not.  (A codec can be there, but not its hardware.)"""
    if codec not in _encoders(ffmpeg):
        return "it has none of that name"
    trial = _command(ffmpeg, shape, 25, codec) + ["-movflags", "frag_keyframe+empty_moov", "-"]
    run = subprocess.run(trial, input=bytes(2 * shape[0] * shape[1] * 3), capture_output=True)
    return _first(run.stderr, run.returncode) if run.returncode else ""


def _first(said, code):
    """The first line of what ffmpeg said before it failed, which says why; the others are what followed from it."""
    lines = re.sub(r"^(\[[^]]*\] )+", "", said.decode(errors="replace").strip(), flags=re.MULTILINE).splitlines()
    return lines[0].strip() if lines else f"it ended with {code} and said nothing"


def _taken(do, *what):
    """Whether ffmpeg was there to take it.  Only the pipe's own errors: a frame may fail for others."""
    try:
        do(*what)
    except OSError:
        return False
    return True
