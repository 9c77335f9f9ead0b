"""What takes turns: DigitKit's `digitctl bench`, a framework's worker, or a whole program.

Each has a `label`, is started, measures windows, and is stopped. A window gives a Sample; what cannot be started or
does not answer raises SideError with one line that says why.
"""
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import machine
from networks import NETWORKS, count_of
from paths import DIGITCTL, PEAK, PEERS


# The system counts in hundredths of a second: what others did in less than this many seconds is not known.
LEAST_KNOWN = 0.25


class SideError(Exception):
    pass


@dataclass(frozen=True)
class Sample:
    """Of one window: images a second, MiB at most, and how many cores' worth of work others did meanwhile."""
    rate: float
    peak: float
    others: float | None


@dataclass
class Setting:
    """What all sides of a run share."""
    mnist: str
    seconds: float
    patience: float
    models: object


@dataclass
class Bench:
    """`digitctl bench`, started anew for each window; reading the data and warming up are not timed."""
    network: str
    measure: str
    threads: int
    batch: int = 0
    label: str = "DigitKit"

    def start(self, setting):
        self.setting = setting
        training = NETWORKS[self.network].training
        model = self.network if self.measure == "training" else setting.models.run_folder(self.network)
        self.command = [DIGITCTL, "bench", model, "--only", self.measure, "--json", "--quiet", "--rounds", "1",
                        "--seconds", str(setting.seconds), "--threads", str(self.threads), "--data", setting.mnist]
        if self.measure == "training":
            self.command += ["--batch", str(self.batch), *optimiser_flags(training)]

    def measured(self):
        before, started = machine.busy_seconds(), time.perf_counter()
        ended = finished(self.command, self.setting.patience)
        others = others_since(before, started, ended.used)
        report = json.loads(ended.out)["networks"][0]
        if report["parameters"] != count_of(self.network):
            raise SideError(f"{self.network} has {report['parameters']} parameters in DigitKit, "
                            f"{count_of(self.network)} in networks.py")
        figure = report["figures"][0]["median"]
        return Sample(1e6 / figure if self.measure == "one" else figure, ended.peak, others)

    def stop(self):
        pass


def optimiser_flags(training):
    """Those of digitctl."""
    if training.optimiser == "adam":
        return ["--optimizer", "adam", "--lr", str(training.rate)]
    return ["--optimizer", "sgd", "--lr", str(training.rate), "--momentum", str(training.momentum)]


@dataclass
class Worker:
    """A framework's program `in_<name>.py`, which stays ready between windows."""
    name: str
    framework: str
    work: str
    network: str
    mode: str
    threads: int
    batch: int
    about: str = ""
    correct: int | None = None
    process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def label(self):
        return f"{self.framework} {self.mode}{self.about and f' ({self.about})'}"

    def start(self, setting):
        self.setting = setting
        self.said = tempfile.TemporaryFile("w+")
        command = [sys.executable, "-B", PEERS / f"in_{self.name}.py", self.work,
                   "--network", self.network, "--mode", self.mode, "--batch", str(self.batch),
                   "--threads", str(self.threads), "--data", setting.mnist]
        if self.work == "predict":
            models = setting.models
            command += ["--weights", models.weights(self.network), "--onnx", models.onnx(self.network)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said,
                                        text=True, env=environment(self.threads))
        ready = self.answer()
        self.framework, self.about, self.correct = ready["ready"], ready["about"], ready["correct"]

    def measured(self):
        before, started = machine.busy_seconds(), time.perf_counter()
        used = machine.used_seconds(self.process.pid)
        try:
            self.process.stdin.write(f"{self.setting.seconds}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it is no more; why, is read with the answer
        answer = self.answer()
        own = None if used is None else machine.used_seconds(self.process.pid) - used
        return Sample(answer["rate"], answer["peak"], others_since(before, started, own))

    def answer(self):
        readable, _, _ = select.select([self.process.stdout], [], [], self.setting.patience)
        if not readable:
            raise SideError(f"no answer within {self.setting.patience:g} s")
        line = self.process.stdout.readline()
        if not line:
            self.said.seek(0)
            raise SideError(last_line(self.said.read()))
        return json.loads(line)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
            self.said.close()


@dataclass
class Program:
    """A whole program from its start to the first that it says; a window is one run. `command` makes its words of
    Models."""
    label: str
    command: object

    def start(self, setting):
        self.setting = setting
        self.words = self.command(setting.models)
        self.measured()  # brings its files into memory

    def measured(self):
        before, started = machine.busy_seconds(), time.perf_counter()
        ended = finished(self.words, self.setting.patience)
        return Sample(1 / ended.until_output, ended.peak, others_since(before, started, ended.used))

    def stop(self):
        pass


class SmallProgram(Program):
    """A program of which the memory is wanted. The system counts a process with what started it, which is more than a
    small program takes; so a smaller one starts it."""

    def measured(self):
        with tempfile.NamedTemporaryFile("r") as file:
            ended = finished([PEAK, file.name, *self.words], self.setting.patience)
            return Sample(1 / ended.until_output, int(file.read()) / 2 ** 20, None)


def environment(threads):
    """With as many threads as asked for, in the variables that the frameworks read when they are imported."""
    count = str(threads)
    return os.environ | {
        "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count, "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "",
    }


@dataclass(frozen=True)
class Ended:
    """A program that is over: what it said, seconds until it began to, processor seconds, and MiB at most."""
    out: str
    until_output: float
    used: float
    peak: float


def finished(command, patience=None, variables=None):
    """Runs a program to its end, which must be a good one."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
                                   env=variables)
        try:
            out, until_output = all_output(process, started, patience)
            # subprocess itself does not tell what was used.
            _, status, use = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()
        if process.returncode != 0:
            said.seek(0)
            reason = last_line(said.read().decode(errors="replace"))
            raise SideError(reason or f"{command[0]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Ended(out, until_output, use.ru_utime + use.ru_stime, use.ru_maxrss * unit / 2 ** 20)


def all_output(process, started, patience):
    """All that a program says, and when it began."""
    parts, until_output = [], None
    while True:
        left = None if patience is None else max(0, started + patience - time.perf_counter())
        if not select.select([process.stdout], [], [], left)[0]:
            raise SideError(f"did not end within {patience:g} s")
        part = os.read(process.stdout.fileno(), 1 << 16)
        until_output = until_output or time.perf_counter() - started
        if not part:
            return b"".join(parts).decode(), until_output
        parts.append(part)


def others_since(before, started, used):
    """Cores' worth of work by others since then, `used` seconds being one's own."""
    now, passed = machine.busy_seconds(), time.perf_counter() - started
    if None in (before, now, used) or passed < LEAST_KNOWN:
        return None
    return max(0.0, (now - before - used) / passed)


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
