"""verify.py, imported once, with what it asks of ssh-keygen and openssl remembered: the same command over the same files has the same answer.

verify.py itself knows nothing of this. What `Keys` signed itself is known to be good: ssh-keygen is asked about every hundredth of those.
`really` judges without any of it; the group `asked` of attacks.py shows that the verdicts are the same."""
import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import types

from make_bundle import BUNDLE, made_here

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location('verify', os.path.join(BUNDLE, 'verify.py'))
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
answers, canonical, skipped, verdicts = {}, set(), [0], {}
reads, checks, plain = verify.parse, verify.check_sshsig, types.SimpleNamespace(run=subprocess.run, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)


def ask(command, cwd, input=None, **how):
    held = {name: open(os.path.join(cwd, name), 'rb').read() for name in os.listdir(cwd)}
    asked = (*command, input, *sorted(held.items()))
    if asked in answers:
        return answers[asked]
    if command[0] == 'ssh-keygen' and (held['allowed'], held['sig'], command[-1], input) in made_here:
        skipped[0] += 1
        if skipped[0] % 100:
            return types.SimpleNamespace(returncode=0, stdout=b'')
    done = subprocess.run(command, cwd=cwd, input=input, **how)
    answers[asked] = types.SimpleNamespace(returncode=done.returncode, stdout=done.stdout)
    return answers[asked]


def parse(data):
    """What was found to be canonical JSON once is that again."""
    if data in canonical:
        return json.loads(data)
    value = reads(data)
    canonical.add(data)
    return value


def check_sshsig(*asked):
    if asked not in verdicts:
        try:
            verdicts[asked] = checks(*asked)
        except verify.Bad as bad:
            verdicts[asked] = bad
    if isinstance(verdicts[asked], verify.Bad):
        raise verify.Bad(*verdicts[asked].args)
    return verdicts[asked]


remembered = types.SimpleNamespace(run=ask, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)


def judged(folder, *arguments):
    """(status, rules named, all that was printed); verify.py must never throw."""
    verify.subprocess, verify.parse, verify.check_sshsig = remembered, parse, check_sshsig
    return told(folder, *arguments)


def really(folder, *arguments):
    """The same, with nothing remembered."""
    verify.subprocess, verify.parse, verify.check_sshsig = plain, reads, checks
    return told(folder, *arguments)


def told(folder, *arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = verify.main([folder, *arguments])
    rules = [line.split(' | ')[2] for line in out.getvalue().split('\n') if line.replace('REHEARSAL  ', '').startswith('PROBLEM ')]
    return status, rules, out.getvalue()
