"""Runs verify.py, imported once, over bundles that a thief of the writer key, or a person with a real key, could make.

groups.py runs them: a group gives None for each row that had its verdict. Each row of a table is a name, the rule that must be
named (None: the bundle is good) and a tweak. The chain, checkpoint, proofs and SHA256SUMS are always made again, with real keys."""
import base64
import hashlib
import json
import os
import random
import shutil
import tempfile
import traceback

from judging import judged, really, verify
from make_bundle import ORG, Keys, Maker, armored, b64, canon, pid, root_of, sha, wire
from adoptions import adopted, brought, version, without
from moves import PLACE, aliased, cancelled, cleared, dated, deleted, destroyed, early, granted, held, key_set, move, moved, placed, released, replicated, ruled, undated, ungranted
import nights
import rotations

SLOW = os.environ.get('SLOW') == '1'


def at(stage, change):
    """A tweak that calls change(thing) at one stage."""
    def tweak(maker, name, thing):
        return change(thing) if name == stage else None
    return tweak


def both(*tweaks):
    def tweak(maker, name, thing):
        return next((said for said in [one(maker, name, thing) for one in tweaks] if said), None)
    return tweak


def data(label, **values):
    return at('entry:' + label, lambda entry: entry['data'].update(values))


def entry(label, **values):
    return at('entry:' + label, lambda thing: thing.update(values))


def said(label, **values):
    return at('statement:' + label, lambda how: how['statement'].update(values))


def signed(label, **values):
    return at('statement:' + label, lambda how: how.update(values))


def raw(label, old, new):
    def change(written):
        assert old in written[-1], old
        written[-1] = written[-1].replace(old, new, 1)
    return at('bytes:' + label, change)


def files(change):
    return at('files', change)


def edit(name, change):
    """Edits a JSON file of the folder."""
    def one(found):
        value = json.loads(found[name])
        change(value)
        found[name] = canon(value)
    return files(one)


def first(found, start):
    return sorted(name for name in found if name.startswith(start))[0]


def at_level(level, change):
    """A bundle of that level that opens nothing, changed further."""
    def one(found):
        found['bundle.json'] = canon({**json.loads(found['bundle.json']), 'level': level})
        found['openings.json'] = b'{}'
        change(found)
    return files(one)


def without_template(found):
    del found['blobs/' + sha(found.pop('template.yaml')).hex()]
    del found['script.html'], found['script.pdf']


def without_template_but_script(found):
    script = {name: found[name] for name in ('script.html', 'script.pdf')}
    without_template(found)
    found.update(script)


def maker_at(stage, act):
    """A tweak that calls act(maker) once, at one stage."""
    def tweak(maker, name, thing):
        if name == stage and maker.first(tweak):
            act(maker)
    return tweak


def seq_of(maker, kind, which=-1):
    return [e['seq'] for e in maker.entries if e['type'] == kind][which]


def drop(found):
    del found['entries/000020.json'], found['proofs/000020.tlog-proof']
    about = json.loads(found['bundle.json'])
    about['entries'].remove(20)
    found['bundle.json'] = canon(about)


def swap(found):
    a, b = 'entries/000020.json', 'entries/000021.json'
    found[a], found[b] = found[b], found[a]


def double(found):
    found['entries/000031.json'], found['proofs/000031.tlog-proof'] = found['entries/000030.json'], found['proofs/000030.tlog-proof']
    about = json.loads(found['bundle.json'])
    about['entries'].append(31)
    found['bundle.json'] = canon(about)


def second_key(maker, stage, thing):
    """Alice has two keys and approves with both; the quorum counts her twice and Bob once."""
    mallory = maker.keys.line['mallory']
    if stage == 'roster':
        thing['people'][0]['keys'].append({'class': 'stated', 'key': mallory})
    elif stage == 'before:quorum.met' and not hasattr(maker, 'again'):
        maker.again = True
        opened = seq_of(maker, 'quorum.opened')
        maker.statement('approval', opened, 'alice', 'approve', maker.entries[opened]['data']['plan']['blob'], {'reason': None})
    elif stage == 'statement:approval:alice' and hasattr(maker, 'again'):
        thing['key'], thing['statement']['key'] = 'mallory', maker.keys.fingerprint('mallory')
    elif stage == 'entry:quorum.met':
        thing['data']['approvals'] = [thing['seq'] - 4, thing['seq'] - 3, thing['seq'] - 1]


def shared_key(maker, stage, thing):
    """Bob's key in the roster is Alice's: one hand with two names."""
    if stage == 'roster':
        thing['people'][1]['keys'][0]['key'] = maker.keys.line['alice']
    elif stage.startswith('statement:') and stage.endswith(':bob'):
        thing['key'], thing['statement']['key'] = 'alice', maker.keys.fingerprint('alice')


def two_roles(maker, stage, thing):
    """Alice alone holds both roles that two people must hold."""
    roles = {'alice': ['ciso', 'custodian', 'security-lead'], 'bob': ['custodian']}
    if stage == 'roster':
        for index, name in enumerate(roles):
            thing['people'][index]['roles'] = roles[name]
    elif stage.startswith('statement:') and stage.split(':')[2] in roles:
        thing['statement']['roles'] = roles[stage.split(':')[2]]


def replay(cite):
    """A second quorum is opened and takes over an approval of the first."""
    def tweak(maker, stage, thing):
        if stage == 'before:quorum.met' and not hasattr(maker, 'old'):
            maker.old = [e for e in maker.entries if e['type'] == 'approval.given']
            plan = maker.entries[seq_of(maker, 'quorum.opened')]['data']
            opened = maker.append('quorum.opened', dict(plan, nonce='77' * 16), 'second')
            new = [maker.statement('approval', opened, n, 'approve', plan['plan']['blob'], {'reason': None}) for n in ('alice', 'bob')]
            last = maker.old[-1]['seq'] if cite else maker.append('approval.given', maker.old[-1]['data'], 'replayed')
            maker.cited = (opened, new + [last])
        elif stage == 'entry:quorum.met':
            thing['data'].update(opened=maker.cited[0], approvals=maker.cited[1])
    return tweak


def another(kind, label, change=None):
    """Appends a copy of the newest entry of a type once more, just before `label`."""
    def act(maker):
        old = maker.entries[seq_of(maker, kind)]
        maker.append(kind, dict(old['data'], **(change or {})), 'copy', approved=old['approved'])
    return maker_at('before:' + label, act)


def withdraw(maker):
    maker.append('quorum.withdrawn', {'opened': seq_of(maker, 'quorum.opened'), 'reason': maker.private('a mistake')})


def commented_key(maker, stage, thing):
    """The same key, written in another way, is not another key."""
    if stage == 'roster':
        thing['people'][1]['keys'][0]['key'] = maker.keys.line['alice'] + ' x'
    elif stage.startswith('statement:') and stage.endswith(':bob'):
        thing['key'], thing['statement']['key'] = 'alice', maker.keys.fingerprint('alice')


def late(label):
    return maker_at('before:' + label, lambda maker: setattr(maker, 'clock', maker.clock + 9000))


def other_policy(maker, stage, thing):
    if stage == 'entry:quorum.opened':
        thing['data']['policy'] = maker.blob(canon(dict(maker.standing_policy, name='weaker')))


def other_roster(maker, stage, thing):
    if stage == 'entry:quorum.opened':
        roster = maker.roster(lambda name: 'active')
        roster['people'][0]['roles'] = ['ciso']
        thing['data']['roster'] = maker.blob(canon(roster))


def shorter(all_proofs):
    def tweak(maker, stage, found):
        if stage == 'files':
            old, new = found['checkpoint'], maker.checkpoint(len(maker.leaves) - 1)
            for name in [n for n in found if n == 'checkpoint' or all_proofs and n.startswith('proofs/')]:
                found[name] = found[name].replace(old, new)
    return tweak


