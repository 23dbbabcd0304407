"""Attacks on sets of shares, judged by verify.py; groups.py runs them."""
import shutil
import tempfile
import traceback

from attacks import SLOW, at, data, entry, judged, maker_at, said
from make_bundle import Maker, canon, pid, sha

SET = 'ab' * 16
HOLDERS = ('alice', 'bob', 'dave')


class Shares(Maker):
    """A set of two of three that is split, given, received, drilled and recovered before the ceremony's sign-off."""
    what, places = {'kind': 'secret'}, ()  # what is split, and which of the two plans are at the ceremony's place

    def policy(self):
        policy = super().policy()
        policy['rules'].append({'classes': None, 'from': ['custodian'], 'id': 'escrow', 'kinds': None, 'people': 2,
                                'operations': ['share.split', 'share.combine'], 'roles': []})
        return policy

    def approve(self, name, change, phases):
        plan = {'change': change, 'operation': 'share.' + name, 'phases': [{'earliest': None, 'latest': None, 'name': n} for n in phases],
                'profile': self.profile if name in self.places else None, 'rests': [], 'rule': 'escrow', 'type': 'keyrite.plan/1'}
        blob = self.blob(canon(plan))
        opened = self.append('quorum.opened', {
            'operation': 'share.' + name, 'plan': blob, 'policy': self.blob(canon(self.standing_policy)),
            'roster': self.blob(canon(self.standing())), 'who': self.askable(), 'needs': {'people': 2, 'roles': []},
            'nonce': sha(b'nonce %d' % len(self.entries)).hex()[:32], 'expires': self.time(self.clock + 6000), 'names': {},
            'reason': None, 'ticket': None}, label=name + '/quorum.opened')
        given = [self.statement('approval', opened, n, 'approve', blob['blob'], {'reason': None}) for n in ('alice', 'bob')]
        return self.append('quorum.met', {'opened': opened, 'approvals': given}, label=name + '/quorum.met')

    def deviate(self):
        self.scope = 'shares/'
        what = {'name': 'escrow-1', 'what': self.what, 'threshold': 2, 'replaces': None}
        plain = [{'person': pid(n), 'delivery': 'screen', 'to': None} for n in HOLDERS]
        met = self.approve('split', {**what, 'holders': plain}, ['split'])
        holders = [{**one, 'index': i + 1, 'commitment': sha(b'share %d' % i).hex()} for i, one in enumerate(plain)]
        split = self.append('shares.split', {**what, 'set': SET, 'holders': holders, 'kcv': '12' * 32,
                                             'wrapped': self.blob(b'w' * 72, 'application/octet-stream')}, approved=met)
        for i in range(3):
            self.append('shares.given', {'set': SET, 'index': i + 1, 'covered_by': pid('erin')}, 'given:%d' % (i + 1))
        for i, name in enumerate(HOLDERS):
            self.statement('receipt', split, name, more={'set': SET, 'index': i + 1})
        drill = self.append('shares.drill.opened', {'set': SET, 'until': self.time(self.clock + 1000), 'next': self.time(self.clock + 9000)})
        self.scope = 'drill/'
        self.statement('receipt', drill, 'bob', more={'set': SET, 'index': 2})
        self.scope = 'shares/'
        met = self.approve('combine', {'set': SET, 'to': 'file', 'spec': None}, ['combine'])
        begun = self.append('shares.combine.intended', {'set': SET, 'to': 'file', 'intent': '44' * 16}, approved=met)
        self.append('shares.combined', {'intended': begun, 'set': SET, 'indices': [1, 3]}, approved=met)
        self.scope = ''
        super().deviate()


def holder(at_index, **values):
    return at('entry:shares.split', lambda e: e['data']['holders'][at_index].update(values))


def again(kind, label, **change):
    def act(maker):
        old = [e for e in maker.entries if e['type'] == kind][-1]
        maker.append(kind, {**old['data'], **change}, 'copy', approved=old['approved'])
    return maker_at('before:' + label, act)


