"""Judges folders with verify.py, imported once: a path on each line of standard input, a JSON line for each on standard output."""
import json
import sys

from judging import judged

for line in sys.stdin:
    status, rules, _ = judged(line.strip())
    print(json.dumps({'status': status, 'rules': rules}), flush=True)