def foreign_checkpoint(maker, stage, found):
    if stage == 'files':
        old = found['checkpoint']
        body = old.split(b'\n\n')[0] + b'\n'
        new = (body.decode() + '\n— ' + body.decode().split('\n')[0] + ' ' + b64(bytes.fromhex(maker.vkey('writer').split('+')[1]) + maker.keys.sign_raw('product', body)) + '\n')
        for name in [n for n in found if found[n].endswith(old)]:
            found[name] = found[name].replace(old, new.encode())


def resign(change, key='writer', space='keyrite-bundle-v1@' + ORG):
    """Changes SHA256SUMS itself, and signs it again."""
    def tweak(maker, stage, found):
        if stage == 'signed files':
            found['SHA256SUMS'] = change(found['SHA256SUMS'])
            found['SHA256SUMS.sig'] = armored(maker.keys.sshsig(key, space, found['SHA256SUMS'])).encode()
    return tweak


def sk_options(**options):
    def tweak(maker, stage, how):
        if stage == 'signature:approval:dave':
            how['blob'] = maker.keys.sshsig('dave', how['space'], canon(how['statement']), **options)
    return tweak


def sha1_rsa(how):
    how['blob'] = how['blob'].replace(wire(b'rsa-sha2-512'), wire(b'ssh-rsa') + b'\0' * 5)
    inner = how['blob'].index(wire(b'ssh-rsa') + b'\0' * 5)
    how['blob'] = how['blob'][:inner - 4] + wire(wire(b'ssh-rsa') + how['blob'][inner + 16:])


def beyond(s):
    """The same number plus the order of the group (RFC 8032 section 5.1.7 refuses it; ssh-keygen does not)."""
    return (int.from_bytes(s, 'little') + 2**252 + 27742317777372353535851937790883648493).to_bytes(32, 'little')


def respelled(label, change):
    """The signature within an SSHSIG, spelled otherwise."""
    def tweak(how):
        key, space, reserved, digest, inner = verify.unwire(how['blob'][10:])
        kind, made, rest = verify.unwire(inner, 2)
        how['blob'] = how['blob'][:10] + wire(key, space, reserved, digest, wire(kind, change(made)) + rest)
    return at('signature:' + label, tweak)


def shorter_rsa(maker, stage, how):
    """One in 256 signatures begins with a zero, which ssh-keygen does not miss."""
    if stage != 'signature:founding:carol':
        return
    for ms in range(4000):
        how['statement']['issued'] = '2026-11-22T03:00:%02d.%03dZ' % divmod(ms, 1000)
        how['blob'] = maker.keys.sshsig('carol', how['space'], canon(how['statement']))
        made = verify.unwire(verify.unwire(how['blob'][10:])[4])[1]
        if made[0] == 0:
            return respelled('founding:carol', lambda s: s.lstrip(b'\0'))(maker, stage, how)
    raise AssertionError('no signature begins with a zero')


def no_stated(policy):
    del policy['stated_keys']


def dressed_up(maker, stage, thing):
    """Alice's file key is called asserted, and the policy does not name it."""
    if stage == 'roster':
        thing['people'][0]['keys'][0]['class'] = 'asserted'
    elif stage == 'policy':
        thing['stated_keys'].pop(0)


def absent(*names):
    return lambda maker, stage, thing: 'absent' if stage == 'sign-off' and thing in names else None


def after_all(act):
    """Goes on once everybody has signed the first round."""
    def tweak(maker, stage, thing):
        if stage == 'whole':
            act(maker)
    return tweak


def in_second_round(act):
    """A deviation, and a second round that nobody has signed yet."""
    def tweak(maker, stage, thing):
        if stage == 'whole':
            maker.deviate()
            maker.second = True
            maker.sign_off(2)
            act(maker)
        return 'absent' if stage == 'sign-off' and hasattr(maker, 'second') else None
    return tweak


def asks(*who):
    return {'who': who}


def ending(act):
    """Something that is done with the key of the ceremony, just before its step is recorded."""
    return maker_at('before:step:make', act)


def away(to):
    """The outcome of one change of the key says that it belongs to no ceremony, though its intent does."""
    return at('entry:moves', lambda e: e.update(ceremony=None) if (e['type'], e['data'].get('to')) == ('key.state.changed', to) else None)


