#!/usr/bin/env python3
"""Becomes a command that takes signals as if it had been typed: background jobs and children of nohup ignore some."""
import os
import signal
import sys

for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
