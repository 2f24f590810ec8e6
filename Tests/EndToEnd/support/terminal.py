#!/usr/bin/env python3
"""Runs a command in a pseudo-terminal of 24 by 80, types a text after its first output, and prints all its output.

terminal.py TEXT COMMAND [ARGUMENT...]; exits with the command's exit code.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


def main():
    text, command = sys.argv[1].encode(), sys.argv[2:]
    process, terminal = pty.fork()
    if process == 0:
        # Who is started in the background ignores it, and so would the command.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    typed, end = False, time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown = os.read(terminal, 65536)
            except OSError:
                break
            if not shown:
                break
            sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
            sys.stdout.buffer.flush()
            if not typed:
                typed = True
                os.write(terminal, text)
    else:
        os.kill(process, 9)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


main()