A, T = 'approval:alice', 'transcript:bob'
STAGING = {'name': 'again', 'environment': 'staging'}
NO_TIMES = ['2026-11-31T03:08:00.000Z', '2026-11-22T24:00:00.000Z', '2026-11-22T03:09:60.000Z', '2026-11-22T03:09:00Z']
GOOD = [
    ('a whole ceremony', None, None), ('a person who has not signed is named, and no problem', None, absent('erin', 'bob')),
    ('a security key that signs with sha256', None, sk_options(digest=b'sha256')),
    ('an approval beyond the needed ones', None, asks('alice', 'bob', 'carol', 'dave')),
    ('a second round after a deviation', None, after_all(lambda m: (m.deviate(), m.sign_off(2)))),
    ('a second round that waits for people', None, in_second_round(lambda m: m.statement('transcript', seq_of(m, 'signoff.opened'), 'erin'))),
    ('a deviation that no round covers yet', None, after_all(lambda m: m.deviate())),
    ('a key that is suspended, resumed, deactivated and called compromised', None, both(
        moved('suspend', 'active', 'suspended'), moved('resume', 'suspended', 'active'), moved('deactivate', 'active', 'deactivated'),
        moved('compromise', 'deactivated', 'compromised'))),
    ('a key that is deactivated, scheduled and destroyed, each when it is time', None, ending(destroyed)),
    ('a destruction that is cancelled', None, ending(cancelled)),
    ('a later phase of an end begins in a ceremony, and is done outside it', None, both(ending(destroyed), away('destruction-scheduled'))),
    ('a hold, taken off before the end', None, ending(lambda m: (released(m, held(m)), destroyed(m)))),
    ('a hold that is over before the end', None, ending(lambda m: (held(m, 3), destroyed(m)))),
    ('destroyed in spite of a hold, by the rule for that', None, ending(lambda m: (held(m), destroyed(m, operation='key.destroy-held')))),
    ('what is known of a key is set', None, ending(key_set)),
    ('its service is told the dates of a key', None, ending(dated)),
    ('keys that were there are taken over, under one approval', None, ending(adopted)),
    ('a key that was brought from outside', None, ending(brought)),
    ('a key is asked about before it stands, as it will be', None, early()),
    ('a key is copied, and given an alias', None, ending(lambda m: (replicated(m), aliased(m)))),
    ('a place is added, removed, and added again', None, ending(lambda m: (placed(m), cleared(m), placed(m)))),
]
ATTACKS = [
    ('an entry is dropped', 'signoff-count', files(drop)),
    ('two entries are swapped', 'seq', files(swap)),
    ('an entry stands twice', 'seq', files(double)),
    ('statement: about', 'statement-about', said(A, about='ab' * 32)),
    ('statement: about the wrong kind of entry', 'statement-about', lambda m, s, t: t['statement'].update(about=m.leaves[0].hex()) if s == 'statement:' + A else None),
    ('statement: checkpoint root', 'statement-checkpoint', lambda m, s, t: t['statement']['checkpoint'].update(root=b64(b'x' * 32)) if s == 'statement:' + A else None),
    ('statement: checkpoint before the question', 'statement-checkpoint', lambda m, s, t: t['statement'].update(checkpoint={'size': 13, 'root': b64(root_of(m.leaves[:13]))}) if s == 'statement:' + A else None),
    ('statement: checkpoint from the future', 'statement-checkpoint', lambda m, s, t: t['statement']['checkpoint'].update(size=29) if s == 'statement:' + A else None),
    ('statement: decision', 'statement-decision', said(A, decision='attest')),
    ('statement: issued', 'members', said(A, issued='2026-11-22')),
    ('statement: key of another person', 'statement-key', lambda m, s, t: t['statement'].update(key=m.keys.fingerprint('bob')) if s == 'statement:' + A else None),
    ('statement: ledger', 'statement-ledger', said(A, ledger='ab' * 32)),
    ('statement: person unknown', 'actor', said(A, person='p-' + '9' * 16)),
    ('statement: person is another', 'statement-roles', said(A, person=pid('carol'))),
    ('statement: plan', 'statement-plan', said(A, plan_sha256='ab' * 32)),
    ('statement: no plan', 'statement-plan', said(A, plan_sha256=None)),
    ('statement: roles', 'statement-roles', said(A, roles=['custodian'])),
    ('statement: type', 'statement-use', said(A, type='keyrite.statement/2')),
    ('statement: use', 'statement-use', said(A, use='proposal')),
    ('statement: one member more', 'members', said(A, more=1)),
    ('statement: changed after it was signed', 'signature', at('signature:' + A, lambda how: how['statement'].update(issued='2026-11-22T03:00:00.000Z'))),
    ('transcript: about another entry', 'statement-about', said(T, about='ab' * 32)),
    ('transcript: with a plan', 'statement-plan', said(T, plan_sha256='ab' * 32)),
    ('founding: of another ledger', 'statement-ledger', said('founding:alice', ledger='ab' * 32)),
    ('signed with a key that nobody enrolled', 'sshsig-key', signed(A, key='mallory')),
    ('signed with the key of another', 'sshsig-key', signed(A, key='carol')),
    ('signed for another use', 'signature', signed(A, space='keyrite-presence-v1@' + ORG)),
    ('signed for another organisation', 'signature', signed(A, space='keyrite-approval-v1@example.org')),
    ('security key without a touch', 'user-presence', signed('approval:dave', flags=0)),
    ('with verification, without a touch', 'user-presence', signed('approval:dave', flags=4)),
    ('transcript without a touch', 'user-presence', signed('transcript:dave', flags=0)),
    ('a reserved field', 'signature', sk_options(reserved=b'x')),
    ('a hash that is not known', 'signature', sk_options(digest=b'sha384')),
    ('RSA with SHA-1', 'unsupported', at('signature:founding:carol', sha1_rsa)),
    ('bytes after the signature', 'sshsig', at('signature:' + A, lambda how: how.update(blob=how['blob'] + b'\0'))),
    ('a cut signature', 'sshsig', at('signature:' + A, lambda how: how.update(blob=how['blob'][:-1]))),
    ('one person with two keys', 'one-answer', second_key),
    ('one key with two names', 'quorum-people', shared_key),
    ('too few people', 'quorum-people', asks('alice', 'bob')),
    ('roles unmet', 'quorum-roles', asks('alice', 'carol', 'dave')),
    ('one person for two roles', 'quorum-roles', two_roles),
    ('a rejection is counted', 'quorum-approvals', said('approval:bob', decision='reject')),
    ('an approval is cited twice', 'quorum-approvals', at('entry:quorum.met', lambda e: e['data'].update(approvals=[14, 15, 15]))),
    ('an approval after expiry', 'expired', late('approval:dave')),
    ('met after expiry', 'expired', late('quorum.met')),
    ('an approval of another quorum is cited', 'quorum-approvals', replay(True)),
    ('an approval is cited that is not there', 'quorum-approvals', data('quorum.met', approvals=[14, 15, 999])),
    ('a quorum of what is no request', 'quorum-opened', data('quorum.met', opened=3)),
    ('an approval of another quorum is copied', 'one-answer', replay(False)),
    ('needs are lowered', 'needs', data('quorum.opened', needs={'people': 1, 'roles': []})),
    ('somebody without the role is asked', 'who', lambda m, s, t: t['data']['who'].append(pid('erin')) if s == 'entry:quorum.opened' else None),
    ('somebody who is not asked answers', 'who', data('quorum.opened', who=[pid('alice'), pid('bob')])),
    ('another policy', 'policy', other_policy),
    ('another roster', 'roster', other_roster),
    ('expiry before opening', 'expires', data('quorum.opened', expires='2026-11-22T03:00:00.000Z')),
    ('the plan names another rule', 'policy', at('plan', lambda p: p.update(rule='key-use'))),
    ('the plan is for another operation', 'plan', at('plan', lambda p: p.update(operation='key.activate'))),
    ('the plan is for a profile that never was', 'plan-profile', at('plan', lambda p: p.update(profile=dict(p['profile'], name='cellar')))),
    ('the plan calls production a test', 'plan-profile', at('plan', lambda p: p.update(profile=dict(p['profile'], environment='sandbox')))),
    ('a founder who never signed', 'roster', signed('founding:dave', key='mallory')),
    ('a prover that is no profile', 'prover', data('profile.added', prover='cellar')),
    ('a profile that is its own prover', 'prover', lambda m, s, t: t['data'].update(prover=t['data']['name']) if s == 'entry:profile.added' else None),
    ('a place was put back: an older generation', 'generation', data('key.created', generation=0)),
    ('a place was put back after it changed', 'generation', data('key.state.changed', generation=1)),
    ('a generation that is no number', 'members', data('key.tried', generation=True)),
    ('a ceremony with somebody who is in no roster', 'takes-part', at('entry:ceremony.opened', lambda e: e['data']['participants'][1]['people'].append(pid('frank')))),
    ('a profile without approval', 'approved', entry('profile.added', approved=None)),
    ('a rule that needs people is called one that needs nobody', 'approved', at('policy', lambda p: p['rules'][0].update(people=1))),
    ('an act without approval', 'approved', entry('key.create.intended', approved=None)),
    ('an act that cites the policy', 'approved', entry('key.create.intended', approved=0)),
    ('an act that cites an approval', 'approved', entry('key.create.intended', approved=16)),
    ('an act before its approval', 'approved', entry('key.create.intended', approved=24)),
    ('an approval used twice', 'approved-twice', another('key.create.intended', 'key.try.intended', {'version': 1, 'key': 'payments'})),
    ('a quorum met twice', 'quorum-twice', another('quorum.met', 'key.try.intended')),
    ('a phase that the plan lacks', 'approved', at('plan', lambda p: p['phases'].pop())),
    ('a phase too late', 'phase', at('plan', lambda p: p['phases'][1].update(latest='2026-11-22T03:01:00.000Z'))),
    ('a phase too early', 'phase', at('plan', lambda p: p['phases'][0].update(earliest='2026-12-22T03:01:00.000Z'))),
    ('another key than the plan\'s', 'plan', data('key.create.intended', key='other')),
    ('another version', 'plan', data('key.create.intended', version=2)),
    ('another profile', 'profile', data('key.create.intended', profile='other')),
    ('another spec', 'plan', at('entry:key.created', lambda e: e['data'].update(spec=dict(e['data']['spec'], algorithm='rsa')))),
    ('an outcome without intent', 'intent', data('key.created', intended=17)),
    ('an outcome from the future', 'intent', data('key.created', intended=29)),
    ('an outcome with another approval', 'intent', entry('key.created', approved=0)),
    ('a second outcome', 'one-outcome', another('key.tried', 'key.state.intended')),
    ('a trial of another key than its outcome', 'intent', data('key.try.intended', key='other')),
    ('a state it has not', 'key-state', data('key.state.intended', **{'from': 'suspended'})),
    ('a change of state that no path leads to', 'key-state', data('key.state.intended', to='suspended')),
    ('activated without having been proved', 'key-state', data('key.tried', ok=False)),
    ('what is not suspended is said to be asked for again', 'key-state', data('key.tried', enforced='disabled')),
    ('destroyed under a plan to activate it', 'approved', data('key.state.intended', to='destroyed')),
    ('a date of destruction where none is scheduled', 'key-state', data('key.state.changed', destroy_at='2026-12-22T03:00:00.000Z')),
    ('two changes of state at once', 'key-state', another('key.state.intended', 'key.state.changed', {'to': 'compromised'})),
    ('suspended without approval', 'approved', moved('suspend', 'active', 'suspended', met=None)),
    ('suspended under a plan to make it', 'approved', moved('suspend', 'active', 'suspended', met='made')),
    ('suspended under a plan to deactivate it', 'approved', moved('suspend', 'active', 'suspended', plan='deactivate')),
    ('a version that was never made is deactivated', 'key-state', moved('deactivate', 'active', 'deactivated', version=2)),
    ('deactivated under a plan for another version', 'plan', moved('deactivate', 'active', 'deactivated', planned=2)),
    ('deactivated from another state than the plan says', 'plan', moved('deactivate', 'active', 'deactivated', **{'from': 'suspended'})),
    ('suspended as a key of another class', 'plan-class', moved('suspend', 'active', 'suspended', **{'class': 'dek'})),
    ('suspended as a key of no class', 'plan-class', moved('suspend', 'active', 'suspended', **{'class': None})),
    ('held as a key of another class', 'plan-class', ending(lambda m: held(m, as_class='dek'))),
    ('held as a key of no place', 'plan-place', ending(lambda m: held(m, place=None))),
    ('a key is called less than was approved, as one of no place', 'plan-place', ending(lambda m: key_set(m, place=None))),
    ('asked of a key before it stands, as of another class', 'plan-class', early(**{'class': 'dek'})),
    ('asked of a key before it stands, as at no place', 'plan-place', early(place=None)),
    ('a way back from compromised', 'key-state', both(moved('compromise', 'active', 'compromised'), moved('resume', 'compromised', 'active'))),
    ('an approval to suspend used twice', 'approved-twice', both(moved('suspend', 'active', 'suspended'), moved('resume', 'suspended', 'active'), moved('suspend', 'active', 'suspended', met='first'))),
    ('destroyed before the wait is over', 'destroy-at', ending(lambda m: destroyed(m, days=(30, 6)))),
    ('scheduled before the grace is over', 'phase', ending(lambda m: destroyed(m, days=(29, 8)))),
    ('a wait shorter than was approved', 'destroy-at', ending(lambda m: destroyed(m, dates=6))),
    ('destroyed by another approval than scheduled it', 'approved', ending(lambda m: destroyed(m, met=(0, 0, 1)))),
    ('destroyed after it was cancelled', 'key-state', ending(lambda m: move(m, 'destruction-scheduled', 'destroyed', cancelled(m)))),
    ('cancelled back to active', 'key-state', ending(lambda m: cancelled(m, back='active', said='active'))),
    ('cancelled to another state than was approved', 'plan', ending(lambda m: cancelled(m, said='compromised'))),
    ('scheduled without a date', 'key-state', ending(undated)),
    ('destroyed while it is held', 'held', ending(lambda m: (held(m), destroyed(m)))),
    ('called destroyed, and it still signs', 'key-state', ending(lambda m: destroyed(m, results=[{'probe': 'sign-refused', 'ok': False, 'evidence': 'verified', 'detail': ''}]))),
    ('a hold on another key than was approved', 'plan', ending(lambda m: held(m, key='other'))),
    ('a hold for another reason', 'plan', ending(lambda m: held(m, reason=m.private('another case')))),
    ('a hold that is not there is taken off', 'held', ending(lambda m: released(m, 3))),
    ('another hold than was approved is taken off', 'plan', ending(lambda m: released(m, held(m), said={'hold': 3}))),
    ('a grant is given, and taken away', None, ending(lambda m: (granted(m), ungranted(m)))),
    ('a grant to somebody else than was approved', 'plan', ending(lambda m: granted(m, grantee='role/thief'))),
    ('a grant that is not the one that was begun', 'intent', ending(lambda m: granted(m, said={'operations': ['Decrypt', 'Encrypt']}))),
    ('a grant of a version that is not there', 'plan', ending(lambda m: granted(m, version=2))),
    ('the policy of a key is set', None, ending(ruled)),
    ('another policy than was approved', 'plan', ending(lambda m: ruled(m, policy='ef' * 32))),
    ('another policy than was begun', 'intent', ending(lambda m: ruled(m, said={'policy': 'ef' * 32}))),
    ('a policy of what is destroyed', 'key', ending(lambda m: (destroyed(m), ruled(m)))),
    ('what is destroyed is deleted', None, ending(lambda m: (destroyed(m), deleted(m)))),
    ('what is not destroyed is deleted', 'key', ending(lambda m: deleted(m))),
    ('all of a key is deleted, and not all of it is destroyed', 'key', ending(lambda m: deleted(m, whole=True))),
    ('more is deleted than was begun', 'intent', ending(lambda m: (destroyed(m), deleted(m, said={'whole': True})))),
    ('a grant of what is destroyed', 'key', ending(lambda m: (destroyed(m), granted(m)))),
    ('another grant taken away than was approved', 'plan', ending(lambda m: ungranted(m, grant='beef'))),
    ('another grant taken away than was begun', 'intent', ending(lambda m: ungranted(m, said={'grant': 'beef'}))),
    ('another alias than was approved', 'plan', ending(lambda m: aliased(m, alias='orders'))),
    ('an alias that is not the one that was begun', 'intent', ending(lambda m: aliased(m, said_alias='orders'))),
    ('an alias of a version that is not there', 'plan', ending(lambda m: aliased(m, version=2))),
    ('an alias for what is destroyed', 'key', ending(lambda m: (destroyed(m), aliased(m)))),
    ('copied to another region than was approved', 'plan', ending(lambda m: replicated(m, regions=['us-east-1'], copies=['us-east-1']))),
    ('another primary than was approved', 'plan', ending(lambda m: replicated(m, primary='eu-west-1'))),
    ('called copied, and not every copy is there', 'key', ending(lambda m: replicated(m, copies=[]))),
    ('copied twice by one approval', 'approved-twice', ending(lambda m: replicated(m, twice=True))),
    ('other dates than were approved', 'plan', ending(lambda m: dated(m, intended={'from': None, 'until': None}))),
    ('other dates than were intended', 'intent', ending(lambda m: dated(m, outcome={'from': None, 'until': None}))),
    ('dates that no phase was approved for', 'approved', ending(lambda m: dated(m, phases=['set']))),
    ('a key is called less than was approved', 'plan', ending(lambda m: key_set(m, changes={'classification': 'public'}))),
    ('a key is brought that is another than was approved', 'plan', ending(lambda m: brought(m, spec={'key': 'brought'}))),
    ('a key is brought whose public half is not the one that was named', 'plan', ending(lambda m: brought(m, named='ab' * 32))),
    ('a key is brought under a plan to activate one', 'approved', ending(lambda m: brought(m, operation='key.activate'))),
    ('a key is taken over that is not of the list', 'plan', ending(lambda m: adopted(m, ('another',)))),
    ('a key is taken over under a plan to make one', 'approved', ending(lambda m: adopted(m, operation='key.set'))),
    ('a key is taken over, and nobody was asked', 'approved', ending(lambda m: adopted(m, met=3))),
    ('a key is taken over twice', 'key', ending(lambda m: adopted(m, ('theirs',), met=adopted(m, ('theirs',))))),
    ('material that is known is taken over under another name', 'key', ending(lambda m: adopted(m, there='there'))),
    ('a key is called in use that was not', 'plan', ending(lambda m: adopted(m, versions=version(state='active')))),
    ('a key is called younger than was agreed', 'plan', ending(lambda m: adopted(m, versions=version(created='2026-11-01T00:00:00.000Z')))),
    ('a version of a key is kept back', 'plan', ending(lambda m: adopted(m, versions=lambda all: all[:1]))),
    ('a key is taken over that nobody answers for', 'plan', ending(lambda m: adopted(m, spec=without('owner')))),
    ('another version is called primary', 'plan', ending(lambda m: adopted(m, primary=1))),
    ('a key is taken over at another place', 'plan', ending(lambda m: adopted(m, profile='elsewhere'))),
    ('the outcome of another change of state', 'intent', moved('suspend', 'active', 'suspended', outcome='deactivated')),
    ('sign-off: root', 'signoff-root', data('signoff.opened', root=b64(b'x' * 32))),
    ('sign-off: count', 'signoff-count', data('signoff.opened', count=13)),
    ('sign-off: first', 'signoff-first', data('signoff.opened', first=8)),
    ('sign-off: round', 'signoff-round', data('signoff.opened', round=2)),
    ('sign-off: a deviation is left out', 'signoff-deviations', data('signoff.opened', deviations=[])),
    ('sign-off: a deviation more', 'signoff-deviations', at('entry:signoff.opened', lambda e: e['data']['deviations'].append(24))),
    ('a transcript of a round that a deviation came after', 'signoff-round', maker_at('before:transcript:dave', lambda m: m.deviate())),
    ('a second round without a deviation', 'signoff-twice', after_all(lambda m: m.sign_off(2))),
    ('a second round that is called the first', 'signoff-round', after_all(lambda m: (m.deviate(), m.sign_off(1)))),
    ('a signature of the first round in the second', 'signoff-round', both(absent('erin'), in_second_round(lambda m: m.statement('transcript', seq_of(m, 'signoff.opened', 0), 'erin')))),
    ('a person signs a second round twice', 'one-answer', in_second_round(lambda m: (m.statement('transcript', seq_of(m, 'signoff.opened'), 'erin'), m.statement('transcript', seq_of(m, 'signoff.opened'), 'erin')))),
    ('a deviation that a stranger decided', 'takes-part', at('entry:deviation.recorded', lambda e: e['data'].update(decided_by=pid('carol')))),
    ('a deviation that a stranger agreed to', 'takes-part', at('entry:deviation.recorded', lambda e: e['data']['agreed_by'].append(pid('carol')))),
    ('a stranger remains in the pause', 'takes-part', at('entry:ceremony.paused', lambda e: e['data']['remain'].append(pid('carol')))),
    ('a stranger is back', 'takes-part', at('entry:ceremony.resumed', lambda e: e['data']['present'].append(pid('carol')))),
    ('a stranger did a step', 'takes-part', data('step:welcome', by=[pid('carol')])),
    ('a stranger signs the transcript', 'takes-part', after_all(lambda m: m.statement('transcript', seq_of(m, 'signoff.opened'), 'carol'))),
    ('presence: of a stranger', 'takes-part', maker_at('before:step:welcome', lambda m: m.statement('presence', seq_of(m, 'ceremony.opened'), 'carol'))),
    ('presence: twice', 'one-answer', maker_at('before:step:welcome', lambda m: m.statement('presence', seq_of(m, 'ceremony.opened'), 'alice'))),
    ('presence: after the sign-off', 'presence', after_all(lambda m: m.statement('presence', seq_of(m, 'ceremony.opened'), 'bob'))),
    ('presence: about the sign-off', 'statement-about', after_all(lambda m: m.statement('presence', seq_of(m, 'signoff.opened'), 'bob'))),
    ('presence: of another ceremony', 'presence', maker_at('before:step:welcome', lambda m: m.statement('presence', seq_of(m, 'ceremony.opened'), 'bob', ceremony=None))),
    ('presence: with a plan', 'statement-plan', said('presence:alice', plan_sha256='ab' * 32)),
    ('presence: a yes', 'statement-decision', said('presence:alice', decision='approve')),
    ('presence: signed as an approval', 'signature', signed('presence:alice', space='keyrite-approval-v1@' + ORG)),
    ('presence: without a touch', 'user-presence', signed('presence:dave', flags=0)),
    ('presence: a transcript called presence', 'statement-use', said('presence:alice', use='transcript')),
    ('a type that is not known', 'unknown-type', maker_at('before:ceremony.opened', lambda m: m.append('custodian.promoted', {'person': pid('erin')}))),
    ('a second beginning', 'opened', another('ledger.opened', 'ceremony.opened')),
    ('entry: a member more', 'members', entry('step:welcome', more=1)),
    ('entry: v', 'members', entry('step:welcome', v=2)),
    ('entry: seq', 'seq', entry('step:welcome', seq=9)),
    ('entry: ledger', 'ledger', entry('step:welcome', ledger=ORG + '/ledger/' + 'ff' * 16)),
    ('entry: prev', 'prev', entry('step:welcome', prev='ab' * 32)),
    ('entry: time goes back', 'time', entry('step:welcome', time='2026-11-22T03:00:00.000Z')),
    ('entry: time is not UTC', 'members', entry('step:welcome', time='2026-11-22T05:00:00.000+01:00')),
    ('entry: actor unknown', 'actor', at('entry:step:welcome', lambda e: e['actor'].update(person='p-' + '9' * 16))),
    ('entry: a host in the open', 'opening-more', at('entry:step:welcome', lambda e: e['actor'].update(host='machine-1'))),
    ('entry: a fraction', 'malformed', raw('step:welcome', b'"minutes":2', b'"minutes":2.5')),
    ('entry: 2.0', 'malformed', raw('step:welcome', b'"minutes":2', b'"minutes":2.0')),
    ('entry: -0', 'canonical-json', raw('step:welcome', b'"minutes":2', b'"minutes":-0')),
    ('entry: 2^53', 'canonical-json', raw('step:welcome', b'"minutes":2', b'"minutes":9007199254740992')),
    ('entry: a huge number', 'canonical-json', raw('step:welcome', b'"minutes":2', b'"minutes":' + b'9' * 60000)),
    ('entry: NaN', 'malformed', raw('step:welcome', b'"minutes":2', b'"minutes":NaN')),
    ('entry: a member twice', 'canonical-json', raw('step:welcome', b'"minutes":2', b'"minutes":2,"minutes":2')),
    ('entry: white space', 'canonical-json', raw('step:welcome', b'"minutes":2', b'"minutes": 2')),
    ('entry: an escape', 'canonical-json', raw('step:welcome', b'confirm', b'c\\u006ffirm')),
    ('entry: a lone surrogate', 'malformed', raw('step:welcome', b'confirm', b'\\ud800')),
    ('entry: not UTF-8', 'malformed', raw('step:welcome', b'confirm', b'\xff')),
    ('entry: nested too deep', 'malformed', raw('step:welcome', b'"result":{}', b'"result":{"a":' + b'[' * 30000 + b']' * 30000 + b'}')),
    ('entry: true for 1', 'members', raw('step:welcome', b'"v":1', b'"v":true')),
    ('entry: a list', 'malformed', at('bytes:step:welcome', lambda w: w.__setitem__(-1, b'[]'))),
    ('entry: a final newline', 'canonical-json', at('bytes:step:welcome', lambda w: w.__setitem__(-1, w[-1] + b'\n'))),
    ('a private value with more beside it', 'private', data('step:welcome', result={'$': 'ab' * 32, 'x': 1})),
    ('opening: value', 'opening', edit('openings.json', lambda o: o[min(o)].update(value='Eve'))),
    ('opening: salt', 'opening', edit('openings.json', lambda o: o[min(o)].update(salt='00' * 32))),
    ('opening: missing', 'opening-missing', edit('openings.json', lambda o: o.pop(min(o)))),
    ('opening: one more', 'opening-more', edit('openings.json', lambda o: o.update({sha(b'keyrite/v1/field\n' + b's' * 32 + b'1').hex(): {'salt': (b's' * 32).hex(), 'value': 1}}))),
    ('blob: changed', 'blob', files(lambda f: f.update({first(f, 'blobs/'): b'{}'}))),
    ('blob: missing', 'blob-missing', files(lambda f: f.pop(first(f, 'blobs/')))),
    ('blob: one more', 'files', files(lambda f: f.update({'blobs/' + sha(b'x').hex(): b'x'}))),
    ('blob: size', 'blob', at('entry:ceremony.opened', lambda e: e['data']['template'].update(size=1))),
    ('proof: missing', 'files', files(lambda f: f.pop('proofs/000012.tlog-proof'))),
    ('checkpoint: of another size', 'root', shorter(False)),
    ('checkpoint: all proofs lead to an older one', 'root', shorter(True)),
    ('checkpoint: a line more', 'checkpoint', files(lambda f: f.update(checkpoint=f['checkpoint'] + b'x\n'))),
    ('writer: another key in entry 0', 'vkey', at('entry:ledger.opened', lambda e: e['data'].update(vkey=e['data']['vkey'][:-4] + 'AAAA'))),
    ('SHA256SUMS: signed by another', 'sshsig-key', resign(lambda s: s, 'alice')),
    ('SHA256SUMS: a line missing', 'sums', resign(lambda s: s[s.index(b'\n') + 1:])),
    ('SHA256SUMS: binary marks', 'sums', resign(lambda s: s.replace(b'  ', b' *'))),
    ('bundle.json: entries', 'entries', edit('bundle.json', lambda b: b['entries'].pop())),
    ('bundle.json: fingerprint', 'ledger', edit('bundle.json', lambda b: b.update(fingerprint='ab' * 32))),
    ('bundle.json: ceremony', 'ceremony', edit('bundle.json', lambda b: b.update(ceremony='ab' * 16))),
    ('bundle.json: level', 'opening-more', edit('bundle.json', lambda b: b.update(level='public'))),
    ('level restricted: names are opened', 'opening-more', edit('bundle.json', lambda b: b.update(level='restricted'))),
    ('level restricted: another blob than the template is withheld', 'blob-missing', at_level('restricted', lambda f: f.pop(next(n for n in f if n.startswith('blobs/') and b'keyrite.roster' in f[n])))),
    ('level public: template.yaml withheld, its blob not', 'files', at_level('public', lambda f: f.pop('template.yaml'))),
    ('level public: the blob withheld, template.yaml not', 'files', at_level('public', lambda f: f.pop('blobs/' + sha(f['template.yaml']).hex()))),
    ('script: of another template', 'derived', files(lambda f: f.update({'script.html': b'<p>' + b'ab' * 32}))),
    ('script: missing', 'files', files(lambda f: f.pop('script.pdf'))),
    ('level public: the template is withheld, its script not', 'files', at_level('public', without_template_but_script)),
    ('level full: the template is withheld', 'blob-missing', files(without_template)),
    ('bundle.json: level unknown', 'type', edit('bundle.json', lambda b: b.update(level='some'))),
    ('bundle.json: not canonical', 'canonical-json', files(lambda f: f.update({'bundle.json': f['bundle.json'] + b'\n'}))),
    ('a file that does not belong', 'files', files(lambda f: f.update({'json.py': b'x'}))),
    ('a key that nobody made', 'files', files(lambda f: f.update({'keys/evil-v1.pem': b'x'}))),
    ('a statement of no entry', 'files', files(lambda f: f.update({'statements/000099.json': b'{}'}))),
    ('a proof of no entry', 'files', files(lambda f: f.update({'proofs/000099.tlog-proof': b'x'}))),
    ('minutes missing', 'files', files(lambda f: f.pop('minutes.txt'))),
    ('no entry 0', 'files', files(lambda f: f.pop('entries/000000.json'))),
    *[('derived: ' + name, 'derived', files(lambda f, name=name: f.update({name: f[name] + b'\n'}))) for name in (
        'keys/payments-v1.pem', 'statements/000001.json', 'statements/000001.sig', 'template.yaml')],
    ('actor: called hearsay, where it is signed', 'actor', at('entry:approval:alice', lambda e: e['actor'].update(evidence='stated'))),
    ('actor: another than who signed', 'actor', at('entry:approval:alice', lambda e: e['actor'].update(person=None))),
    ('a ceremony is opened twice', 'ceremony', maker_at('before:quorum.opened', lambda m: m.append('ceremony.opened', next(e for e in m.entries if e['type'] == 'ceremony.opened')['data'], label='again'))),
    ('a second sign-off', 'signoff-twice', maker_at('before:transcript:alice', lambda m: m.append('signoff.opened', next(e for e in m.entries if e['type'] == 'signoff.opened')['data'], label='again'))),
    ('what a ceremony begins is called made outside it', 'approved', entry('key.created', ceremony=None)),
    ('what a ceremony begins is called changed outside it', 'approved', entry('key.state.changed', ceremony=None)),
    ('the first phase of an end begins in a ceremony, and is called done outside it', 'approved', both(ending(destroyed), away('deactivated'))),
    ('destroyed instead of activated', 'approved', both(data('key.state.intended', to='destroyed'), data('key.state.changed', to='destroyed'))),
    ('a withdrawn quorum is met', 'quorum-twice', maker_at('before:quorum.met', withdraw)),
    ('a quorum that was met is withdrawn before the act', 'approved', maker_at('before:key.create.intended', withdraw)),
    ('a key with words after it', 'malformed', commented_key),
    ('a trial of a key that was never made', 'intent', data('key.tried', key='other')),
    ('a place of production, under a plan for one of test', 'plan', ending(lambda m: placed(m, environment='production'))),
    ('a place that no plan names', 'plan', ending(lambda m: placed(m, None))),
    ('a plan for a place, with a class', 'plan', ending(lambda m: placed(m, change={'class': 'tls'}))),
    ('another profile is removed than was approved', 'plan', ending(lambda m: (placed(m), cleared(m, planned=m.profile)))),
    ('a profile is removed while its key lives there', 'profile', ending(lambda m: cleared(m, 'room', m.profile))),
    ('one place in two environments', 'environment', ending(lambda m: (placed(m), placed(m, {**PLACE, **STAGING}, **STAGING)))),
    ('one place in two environments, one after the other', 'environment', ending(lambda m: (
        placed(m), cleared(m), placed(m, {**PLACE, 'environment': 'staging'}, environment='staging')))),
    ('an environment that there is not', 'environment', data('profile.added', environment='Production')),
    ('a key is tried at another place than it lives', 'home', ending(lambda m: (placed(m), m.append(
        'key.try.intended', {'key': 'payments', 'version': 1, 'profile': 'cloud', 'intent': '55' * 16, 'probes': []}, 'elsewhere')))),
    ('a key is set within a ceremony', 'outside', ending(key_set.__wrapped__)),
    ('a request is withdrawn twice', 'quorum-closed', maker_at('before:quorum.met', lambda m: (withdraw(m), withdraw(m)))),
    ('a request is withdrawn that was begun', 'quorum-closed', maker_at('before:key.try.intended', withdraw)),
    ('a request that waits longer than the policy lets it', 'expires', data('quorum.opened', expires='2026-11-25T03:20:00.000Z')),
    ('a provider said a time that is none', 'external', data('quorum.met', external='0')),
    ('met, and more is said', 'members', data('quorum.met', more=1)),
    *[('time: ' + day, 'members', entry('step:welcome', time=day)) for day in NO_TIMES],
    *[('statement: issued at ' + day, 'members', said(A, issued=day)) for day in NO_TIMES],
    ('actor: called attested', 'members', at('entry:step:welcome', lambda e: e['actor'].update(evidence='attested'))),
    ('actor: more is said', 'members', at('entry:step:welcome', lambda e: e['actor'].update(more=1))),
    ('tool: without its digest', 'members', at('entry:step:welcome', lambda e: e['tool'].pop('sha256'))),
    ('ceremony: of another form', 'members', entry('profile.added', ceremony='CE' * 16)),
    ('statement: checkpoint with one member more', 'members', at('statement:' + A, lambda how: how['statement']['checkpoint'].update(more=1))),
    ('statement: the size of the checkpoint is called true', 'members', at('statement:founding:alice', lambda how: how['statement']['checkpoint'].update(size=True))),
    *[('beside a statement: ' + label, 'members', data(label, more=1)) for label in ('founding:alice', 'presence:alice', A, T)],
    ('seq is called true', 'members', entry('founding:alice', seq=True)),
    ('a quorum cites true', 'members', at('entry:quorum.met', lambda e: e['data'].update(approvals=[True, *e['data']['approvals'][1:]]))),
    ('what was tried is called 1', 'members', data('key.tried', ok=1)),
    ('entry: too long', 'members', raw('step:welcome', b'confirm', b'c' * 65536)),
    ('Ed25519: S is beyond the order of the group', 'signature', respelled('founding:alice', lambda s: s[:32] + beyond(s[32:]))),
    ('a security key: S is beyond the order of the group', 'signature', respelled('founding:dave', lambda s: s[:32] + beyond(s[32:]))),
    ('ECDSA: a number with needless zeros', 'signature', respelled('founding:bob', lambda s: wire(*(b'\0' + number for number in verify.unwire(s))))),
    ('RSA: a signature without its leading zero', 'signature', shorter_rsa),
]
# What the head comment of verify.py leaves to `keyrite ceremony verify`: these are good to it, so that the comment stays true.
UNCHECKED = [
    ('sign-off: template', None, data('signoff.opened', template_sha256='ab' * 32)),
    ('level public: nothing opened', None, at_level('public', lambda f: None)),
    ('level restricted: the template is withheld', None, at_level('restricted', without_template)),
    ('sign-off: no keys', None, data('signoff.opened', keys=[])),
    ('sign-off: a key more', None, data('signoff.opened', keys=[{'key': k, 'version': 1} for k in ('other', 'payments')])),
    ('entry: data of another form', None, data('step:welcome', kind=7)),
    ('a blob reference with more beside it', None, data('step:welcome', result={'blob': 'ab' * 32})),
    ('proof: changed', None, files(lambda f: f.update({'proofs/000012.tlog-proof': f['proofs/000011.tlog-proof'].replace(b'index 11', b'index 12')}))),
    ('proof: a hash more', None, files(lambda f: f.update({'proofs/000012.tlog-proof': f['proofs/000012.tlog-proof'].replace(b'\n\n', b'\n' + b64(b'x' * 32).encode() + b'\n\n')}))),
    ('proof: with an extra line', None, files(lambda f: f.update({'proofs/000012.tlog-proof': f['proofs/000012.tlog-proof'].replace(b'index', b'extra eA==\nindex')}))),
    ('checkpoint: signed by another key', None, foreign_checkpoint),
    ('SHA256SUMS: not sorted', None, resign(lambda s: b''.join(reversed(s.splitlines(True))))),
    *[(name + ' says more', None, files(lambda f, name=name: f.update({name: f[name] + b'\n'}))) for name in (
        'allowed_signers', 'roster.json', 'policy.json', 'minutes.txt')],
    ('derived: a signer more', None, files(lambda f: f.update(allowed_signers=f['allowed_signers'].replace(pid('alice').encode(), b'*')))),
]
PRODUCTION = [
    ('production, with a signed author', None, None), ('production: nobody proposed', 'proposal', said('proposal:erin', decision='approve')),
    ('production: stated keys', 'quorum-people', at('policy', no_stated)), ('production: a file key called asserted', 'quorum-people', dressed_up),
    ('production: the author is asked', 'author', at('entry:quorum.opened', lambda e: e['actor'].update(person=pid('alice')))),
    ('production: another than the author proposes', 'proposal', at('entry:quorum.opened', lambda e: e['actor'].update(person=None))),
    ('production: the author answers', 'proposal', lambda m, s, t: (t.update(key='carol'), t['statement'].update(person=pid('carol'), roles=['custodian'], key=m.keys.fingerprint('carol'))) if s == 'statement:proposal:erin' else None),
]
R = 'keyrite-rehearsal-v1@' + ORG
REAL = [  # in a real ledger
    ('a real ceremony, to be checked as a rehearsal', 'rehearsal', None, ['--rehearsal']),
    ('an approval that was signed in a rehearsal', 'rehearsal', signed(A, space=R), []),
    ('a founding that was signed in a rehearsal', 'rehearsal', signed('founding:bob', space=R), []),
    ('a transcript that was signed in a rehearsal', 'rehearsal', signed(T, space=R), []),
    ('the list of files is signed as in a rehearsal', 'rehearsal', resign(lambda s: s, space=R), []),
    ('the mark of a rehearsal is put in, and asked for', 'rehearsal', data('ledger.opened', rehearsal=True), ['--rehearsal']),
    ('it says that it is no rehearsal', 'rehearsal', data('ledger.opened', rehearsal=False), []),
]
REHEARSED = [  # in that of a rehearsal
    ('a whole rehearsal, asked for as one', None, None, ['--rehearsal']),
    ('a rehearsal is passed off as the real thing', 'rehearsal', None, []),
    ('the mark is dropped', 'rehearsal', at('entry:ledger.opened', lambda e: e['data'].pop('rehearsal')), []),
    ('the mark is dropped, and asked for', 'rehearsal', at('entry:ledger.opened', lambda e: e['data'].pop('rehearsal')), ['--rehearsal']),
    ('the mark is another value', 'rehearsal', data('ledger.opened', rehearsal=1), ['--rehearsal']),
    ('an approval that was signed for a real ledger', 'rehearsal', signed(A, space='keyrite-approval-v1@' + ORG), ['--rehearsal']),
    ('a transcript that was signed for a real ledger', 'rehearsal', signed(T, space='keyrite-transcript-v1@' + ORG), ['--rehearsal']),
    ('the list of files is signed as for a real ledger', 'rehearsal', resign(lambda s: s), ['--rehearsal']),
    ('it continues a ledger', 'rehearsal', data('ledger.opened', continues={}), ['--rehearsal']),
    ('a profile of production', 'rehearsal', data('profile.added', environment='production'), ['--rehearsal']),
]


