"""Programs that end with the script that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Program:
    def __init__(self, command, log):
        self.command = command
        self.log = log
        self.process = None

    def start(self):
        output = open(self.log, "ab")
        self.process = subprocess.Popen(
            self.command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)

    def stop(self, number=signal.SIGTERM, timeout=20):
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def tail(self):
        try:
            with open(self.log, "rb") as file:
                return file.read()[-3000:].decode("utf-8", "replace")
        except OSError:
            return ""


def until(what, condition, timeout=60):
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(0.05)


def now_ms():
    return time.time_ns() // 1_000_000


def arguments():
    """`name=value` words of the command line, as the Swift tests give them."""
    return dict(word.split("=", 1) for word in sys.argv[1:])


def write(path, text, mode=0o600):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
