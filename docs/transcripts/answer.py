"""Runs a command on a terminal, and types an answer when it asks: answer.py TEXT COMMAND..."""

import os
import pty
import sys

answer, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
seen = b""
answered = False
while True:
    try:
        read = os.read(terminal, 4096)
    except OSError:  # what Linux says at the end of a terminal
        break
    if not read:
        break
    os.write(1, read)
    seen += read
    if not answered and seen.endswith(b"? [y/N] "):
        os.write(terminal, answer.encode() + b"\n")
        answered = True