def made(keys, tweak=None, production=False, level='full', rehearsal=False, maker=Maker):
    options = tweak if isinstance(tweak, dict) else {}
    maker = maker(keys, None if options else tweak, production, level, rehearsal)
    if options:
        maker.ask = lambda: Maker.ask(maker, options['who'])
    maker.ledger()
    folder = tempfile.mkdtemp(dir=keys.folder)
    maker.write(folder)
    return folder, maker


def row(keys, name, rule, tweak, arguments=(), production=False, rehearsal=False):
    folder, _ = made(keys, tweak, production, rehearsal=rehearsal)
    try:
        status, rules, text = judged(folder, *arguments)
        if (status, rules) == (0, []) if rule is None else (status == 6 and rule in rules):
            return None
        return {'name': name, 'expected': rule, 'status': status, 'rules': rules, 'text': text[-600:]}
    except BaseException:
        return {'name': name, 'thrown': traceback.format_exc()[-900:]}
    finally:
        shutil.rmtree(folder)


def table(keys):
    """Every row with SLOW=1; else the good ones, production, and every seventh attack."""
    every = 1 if SLOW else 7
    rows = [(r, False) for r in GOOD + ATTACKS[::every] + UNCHECKED[::every]] + [(r, True) for r in PRODUCTION]
    return [row(keys, *r, production=p) for r, p in rows]


