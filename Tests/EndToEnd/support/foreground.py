#!/usr/bin/env python3
"""Executes a command with the signal dispositions of a typed one: background jobs and children of nohup ignore some."""
import os
import signal
import sys

for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
