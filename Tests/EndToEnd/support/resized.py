#!/usr/bin/env python3
"""Runs a command in a pseudo-terminal that changes its width all the time, and prints what a terminal shows at the end.

resized.py COMMAND [ARGUMENT...]; fails if a line was longer than the terminal when it was written, or if the command fails.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 12, columns, 0, 0))


class Screen:
    """The lines of a terminal without a limit of lines, on which nothing wraps."""

    def __init__(self):
        self.lines, self.row, self.column, self.widest = [""], 0, 0, 0

    def write(self, text):
        for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]|\x1b", text):
            if part.startswith("\x1b["):
                number = int(part[2:-1] or 1) if part[2:-1].isdigit() or not part[2:-1] else 0
                if part[-1] == "A":
                    self.row = max(self.row - number, 0)
                elif part[-1] == "K":
                    self.lines[self.row] = self.lines[self.row][: self.column]
                elif part[-1] == "J":
                    del self.lines[self.row + 1:]
                    self.lines[self.row] = self.lines[self.row][: self.column]
                elif part[-1] != "m":
                    sys.exit(f"unknown sequence {part!r}")
            elif part == "\n":
                self.row += 1
                if self.row == len(self.lines):
                    self.lines.append("")
            elif part == "\r":
                self.column = 0
            elif part < " ":
                sys.exit(f"unexpected control character {part!r}")
            else:
                line = self.lines[self.row].ljust(self.column)
                self.lines[self.row] = line[: self.column] + part + line[self.column + 1:]
                self.column += 1
                self.widest = max(self.widest, self.column)


def main():
    process, terminal = pty.fork()
    if process == 0:
        time.sleep(0.1)
        os.environ["TERM"] = "xterm"
        # Who is started in the background ignores it, and so would the command.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(sys.argv[1], sys.argv[1:])
    widths, step, screen, text = [60, 25, 90, 33], 0, Screen(), b""
    resize(terminal, 60)
    end, changed = time.monotonic() + 60, time.monotonic()
    while time.monotonic() < end:
        if time.monotonic() - changed > 0.3:
            step, changed = step + 1, time.monotonic()
            resize(terminal, widths[step % len(widths)])
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                shown = os.read(terminal, 65536)
            except OSError:
                break
            if not shown:
                break
            text += shown
    else:
        os.kill(process, 9)
    screen.write(text.decode())
    print("\n".join(line.rstrip() for line in screen.lines))
    if screen.widest >= max(widths):
        sys.exit(f"a line has {screen.widest} columns")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


main()