def rehearsals(keys):
    """A rehearsal is never taken for the real thing, nor the other way round; what is printed of one says so in every line."""
    out = [row(keys, *r) for r in REAL] + [row(keys, *r, rehearsal=True) for r in REHEARSED]
    folder, _ = made(keys, rehearsal=True)
    for arguments in ([], ['--rehearsal'], ['--ledger', 'ab' * 32]):
        lines = judged(folder, *arguments)[2].strip().split('\n')
        bare = [line for line in lines if not line.startswith('REHEARSAL  ')]
        out.append({'name': 'a line without the mark', 'lines': bare} if bare else None)
    return out


def turns(keys):
    """A key is rotated phase by phase, under people's approval or the policy's alone, and never otherwise."""
    bad = rotations.BAD if SLOW else rotations.BAD[::6]
    return [row(keys, *r) for r in rotations.GOOD + bad]


def incidents(keys):
    """What an incident contained is given back or ended by the right people, and never otherwise."""
    bad = nights.BAD if SLOW else nights.BAD[::4]
    return [row(keys, *r) for r in nights.GOOD + bad]


ALONE = ('entries/', 'blobs/', 'bundle.json', 'checkpoint', 'openings.json', 'SHA256SUMS')


def flips(keys):
    """Each byte of each small file, changed and not signed again. Files that nothing else is judged by are changed together, and each is named."""
    folder, _ = made(keys)
    whole = verify.Bundle(folder)
    whole.check()
    out, choose = [], random.Random(7)
    small = {name: held for name, held in sorted(whole.files.items()) if 0 < len(held) <= 2048}
    groups = [[name] for name in small if name.startswith(ALONE)] + [[name for name in small if not name.startswith(ALONE)]]
    for group in groups:
        places = {name: list(range(len(small[name]))) if SLOW else [choose.randrange(len(small[name]))] for name in group}
        for turn in range(max(len(some) for some in places.values())):
            changed = {name: some[turn] for name, some in places.items() if turn < len(some)}
            for name, place in changed.items():
                held = small[name]
                write(folder, name, held[:place] + bytes([held[place] ^ (1 << choose.randrange(8))]) + held[place + 1:])
            try:
                status, _, text = judged(folder)
                out += [None if status == 6 and (group == [name] or '\nPROBLEM %s | ' % name in text) else {
                    'name': '%s, byte %d' % (name, place), 'status': status} for name, place in changed.items()]
            except BaseException:
                out.append({'name': str(changed), 'thrown': traceback.format_exc()[-900:]})
            for name in changed:
                write(folder, name, small[name])
    return out


