"""A ledger on which people, policy, writer and clock were changed before the ceremony, from the documents alone, as make_bundle.py.

Alice, Bob, Carol, Dave are custodians; Bob is the security lead. In order: a policy is adopted; Frank is enrolled; Bob gets another
key; Alice a recipient; Bob suspends Carol, which lapses; Dave suspends himself and is restored; the clock is set back; the writer
hands over to itself; a name is erased; the writer is taken over. Then the ceremony, in which Alice, Bob, Dave, Erin take part, and
Frank approves; Erin is retired in the middle of it.
python3 make_changes.py OUT writes the bundle."""
import sys
import tempfile

from make_bundle import ALL, PEOPLE, Keys, Maker, b64, canon, pid, root_of, sha

DAYS = 24 * 3600


def person(keys, name, state='active'):
    _, roles, kind = ALL[name]
    return {'id': pid(name), 'keys': [{'class': kind, 'key': keys.line[name]}], 'recipient': None, 'roles': roles, 'state': state}


class Changes(Maker):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.people = {name: person(self.keys, name) for name in PEOPLE}

    def standing(self):
        people = {'people': sorted(self.people.values(), key=lambda one: one['id']), 'type': 'keyrite.roster/1'}
        return people

    def active(self, *roles):
        return sorted(p['id'] for p in self.people.values() if p['state'] == 'active' and set(roles) & set(p['roles']))

    def askable(self):
        return self.active('custodian', 'ciso', 'security-lead')

    def policy(self, name='small'):
        policy = super().policy()
        policy['name'] = name
        rules = [('people', ['custodian.change', 'policy.adopt', 'ledger.writer', 'ledger.restore', 'ledger.erase'], 3, ['custodian']),
                 ('suspend', ['custodian.suspend'], 1, ['security-lead'])]
        policy['rules'] += [{'classes': None, 'from': start, 'id': rule, 'kinds': None, 'operations': operations, 'people': people,
                             'roles': []} for rule, operations, people, start in rules]
        self.tweak(self, 'policy:' + name, policy)
        return policy

    def request(self, scope, operation, phase, change, who, names=None, run=False, possession=None):
        """Asks, lets `who` approve, and counts. Everything is labelled `scope/…`. Returns the seq of quorum.met, and the question."""
        self.scope, rule = scope + '/', 'suspend' if operation == 'custodian.suspend' else 'people'
        plan = {'change': change, 'operation': operation, 'phases': [{'earliest': None, 'latest': None, 'name': phase}],
                'profile': None, 'rests': [], 'rule': rule, 'type': 'keyrite.plan/1'}
        self.tweak(self, 'plan:' + scope, plan)
        about = change.get('person')
        may = set(self.active('security-lead' if rule == 'suspend' else 'custodian'))
        may = may - {about} if operation == 'custodian.change' else may | {about} if rule == 'suspend' else may
        blob, head = self.blob(canon(plan)), len(self.leaves)
        data = {'operation': operation, 'plan': blob, 'policy': self.blob(canon(self.standing_policy)),
                'roster': self.blob(canon(self.standing())), 'who': sorted(may), 'needs': {'people': 1 if rule == 'suspend' else 3, 'roles': []},
                'nonce': sha(b'nonce %d' % head).hex()[:32], 'expires': self.time(self.clock + 2 * DAYS),
                'names': {n: self.private(v) for n, v in (names or {}).items()}, 'reason': self.private(scope), 'ticket': None}
        opened = self.append('quorum.opened', data, scope + '/quorum.opened', ceremony=None)
        if possession:
            self.statement('possession', opened, possession, plan=blob['blob'], ceremony=None)
        given = [self.statement('approval', opened, n, 'approve', blob['blob'], {'reason': None}, None, head if run else None) for n in who]
        return self.append('quorum.met', {'opened': opened, 'approvals': given}, scope + '/quorum.met', ceremony=None), data

    def changed(self, scope, kind, data, met):
        seq = self.append(kind, data, scope + '/' + kind, approved=met, ceremony=None)
        self.scope = ''
        return seq

    def adopt(self):
        new = self.policy('second')
        change = {'document': new, 'sha256': sha(canon(new)).hex(), 'replaces': sha(canon(self.standing_policy)).hex()}
        met, _ = self.request('adopt', 'policy.adopt', 'adopt', change, ('alice', 'bob', 'carol'))
        self.changed('adopt', 'policy.adopted', {'policy': self.blob(canon(new))}, met)
        self.standing_policy = new

    def enroll(self):
        new = person(self.keys, 'frank')
        self.tweak(self, 'person:frank', new)
        said = {'person': new['id'], **{member: new[member] for member in ('keys', 'recipient', 'roles')}, 'attestation': None}
        names = {'name': 'Frank', 'address': 'frank@example.com'}
        met, asked = self.request('enroll', 'custodian.change', 'change', {'act': 'enroll', **said}, ('alice', 'bob', 'dave'), names,
                                  possession='frank')
        self.changed('enroll', 'custodian.enrolled', {**said, **asked['names']}, met)
        self.people['frank'] = new

    def replace_key(self):
        said = {'person': pid('bob'), 'keys': [{'class': 'stated', 'key': self.keys.line['bob2']}], 'attestation': None}
        self.signing['bob'] = 'bob2'
        met, _ = self.request('key', 'custodian.change', 'change', {'act': 'replace-key', **said}, ('alice', 'carol', 'dave'), possession='bob')
        self.changed('key', 'custodian.key.replaced', said, met)
        self.people['bob']['keys'] = said['keys']

    def recipient(self):
        said = {'person': pid('alice'), 'recipient': 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'}
        met, _ = self.request('recipient', 'custodian.change', 'change', {'act': 'set-recipient', **said}, ('bob', 'carol', 'dave'),
                              possession='alice')
        self.changed('recipient', 'custodian.recipient.set', said, met)
        self.people['alice']['recipient'] = said['recipient']

    def suspend(self, scope, name, by):
        met, asked = self.request(scope, 'custodian.suspend', 'suspend', {'act': 'suspend', 'person': pid(name)}, (by,))
        until = None if by == name else self.time(self.clock + 60 + 3 * DAYS)
        self.changed(scope, 'custodian.suspended', {'person': pid(name), 'by': 'holder' if by == name else 'security-lead', 'until': until,
                                                    'reason': asked['reason']}, met)
        self.people[name]['state'] = 'suspended'

    def about(self, scope, act, kind, name, who, state):
        met, _ = self.request(scope, 'custodian.change', 'change', {'act': act, 'person': pid(name)}, who)
        self.changed(scope, kind, {'person': pid(name)}, met)
        self.people[name]['state'] = state

    def set_clock(self, back):
        previous = self.entries[-1]['time']
        self.clock -= back
        self.append('clock.anomaly', {'wall': self.time(self.clock + 60), 'previous': previous, 'external': None,
                                      'reason': self.private('the battery')}, 'clock', ceremony=None)

    def writer(self, scope, by, key):
        said = {'by': by, 'vkey': self.vkey(key), 'stolen_since': None}
        met, _ = self.request(scope, 'ledger.writer', 'change', said, ('alice', 'bob', 'carol'), run=by == 'take-over')
        seq = self.changed(scope, 'writer.changed', {**said, 'reason': None}, met)
        self.wrote.append((seq + (1 if by == 'take-over' else 2), key))

    def erase(self):
        gone = self.entries[0]['data']['people'][4]['name']['$']
        met, _ = self.request('erase', 'ledger.erase', 'erase', {'commitments': [gone]}, ('alice', 'bob', 'carol'))
        self.changed('erase', 'openings.erased', {'commitments': [gone], 'reason': self.private('asked for')}, met)
        self.openings.pop(gone, None)

    def found(self):
        super().found()
        self.adopt()
        self.enroll()
        self.replace_key()
        self.recipient()
        self.suspend('lead', 'carol', 'bob')
        self.clock += 3 * DAYS
        self.people['carol']['state'] = 'active'
        self.suspend('self', 'dave', 'dave')
        self.about('restore', 'restore', 'custodian.restored', 'dave', ('alice', 'bob', 'carol'), 'active')
        self.set_clock(1800)
        self.writer('hand-over', 'hand-over', 'writer2')
        self.erase()
        self.writer('take-over', 'take-over', 'writer3')

    def ask(self, who=('alice', 'bob', 'frank')):
        self.about('retire', 'retire', 'custodian.retired', 'erin', ('alice', 'bob', 'carol'), 'retired')
        return super().ask(who)

    def absent(self):
        return ('erin',)


def main(out):
    with tempfile.TemporaryDirectory() as folder:
        maker = Changes(Keys(folder))
        maker.ledger()
        print(maker.write(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