def of_key(*places):
    """Of a key, and no secret that was brought. @param places - which plans are at the key's place"""
    return {'what': {'kind': 'key', 'key': 'payments', 'version': 1}, 'places': places}


ROWS = [
    ('a good set', None, None),
    ('sign-off: a set is left out', 'signoff-sets', data('signoff.opened', sets=[])),
    ('split: without approval', 'approved', entry('shares.split', approved=None)),
    ('split: another threshold than was signed', 'plan', data('shares.split', threshold=3)),
    ('split: a share for somebody else', 'plan', holder(2, person=pid('carol'))),
    ('split: a share by another way', 'plan', holder(0, delivery='passphrase')),
    ('split: two shares of one commitment', 'shares', holder(1, commitment=sha(b'share 0').hex())),
    ('split: shares numbered otherwise', 'shares', holder(1, index=3)),
    ('split: a wrapped secret of another length', 'shares', at('entry:shares.split', lambda e: e['data']['wrapped'].update(size=71))),
    ('split: a second time by one approval', 'approved-twice', again('shares.split', 'given:1', set='cd' * 16)),
    ('given: twice', 'shares', again('shares.given', 'shares/receipt:alice')),
    ('given: a share that is not there', 'malformed', data('given:3', index=4)),
    ('given: in the clear, and nobody saw to it', 'shares', data('given:2', covered_by=None)),
    ('receipt: by somebody else', 'shares', data('shares/receipt:bob', index=1)),
    ('receipt: about another entry', 'statement-about', said('shares/receipt:bob', about='00' * 32)),
    ('receipt: for another use', 'statement-use', said('shares/receipt:bob', use='presence')),
    ('receipt: twice', 'one-answer', again('shares.receipt', 'shares.drill.opened')),
    ('void: all were given', 'shares', maker_at('before:shares.drill.opened', lambda m: m.append('shares.void', {'set': SET, 'reason': 'refused'}))),
    ('void: and used on', 'shares', maker_at('before:given:3', lambda m: m.append('shares.void', {'set': SET, 'reason': 'refused'}))),
    ('drill: while one is on', 'shares', again('shares.drill.opened', 'combine/quorum.opened')),
    ('drill: its next is before its end', 'shares', at('entry:shares.drill.opened', lambda e: e['data'].update(next=e['time']))),
    ('combine: without approval', 'approved', entry('shares.combine.intended', approved=None)),
    ('combine: out to another place', 'plan', data('shares.combine.intended', to='key')),
    ('combine: a set that is not there', 'shares', data('shares.combine.intended', set='cd' * 16)),
    ('combine: called done outside its ceremony', 'approved', entry('shares.combined', ceremony=None)),
    ('combine: by too few shares', 'shares', data('shares.combined', indices=[1])),
    ('combine: by one share twice', 'shares', data('shares.combined', indices=[1, 1])),
    ('a good set of a key', None, of_key('split', 'combine')),
    ('split: a key, asked as at no place', 'plan-place', of_key('combine')),
    ('combine: a key, asked as at no place', 'plan-place', of_key('split')),
    ('combine: a second outcome', 'intent', again('shares.combined', 'deviation.recorded')),
]


def row(keys, name, rule, tweak):
    folder = tempfile.mkdtemp(dir=keys.folder)
    try:
        maker = Shares(keys, None if isinstance(tweak, dict) else tweak)
        vars(maker).update(tweak if isinstance(tweak, dict) else {})
        maker.ledger()
        maker.write(folder)
        status, rules, text = judged(folder)
        if (status, rules) == (0, []) if rule is None else (status == 6 and rule in rules):
            return None
        return {'name': name, 'expected': rule, 'status': status, 'rules': rules, 'text': text[-600:]}
    except BaseException:
        return {'name': name, 'thrown': traceback.format_exc()[-900:]}
    finally:
        shutil.rmtree(folder)


def shares(keys):
    return [row(keys, *one) for one in (ROWS if SLOW else ROWS[:1] + ROWS[1::2])]
