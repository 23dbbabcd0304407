#!/usr/bin/env python3
"""Judges a whole ledger without keyrite: python3 -I whole.py LEDGER.DB [--pin FILE]...

A second verifier, written from docs/ledger-format.md: what verify.py knows of bundles, and what lies in no bundle. Exit status: 0 good;
6 for lines "PROBLEM where | entry | rule | sentence". It leaves to `keyrite ledger verify`: that the steps of a ceremony follow its
template, attestations of security keys, the table `side`, which decides nothing, rules of retention, the parents of keys, whether the
signers of a journal meet its rule, and the order of hooks of an incident."""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tables import BEGUN, ENDED, verify  # noqa: E402
import ceremonies  # noqa: E402
import copies  # noqa: E402
import forms  # noqa: E402
import notes  # noqa: E402
from families import FAMILIES  # noqa: E402
from source import Source  # noqa: E402

need, sha256, parse = verify.need, verify.sha256, verify.parse
FORMS = forms.Forms(verify.is_time)


class Said(dict):
    """Data in which no key is named where a rule of verify.py asks for one."""

    def __missing__(self, name):
        if name == 'key':
            return None
        raise KeyError(name)


class Whole(verify.Bundle):
    """A ledger, each entry of which is judged by the good ones before it; `problems` when `judge_all` is over."""

    def __init__(self, path):
        super().__init__(None)
        self.source, self.level = Source(path), 'full'
        self.runs, self.lost, self.given_up, self.branched = [], [], [], set()
        self.roots, self.ceremonies, self.families = {}, ceremonies.Ceremonies(), [family() for family in FAMILIES]
        self.openings_seen = {}

    def root_at(self, size):
        if size not in self.roots:
            root = super().root_at(size)
            if root is None:
                return None
            self.roots[size] = root
        return self.roots[size]

    def judge_all(self, pins=()):
        for rule, sentence in self.source.flaws:
            self.problem('ledger.db', None, rule, sentence)
        for name, data in self.source.blobs.items():
            if sha256(data) != name:
                self.problem('blobs', None, 'blob', 'a blob lies under another name than its digest')
            self.files['blobs/' + name.hex()] = data
        with self.guard('entries', 0):
            first = parse(self.source.entries[0][2])
            self.name = first['ledger']
            named = verify.re.fullmatch('([A-Za-z0-9._-]+)/ledger/[0-9a-f]{32}', self.name)
            need('its name is ill-formed', ledger=named and named[1] == first['data']['organisation'])
            self.org, self.rehearsal = named[1], 'rehearsal' in first['data']
            self.writers.append((0, *self.read_vkey(first['data']['vkey'])))
        time = ''
        for seq, leaf, data in self.source.entries:
            with self.guard('entries', seq):
                self.leaves[seq] = sha256(b'\0' + data)
                e = parse(data)
                self.ceremonies.enter(self, e.get('ceremony'))
                try:
                    need('the column does not hold its hash', leaf=leaf == self.leaves[seq])
                    self.check_envelope(e, seq, time, data.decode())
                    time = e['time']
                    wrong = FORMS.wrong(e['type'], e['data'])
                    need('%s is not of its form, or not there' % wrong, members=wrong is None)
                    self.judge(e, seq, e['data'], e['type'])
                    self.entries[seq] = e
                finally:
                    self.ceremonies.leave(self, e.get('ceremony'))
        self.check_openings()
        if self.writers:
            notes.check_stored(self, self.source.checkpoints)
        for pin in pins:
            with self.guard('pin'):
                notes.pin(self, pin)
        return self.problems

    def check_envelope(self, e, seq, time, text):
        super().check_envelope(e, seq, time, text)
        for name in verify.re.findall('{"[$]":"([0-9a-f]{64})"}', text):
            self.openings_seen.setdefault(name, seq)

    def judge(self, e, seq, d, kind):
        ceremonies.check_course(self, e, kind, d)
        said = Said(d)
        if kind == 'incident.acted':
            said.pop('generation', None)  # section 6: it may be recorded later than it was done
        super().judge(e, seq, said, kind)
        for family in self.families:
            family.after(self, e, d, kind)
        copies.after(self, e, d, kind)
        self.used.add(self.begun)

    def check_outcome(self, e, d, intent, kind):
        if e['type'] not in ENDED:
            return super().check_outcome(e, d, intent, kind)
        need('no intent', intent=intent and (intent['type'], intent['approved']) == (kind, e['approved']))
        beside = {'intended', 'code', 'sha256', 'results', 'state', 'copy', 'gone_at', 'folder', 'there', 'missing', 'identity',
                  'enforced', 'generation', 'taken', 'left'} - ({'sha256'} if kind.startswith('backup.put') else set())
        same = kind.startswith('incident.proof') or all(
            verify.canon(d[name]) == verify.canon(intent['data'].get(name)) for name in {*d} - beside)
        need('it differs, or is the second', intent=same, one_outcome=d['intended'] not in self.used)
        self.used.add(d['intended'])

    def change_state(self, e, d, key):
        if e['type'] not in ENDED:
            super().change_state(e, d, key)

    def advance(self, e, d, kind):
        if kind not in ENDED:
            super().advance(e, d, kind)

    def undecided(self, kinds):
        """Intents of these types that have no outcome, and of which one can still come."""
        return [x for n, x in self.entries.items() if x['type'] in kinds and n not in self.used and x['ceremony'] not in self.aborted]

    def check_openings(self):
        """Each private value opens; what an entry erases is gone, and only that."""
        there = {name.hex(): opening for name, opening in self.source.openings.items()}
        for name, seq in self.openings_seen.items():
            with self.guard('openings', seq):
                need('a private value is not there', opening_missing=name in there or name in self.erased)
        for name, (salt, value) in there.items():
            with self.guard('openings', self.openings_seen.get(name)):
                need('no entry refers to it', opening_more=name in self.openings_seen)
                need('it was erased, and is still there', opening_erased=name not in self.erased)
                parse(value)
                need('it gives another digest', opening=len(salt) == 32
                     and sha256(b'keyrite/v1/field\n' + salt + value).hex() == name)


def main(arguments=None):
    parser = argparse.ArgumentParser(description='Judges a whole ledger without keyrite.')
    parser.add_argument('ledger', metavar='LEDGER.DB')
    parser.add_argument('--pin', action='append', default=[], metavar='FILE', help='a checkpoint that someone kept')
    options = parser.parse_args(arguments)
    pins = [open(path, 'rb').read() for path in options.pin]
    whole = Whole(options.ledger)
    problems = whole.judge_all(pins)
    print('\n'.join([*problems, '%d problems' % len(problems) if problems else 'ok: %d entries' % len(whole.leaves)]))
    return 6 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