def write(folder, name, held):
    with open(os.path.join(folder, name), 'wb') as file:
        file.write(held)


def places_in(value, path=()):
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield path + (key,)
        yield from places_in(value[key], path + (key,))


def odd(keys):
    """Any value of any entry replaced by one of another form, chained and signed again: a verdict, never a traceback."""
    _, good = made(keys)
    cases = [(e['seq'], path, bad) for e in good.entries for path in places_in(e)
             for bad in (None, True, -1, 1 << 52, '', '\u202e\ud83d\ude00', [], [[]], {}, {'a': 1})]
    out = []
    for seq, path, bad in cases if SLOW else random.Random(7).sample(cases, 25):
        def tweak(maker, stage, thing):
            if stage.startswith('entry:') and thing['seq'] == seq:
                target = thing
                for key in path[:-1]:
                    target = target[key]
                target[path[-1]] = bad
        try:
            folder, _ = made(keys, tweak)
        except (TypeError, KeyError, AttributeError, IndexError, UnicodeError):
            out.append(None)  # the maker itself cannot go on from here
            continue
        try:
            status = judged(folder)[0]
            out.append(None if status in (0, 6) else {'name': str((seq, path, bad)), 'status': status})
        except BaseException:
            out.append({'name': str((seq, path, bad)), 'thrown': traceback.format_exc()[-900:]})
        shutil.rmtree(folder)
    return out


def algorithms(keys):
    """Every kind of key: the good signature and one over other words."""
    out, space = [], 'keyrite-approval-v1@' + ORG
    for name in ('alice', 'bob', 'carol', 'dave', 'p384', 'p521'):
        blob = keys.sshsig(name, space, b'yes')
        for message, expected in ((b'yes', None), (b'no', 'signature')):
            try:
                found = None if verify.check_sshsig(keys.line[name], space, message, blob) >= 0 else 'counter'
            except verify.Bad as bad:
                found = bad.args[0]
            out.append(None if found == expected else {'name': name, 'found': found})
    for name, how, expected in (('a browser', {}, None), ('a browser, without a touch', {'flags': 0}, 'user-presence'),
                                ('a browser, and bytes after it', {'more': b'\0'}, 'sshsig')):
        line, blob = by_browser(keys, space, b'yes', **how)
        try:
            found = None if verify.check_sshsig(line, space, b'yes', blob) == 7 else 'counter'
        except verify.Bad as bad:
            found = bad.args[0]
        out.append(None if found == expected else {'name': name, 'found': found})
    return out


def by_browser(keys, space, message, flags=1, more=b''):
    """A signature of a security key as a browser has it made (OpenSSH, PROTOCOL.u2f, "webauthn signatures"). @returns the key and the SSHSIG"""
    keys.run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'browser.pem'])
    point = keys.run(['openssl', 'pkey', '-in', 'browser.pem', '-pubout', '-outform', 'DER'])[-65:]
    kind, origin, counter = b'sk-ecdsa-sha2-nistp256@openssh.com', b'https://example.com', (7).to_bytes(4, 'big')
    public = wire(kind, b'nistp256', point, b'ssh:')
    signed = b'SSHSIG' + wire(space.encode(), b'', b'sha512', hashlib.sha512(message).digest())
    challenge = base64.urlsafe_b64encode(signed).decode().rstrip('=')
    client = b'{"type":"webauthn.get","challenge":"%s","origin":"%s","crossOrigin":false}' % (challenge.encode(), origin)
    der = keys.run(['openssl', 'dgst', '-sha256', '-sign', 'browser.pem'], sha(b'ssh:') + bytes([flags]) + counter + sha(client))
    r = der[4:4 + der[3]]
    numbers = wire(r, der[6 + len(r):])
    inner = wire(b'webauthn-' + kind, numbers) + bytes([flags]) + counter + wire(origin, client, b'') + more
    return kind.decode() + ' ' + b64(public), b'SSHSIG\0\0\0\1' + wire(public, space.encode(), b'', b'sha512', inner)


