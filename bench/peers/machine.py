"""What is measured on, and who else computes there. Where there is no /proc, what others do is not known (None)."""
import os
import pathlib
import platform

TICKS = os.sysconf("SC_CLK_TCK")


def processor():
    """Its name, as the system has it."""
    for line in lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def multiplies_bfloat16():
    flags = next((line.split() for line in lines("/proc/cpuinfo") if line.startswith("flags")), [])
    return "avx512_bf16" in flags or "amx_bf16" in flags


def cores():
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy_seconds():
    """Of all cores since the machine began, whoever used them."""
    first = next(iter(lines("/proc/stat")), None)
    if first is None:
        return None
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, first.split()[1:9])
    return (user + nice + system + interrupts + soft + stolen) / TICKS


def used_seconds(process):
    """By a running process with all its threads."""
    for line in lines(f"/proc/{process}/stat"):
        # The name in brackets may have blanks in it.
        fields = line.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return None


def lines(path):
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []
