"""Attacks on changes of people, policy, writer and clock, as attacks.py; groups.py runs them."""
import shutil
import tempfile
import traceback

from attacks import SLOW, at, data, entry, judged, maker_at, said, signed
from make_bundle import b64, canon, pid, sha
from make_changes import DAYS, Changes

A, E, L = 'adopt/', 'enroll/', 'lead/'


def method(name, act):
    """Replaces a step of the ledger: act(maker)."""
    def change(maker):
        setattr(maker, name, lambda: act(maker))
    return maker_at('before:ledger.opened', change)


def without(*labels):
    """Leaves entries out, as a thief who never wrote them."""
    def tweak(maker, stage, thing):
        if stage == 'before:ledger.opened' and not hasattr(maker, 'real'):
            maker.real = maker.append
            maker.append = lambda kind, values, label=None, **more: (
                maker.real('attempt.refused', {'operation': 'x', 'key': None, 'code': 'X'}) if (label or kind) in labels
                else maker.real(kind, values, label, **more))
    return tweak


def after(name, act):
    """Does something more after a step of the ledger."""
    def change(maker):
        old = getattr(maker, name)

        def both_of_them():
            old()
            act(maker)
        setattr(maker, name, both_of_them)
    return maker_at('before:ledger.opened', change)


def of_suspended(maker):
    maker.suspend('early', 'carol', 'carol')
    maker.request('blind', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'carol'))


def suspended_before_met(maker):
    """Carol says yes, is suspended, and is counted."""
    real = maker.append

    def append(kind, values, label=None, **more):
        if label == 'count/quorum.met':
            maker.append = real
            scope, maker.scope = maker.scope, ''
            maker.suspend('now', 'carol', 'bob')
            maker.scope = scope
        return real(kind, values, label, **more)
    maker.append = append
    maker.request('count', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'carol'))


def again(maker):
    maker.suspend('again', 'carol', 'bob')


def confirm_late(maker):
    maker.about('confirm', 'confirm', 'custodian.confirmed', 'carol', ('alice', 'bob', 'dave'), 'suspended')


def confirmed(maker):
    """Confirmed in time, she is still suspended after 72 hours, and does not count."""
    maker.about('confirm', 'confirm', 'custodian.confirmed', 'carol', ('alice', 'bob', 'dave'), 'suspended')
    maker.clock += 3 * DAYS
    maker.request('blind', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'carol'))


def lock_out(maker):
    """With Frank not there, Carol out and Dave out, three are needed and two are left."""
    maker.suspend('first', 'dave', 'dave')
    maker.suspend('second', 'alice', 'bob')


def old_question(maker, act):
    """A question is asked, something happens, and only then it is answered and met."""
    real, done = maker.append, []

    def append(kind, values, label=None, **more):
        if label == 'old/approval:alice' and not done:
            done.append(1)
            scope, maker.scope = maker.scope, ''
            act(maker)
            maker.scope = scope
        return real(kind, values, label, **more)
    maker.append = append
    maker.request('old', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'carol'))
    maker.append = real


def another_policy(maker):
    new = dict(maker.standing_policy, name='third')
    said = {'document': new, 'sha256': sha(canon(new)).hex(), 'replaces': sha(canon(maker.standing_policy)).hex()}
    met, _ = maker.request('third', 'policy.adopt', 'adopt', said, ('alice', 'bob', 'carol'))
    maker.changed('third', 'policy.adopted', {'policy': maker.blob(canon(new))}, met)
    maker.standing_policy = new


def old_key(maker):
    maker.signing['bob'] = 'bob'


def key_of_another(maker, stage, thing):
    if stage == 'person:frank':
        thing['keys'][0]['key'] = maker.keys.line['carol']
    elif stage == 'statement:' + E + 'possession:frank':
        thing['key'], thing['statement']['key'] = 'carol', maker.keys.fingerprint('carol')


def key_undressed(maker, stage, thing):
    """The pair of keys of Dave's security key, as that of a file."""
    if stage == 'person:frank':
        thing['keys'][0]['key'] = maker.keys.line['plain']
    elif stage == 'statement:' + E + 'possession:frank':
        thing['key'], thing['statement']['key'] = 'plain', maker.keys.fingerprint('plain')


def between(maker):
    """A step between question and take-over: a checkpoint may lie there."""
    maker.real_append = maker.append

    def append(kind, values, label=None, **more):
        if label == 'take-over/quorum.met':
            maker.append = maker.real_append
            maker.append('attempt.refused', {'operation': 'x', 'key': None, 'code': 'X'}, 'between', ceremony=None)
        return maker.real_append(kind, values, label, **more)
    maker.append = append


def alone(maker):
    """The thief of the writer key names a key of his own, without people."""
    maker.append('writer.changed', {'by': 'take-over', 'vkey': maker.vkey('writer3'), 'stolen_since': None, 'reason': None}, 'alone', ceremony=None)


def clone(maker, stage, thing):
    if stage.startswith('statement:') and stage.endswith('approval:dave'):
        thing['counter'] = 99


def signed_by_the_old(maker, stage, found):
    if stage == 'files':
        wrote, old = maker.wrote, found['checkpoint']
        maker.wrote = wrote[:1]
        new, maker.wrote = maker.checkpoint(len(maker.leaves)), wrote
        for name in [n for n in found if found[n].endswith(old)]:
            found[name] = found[name].replace(old, new)


def still_there(maker):
    kept = dict(maker.openings)
    Changes.erase(maker)
    maker.openings.update(kept)


def last_met(maker):
    return [e for e in maker.entries if e['type'] == 'quorum.met'][-1]['seq']


def three_at_once(maker):
    """Each alone is well approved, by people of whom the others are some."""
    met = {}
    for name, who in (('dave', ('alice', 'bob', 'carol')), ('carol', ('alice', 'bob', 'dave')), ('frank', ('alice', 'bob', 'carol'))):
        met[name], _ = maker.request(name, 'custodian.change', 'change', {'act': 'retire', 'person': pid(name)}, who)
    for name in met:
        maker.changed(name, 'custodian.retired', {'person': pid(name)}, met[name])
        maker.people[name]['state'] = 'retired'