def vectors(keys):
    """RFC 8785 section 3.2.2 and 3.2.3, and RFC 6962 roots against the maker's, for sizes 1 to 40."""
    text = '\u20ac$\u000f\nA\'B"\\\\"/'
    names = {'\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\U0001f600': 5, '\u0080': 6, '\u00f6': 7}
    leaves = [sha(b'%d' % i) for i in range(40)]
    checks = {'escapes': verify.canon(text).decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
              'order': list(json.loads(verify.canon(names)).values()) == [2, 4, 6, 7, 1, 5, 3],
              'roots': all(verify.tree_root(leaves[:n]) == root_of(leaves[:n]) for n in range(1, 41))}
    return [None if ok else {'name': name} for name, ok in checks.items()]


def asked(keys):
    """What is remembered changes no verdict: a share of the rows, each judged with and without."""
    rows = ATTACKS[3::8 if SLOW else 60] + [('a good one', None, None)]
    out = []
    for name, _, tweak in rows:
        folder, _ = made(keys, tweak)
        with_memory, without = judged(folder), really(folder)
        out.append(None if with_memory == without else {'name': name, 'said': [with_memory[:2], without[:2]]})
        shutil.rmtree(folder)
    return out


GROUPS = {'table': table, 'rehearsals': rehearsals, 'turns': turns, 'incidents': incidents, 'flips': flips, 'odd': odd,
          'algorithms': algorithms, 'vectors': vectors, 'asked': asked}
