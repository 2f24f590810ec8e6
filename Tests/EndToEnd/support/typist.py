#!/usr/bin/env python3
"""Simulates a user at a terminal: `typist.py CASE COMMAND...` starts the command in a new terminal and types.

The command starts a shell in a container (`sh`, or with additional arguments of the case). Prints what is wrong; nothing
if all is well.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 20


class Terminal:
    def __init__(self, command, rows=33, columns=99):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP):
                signal.signal(number, signal.SIG_DFL)
            os.execvp(command[0], command)
        self.resize(rows, columns)
        self.before = self.settings()

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def settings(self):
        return termios.tcgetattr(self.fd)

    def is_raw(self):
        return self.settings()[3] & (termios.ICANON | termios.ECHO | termios.ISIG) == 0

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern):
        """Reads until the pattern appears, and discards everything up to its end."""
        until = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return found
            if time.monotonic() > until or not self.read():
                raise SystemExit(f"no {pattern!r} in: {self.seen!r}")

    def read(self):
        if not select.select([self.fd], [], [], 0.5)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def end(self):
        """The exit code, after reading all output."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            self.read()
        os.kill(self.pid, signal.SIGKILL)
        raise SystemExit(f"it does not end: {self.seen!r}")


def check(condition, what):
    if not condition:
        raise SystemExit(what)


def eventually(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        check(time.monotonic() < until, what)
        time.sleep(0.05)


def raw(command):
    """A terminal inside, raw mode outside; size and type are passed on; everything is restored in the end."""
    os.environ["TERM"] = "screen-256color"
    terminal = Terminal(command + ["sh"])
    terminal.expect("[#$] ")
    check(terminal.is_raw(), "the terminal is not in raw mode")
    terminal.type("stty size; tty; echo TERM=$TERM\r")
    terminal.expect("33 99")
    terminal.expect("/dev/")
    terminal.expect("TERM=[a-z]")
    terminal.type("exit 7\r")
    check(terminal.end() == 7, "the exit code is not the shell's")
    check(terminal.settings() == terminal.before, "the terminal is not as it was before")


def resize(command):
    terminal = Terminal(command + ["sh"])
    terminal.expect("[#$] ")
    terminal.type("trap 'stty size' WINCH\r")
    terminal.expect("[#$] ")
    terminal.resize(21, 45)
    eventually(lambda: (terminal.type("stty size\r"), terminal.read(), "21 45" in terminal.seen)[2], "no new size")
    terminal.type("exit\r")
    terminal.end()


def interrupt(command):
    """Ctrl-C affects the command inside, not the tool."""
    terminal = Terminal(command + ["sh"])
    terminal.expect("[#$] ")
    terminal.type("sleep 1000\r")
    time.sleep(0.5)
    terminal.type("\x03")
    terminal.expect(r"\^C[^#$]*[#$] ")
    terminal.type("echo code $?\r")
    # A shell with line editing only treats Ctrl-D as end of input while it waits for a line.
    terminal.expect(r"code 130[^#$]*[#$] ")
    terminal.type("\x04")
    check(terminal.end() == 0, "Ctrl-D does not end the shell")


def jobs(command):
    """Ctrl-Z stops the command inside; fg and bg continue it."""
    terminal = Terminal(command + ["sh"])
    terminal.expect("[#$] ")
    terminal.type("sleep 1000\r")
    time.sleep(0.5)
    terminal.type("\x1a")
    terminal.expect("Stopped")
    terminal.type("jobs\r")
    terminal.expect("Stopped *sleep 1000")
    terminal.type("bg\r")
    terminal.expect("sleep 1000")
    terminal.type("fg\r")
    terminal.expect("sleep 1000")
    time.sleep(0.3)
    terminal.type("\x03")
    terminal.expect(r"\^C[^#$]*[#$] ")
    terminal.type("exit 3\r")
    check(terminal.end() == 3, "the exit code is not the shell's")


def killed(command):
    """kill -9 of the tool: the terminal is restored, nothing of the container remains."""
    mark = f"sleep 99{os.getpid()}"
    terminal = Terminal(command + ["sh", "-c", f"echo ready; {mark}"])
    terminal.expect("ready")
    check(terminal.is_raw(), "the terminal is not in raw mode")
    eventually(lambda: running(mark), "the container does not run")
    os.kill(terminal.pid, signal.SIGKILL)
    eventually(lambda: terminal.settings() == terminal.before, "the terminal is not as it was before")
    eventually(lambda: not running(mark), "the container still runs")


def hangup(command):
    """The window is closed: tool and container end, even a container that ignores signals."""
    mark = f"sleep 98{os.getpid()}"
    terminal = Terminal(command + ["sh", "-c", f"trap '' HUP; echo ready; {mark}; {mark}"])
    terminal.expect("ready")
    eventually(lambda: running(mark), "the container does not run")
    os.close(terminal.fd)
    eventually(lambda: not running(mark), "the container still runs")
    eventually(lambda: os.waitpid(terminal.pid, os.WNOHANG)[0], "the tool still runs")


def failing(command):
    """A command that cannot be started leaves the terminal unchanged."""
    terminal = Terminal(command + ["no-such-program"])
    terminal.expect("no-such-program")
    check(terminal.end() == 127, "the exit code is not 127")
    check(terminal.settings() == terminal.before, "the terminal is not as it was before")


def throughput(command):
    """A lot of output arrives completely, and input typed ahead is not lost."""
    terminal = Terminal(command + ["sh", "-c", "stty -echo; echo ready; i=0; while read l; do i=$((i+1)); "
                                               "[ $l = end ] && break; done; echo lines $i; seq 1 20000"])
    terminal.expect("ready")
    for number in range(300):
        terminal.type(f"line{number}\r")
    terminal.type("end\r")
    terminal.expect("lines 301")
    terminal.expect(r"\n19999\r\n20000")
    check(terminal.end() == 0, "the exit code is not 0")


def running(mark):
    return subprocess.run(["pgrep", "-f", f"^{mark}"], stdout=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    cases = {case.__name__: case for case in
             (raw, resize, interrupt, jobs, killed, hangup, failing, throughput)}
    cases[sys.argv[1]](sys.argv[2:])
