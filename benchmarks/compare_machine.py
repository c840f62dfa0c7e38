"""What a measurement was made on."""
import datetime
import importlib.metadata
import os
import pathlib
import platform

import llvmlite.binding as llvm
from threadpoolctl import threadpool_info

import fractaledu as fe
from fractaledu.simd import WIDTH

FEATURES = "avx2", "fma", "avx512f", "neon", "sve"              # what our kernels ask after
PACKAGES = "numba", "llvmlite", "numpy", "jax", "jaxlib"


def model():
    """The processor's name."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def version(package):
    """Of a package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine():
    """Processor, versions, the date, and how busy the machine was before."""
    features = llvm.get_host_cpu_features()
    libraries = [info for info in threadpool_info() if info["user_api"] == "blas"]         # scipy, which JAX loads, has another
    blas = min(libraries, key=lambda info: "numpy" not in info["filepath"], default={})
    return {"processor": model(), "llvm": llvm.get_host_cpu_name(),
            "features": [name for name in FEATURES if features.get(name)], "lanes": WIDTH,
            "threads": fe.available_threads(), "processors": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
            "fractaledu": fe.__version__, **{package: version(package) for package in PACKAGES},
            "blas": " ".join(str(blas[key]) for key in ("internal_api", "version", "architecture") if blas.get(key)),
            "load": [round(x, 2) for x in os.getloadavg()],
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")}