GOOD = [
    ('everything changed, and a ceremony', None, None),
    ('a question after the clock was set back', None, after('erase', lambda m: m.request(
        'new', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'carol')))),
    ('a lead suspends somebody else after one lapsed', None, after('erase', lambda m: (
        m.suspend('other', 'frank', 'bob'), m.about('free', 'restore', 'custodian.restored', 'frank', ('alice', 'bob', 'carol'), 'active')))),
]
ATTACKS = [
    ('policy: without approval', 'approved', entry(A + 'policy.adopted', approved=None)),
    ('policy: by the rule that needs nobody', 'approved', entry(A + 'policy.adopted', approved=0)),
    ('policy: another than was signed', 'blob-missing', at('entry:' + A + 'policy.adopted', lambda e: e['data']['policy'].update(blob='ab' * 32))),
    ('policy: too few people', 'quorum-people', at('entry:' + A + 'quorum.met', lambda e: e['data']['approvals'].pop())),
    ('policy: it replaces another', 'policy', at('plan:adopt', lambda p: p['change'].update(replaces='ab' * 32))),
    ('policy: nobody could change it again', 'locked-out', at('policy:second', lambda p: p['rules'][-2].update(people=9))),
    ('policy: the people could be changed by nobody', 'locked-out', at('policy:second', lambda p: p['rules'][-2].update(people=0))),
    ('policy: judged by the one before', 'policy', at('entry:' + E + 'quorum.opened', lambda e: e['data'].update(
        policy=e['data']['roster']))),
    ('policy: an open question is met under the next', 'quorum-closed', after('erase', lambda m: old_question(m, another_policy))),
    ('enroll: without approval', 'approved', entry(E + 'custodian.enrolled', approved=None)),
    ('enroll: nobody showed the key', 'possession', without(E + 'possession:frank')),
    ('enroll: shown with another key', 'sshsig-key', signed(E + 'possession:frank', key='mallory')),
    ('enroll: shown for another use', 'signature', signed(E + 'possession:frank', space='keyrite-approval-v1@example.com')),
    ('enroll: shown by another person', 'possession', said(E + 'possession:frank', person=pid('erin'))),
    ('enroll: shown for another plan', 'statement-plan', said(E + 'possession:frank', plan_sha256='ab' * 32)),
    ('enroll: a key more than was signed', 'plan', at('entry:' + E + 'custodian.enrolled', lambda e: e['data']['keys'].append(e['data']['keys'][0]))),
    ('enroll: another role', 'plan', data(E + 'custodian.enrolled', roles=['security-lead'])),
    ('enroll: another name', 'plan', at('entry:' + E + 'custodian.enrolled', lambda e: e['data'].update(name=e['data']['address']))),
    ('enroll: a key of somebody else', 'person-keys', key_of_another),
    ('enroll: the security key of somebody else, as a file', 'person-keys', key_undressed),
    ('enroll: a file key called asserted', 'person-keys', at('person:frank', lambda p: p['keys'][0].update({'class': 'asserted'}))),
    ('enroll: a key called attested', 'person-keys', at('person:frank', lambda p: p['keys'][0].update({'class': 'attested'}))),
    ('enroll: twice', 'approved-twice', after('enroll', lambda m: m.append('custodian.enrolled', dict(
        next(e for e in m.entries if e['type'] == 'custodian.enrolled')['data']), 'twice', approved=last_met(m), ceremony=None))),
    ('enroll: too few people', 'quorum-people', at('entry:' + E + 'quorum.met', lambda e: e['data']['approvals'].pop())),
    ('enroll: by a thief of the writer key alone', 'approved', after('enroll', lambda m: m.append('custodian.enrolled', dict(
        next(e for e in m.entries if e['type'] == 'custodian.enrolled')['data'], person='p-' + '9' * 16), 'thief', ceremony=None))),
    ('key: the old one signs still', 'statement-key', after('replace_key', old_key)),
    ('key: not shown', 'possession', without('key/possession:bob')),
    ('key: shown with the old one', 'statement-key', lambda m, s, t: (t.update(key='bob'), t['statement'].update(key=m.keys.fingerprint('bob'))) if s == 'statement:key/possession:bob' else None),
    ('key: its holder answers the question', 'who', method('replace_key', lambda m: m.request('key', 'custodian.change', 'change', {
        'act': 'replace-key', 'person': pid('bob'), 'keys': [{'class': 'stated', 'key': m.keys.line['bob2']}], 'attestation': None}, ('alice', 'bob', 'dave')))),
    ('recipient: not shown', 'possession', without('recipient/possession:alice')),
    ('recipient: another than was signed', 'plan', data('recipient/custodian.recipient.set', recipient=None)),
    ('suspend: by nobody', 'approved', entry(L + 'custodian.suspended', approved=None)),
    ('suspend: by a custodian', 'who', method('recipient', lambda m: m.suspend('x', 'carol', 'alice'))),
    ('suspend: another than was signed', 'plan', data(L + 'custodian.suspended', person=pid('alice'))),
    ('suspend: without end', 'plan', data(L + 'custodian.suspended', until=None)),
    ('suspend: longer than 72 hours', 'plan', at('entry:' + L + 'custodian.suspended', lambda e: e['data'].update(until='2026-12-31T00:00:00.000Z'))),
    ('suspend: called the holder’s own', 'plan', data(L + 'custodian.suspended', by='holder')),
    ('suspend: again by the same lead', 'suspension', after('erase', again)),
    ('suspend: too few would be left', 'suspension', method('recipient', lambda m: (m.suspend('first', 'dave', 'dave'), m.suspend('second', 'alice', 'bob')))),
    ('suspend: two at once are locked out', 'suspension', method('enroll', lock_out)),
    ('suspended people answer', 'who', after('recipient', of_suspended)),
    ('a ceremony in which somebody who is suspended takes part', 'takes-part', after('erase', lambda m: m.suspend('own', 'dave', 'dave'))),
    ('suspended people are counted', 'quorum-people', after('recipient', suspended_before_met)),
    ('confirm: after it lapsed', 'person-state', after('erase', confirm_late)),
    ('confirm: then it does not lapse', 'statement-person', method('erase', lambda m: (m.suspend('lead2', 'frank', 'bob'), m.about(
        'confirm', 'confirm', 'custodian.confirmed', 'frank', ('alice', 'bob', 'dave'), 'suspended'), setattr(m, 'clock', m.clock + 4 * DAYS),
        m.request('blind', 'ledger.erase', 'erase', {'commitments': ['ab' * 32]}, ('alice', 'bob', 'frank'))))),
    ('restore: somebody who is active', 'person-state', after('erase', lambda m: m.about('r', 'restore', 'custodian.restored', 'carol', ('alice', 'bob', 'dave'), 'active'))),
    ('restore: by oneself', 'statement-person', after('recipient', lambda m: (m.suspend('s', 'dave', 'dave'), m.about(
        'r', 'restore', 'custodian.restored', 'dave', ('alice', 'bob', 'dave'), 'active')))),
    ('retire: three at once, and too few would be left', 'retired', after('erase', three_at_once)),
    ('retired people come back', 'person-state', after('erase', lambda m: (
        m.about('r1', 'retire', 'custodian.retired', 'carol', ('alice', 'bob', 'dave'), 'retired'),
        m.about('r2', 'restore', 'custodian.restored', 'carol', ('alice', 'bob', 'dave'), 'active')))),
    ('one approval for two people', 'approved-twice', after('recipient', lambda m: m.append('custodian.recipient.set', dict(
        [e for e in m.entries if e['type'] == 'custodian.recipient.set'][-1]['data']), 'copy', approved=last_met(m), ceremony=None))),
    ('clock: back without saying so', 'time', at('entry:clock', lambda e: e.update(type='attempt.refused'))),
    ('clock: it names another time before it', 'clock', data('clock', previous='2026-11-22T03:00:00.000Z')),
    ('clock: it names another time than its own', 'clock', data('clock', wall='2026-11-22T03:00:00.000Z')),
    ('clock: nobody confirmed it', 'clock', at('entry:clock', lambda e: e['actor'].update(person=None))),
    ('clock: an older question is met after it', 'quorum-closed', after('erase', lambda m: old_question(m, lambda n: n.set_clock(900)))),
    ('clock: a provider said later', 'expired', at('entry:erase/quorum.met', lambda e: e['data'].update(external='2027-11-22T03:00:00.000Z'))),
    ('writer: without approval', 'approved', entry('hand-over/writer.changed', approved=None)),
    ('writer: another key than was signed', 'plan', lambda m, s, t: t['data'].update(vkey=m.vkey('writer3')) if s == 'entry:hand-over/writer.changed' else None),
    ('writer: a key that wrote before', 'writer', method('erase', lambda m: m.writer('back', 'replacement', 'writer'))),
    ('writer: a key of another ledger', 'vkey', at('plan:hand-over', lambda p: p['change'].update(vkey='x' + p['change']['vkey']))),
    ('writer: taken over by nobody', 'approved', after('erase', alone)),
    ('writer: an entry within the run', 'writer-run', after('erase', between)),
    ('writer: a run whose signers saw something later', 'statement-checkpoint', said('take-over/approval:bob', checkpoint={'root': b64(b'x' * 32), 'size': 60})),
    ('writer: the old key signs the checkpoint', 'checkpoint', signed_by_the_old),
    ('erased: without approval', 'approved', entry('erase/openings.erased', approved=None)),
    ('erased: more than was signed', 'plan', at('entry:erase/openings.erased', lambda e: e['data']['commitments'].append('ab' * 32))),
    ('erased: and still there', 'opening-more', method('erase', still_there)),
    ('a cloned security key', 'clone', clone),
]


def row(keys, name, rule, tweak):
    folder = tempfile.mkdtemp(dir=keys.folder)
    try:
        maker = Changes(keys, tweak)
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


def changes(keys):
    return [row(keys, *one) for one in GOOD + ATTACKS[::1 if SLOW else 6]]
