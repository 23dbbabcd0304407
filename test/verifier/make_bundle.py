"""Makes a small ledger and its ceremony's bundle from docs/ledger-format.md and docs/bundle-format.md alone, sharing no
code with keyrite or verify.py: python3 make_bundle.py OUT [production|rehearsal]. Prints the ledger's fingerprint.

Everything but the keys, ECDSA signatures and counters of touches is the same in every run. A `tweak(maker, stage, thing)` sees each thing before it is
hashed or signed and may change it: that is how an attack with real keys is made."""
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta

from agent import Agent

ORG = 'example.com'
NAME = ORG + '/ledger/' + '0123456789abcdef' * 2
CEREMONY = 'ce' * 16
SK = b'sk-ssh-ed25519@openssh.com'
BUNDLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../ceremony-templates/bundle')
PEOPLE = {'alice': (1, ['ciso', 'custodian'], 'stated'), 'bob': (2, ['custodian', 'security-lead'], 'stated'),
          'carol': (3, ['custodian'], 'stated'), 'dave': (4, ['custodian'], 'asserted'), 'erin': (5, ['auditor'], 'stated')}
LATER = {'frank': (6, ['custodian'], 'stated')}
ALL = {**PEOPLE, **LATER}
made_here = set()  # allowed signers, armored signature, namespace and message of what was signed well, as ssh-keygen would be asked


def pid(name):
    return 'p-%016x' % ALL[name][0] if name in ALL else name


def canon(value):
    """RFC 8785 for this file's values: ASCII member names, integers."""
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()


def b64(data):
    return base64.b64encode(data).decode()


def sha(data):
    return hashlib.sha256(data).digest()


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b'\1' + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(index, leaves):
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return path_of(index, leaves[:k]) + [root_of(leaves[k:])]
    return path_of(index - k, leaves[k:]) + [root_of(leaves[:k])]


def wire(*parts):
    return b''.join(len(p).to_bytes(4, 'big') + p for p in parts)


def armored(blob):
    text = b64(blob)
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    return '-----BEGIN SSH SIGNATURE-----\n' + '\n'.join(lines) + '\n-----END SSH SIGNATURE-----\n'


class Keys:
    """The keys of the people and of the writer; every signature is made once."""

    def __init__(self, folder):
        self.folder, self.made, self.line, self.raw, self.touches = folder, {}, {}, {}, 0
        kinds = {'alice': ['ed25519'], 'bob': ['ecdsa', '-b', '256'], 'carol': ['rsa', '-b', '2048'], 'erin': ['ed25519'],
                 'mallory': ['ed25519'], 'frank': ['ed25519'], 'bob2': ['ed25519'], 'p384': ['ecdsa', '-b', '384'], 'p521': ['ecdsa', '-b', '521']}
        for name, kind in kinds.items():
            self.run(['ssh-keygen', '-q', '-t', *kind, '-N', '', '-C', '', '-f', name])
            with open(os.path.join(folder, name + '.pub')) as file:
                self.line[name] = ' '.join(file.read().split()[:2])
        for name in ('dave', 'writer', 'writer2', 'writer3', 'product'):
            self.run(['openssl', 'genpkey', '-algorithm', 'ed25519', '-out', name + '.pem'])
            self.raw[name] = self.run(['openssl', 'pkey', '-in', name + '.pem', '-pubout', '-outform', 'DER'])
        self.line['dave'] = SK.decode() + ' ' + b64(wire(SK, self.raw['dave'][-32:], b'ssh:'))
        self.raw['plain'] = self.raw['dave']  # the same pair of keys, dressed otherwise
        shutil.copy(os.path.join(folder, 'dave.pem'), os.path.join(folder, 'plain.pem'))
        for name in ('writer', 'writer2', 'writer3', 'plain'):
            self.line[name] = self.dressed(name)
        self.agent, self.known = Agent(folder), {}
        self.agent.add_files(folder, list(kinds))
        for name, public in self.raw.items():
            self.agent.add_ed25519(self.run(['openssl', 'pkey', '-in', name + '.pem', '-outform', 'DER'])[-32:], public[-32:])

    def dressed(self, name):
        return 'ssh-ed25519 ' + b64(wire(b'ssh-ed25519', self.raw[name][-32:]))

    def run(self, arguments, message=b''):
        return subprocess.run(arguments, cwd=self.folder, input=message, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout

    def signed(self, line, message):
        """By whoever has this key; RSA and Ed25519 sign the same in the same way each time."""
        asked = (line, message)
        if asked not in self.known:
            self.known[asked] = self.agent.sign(base64.b64decode(line.split(' ')[1]), message)
        return self.known[asked]

    def sign_raw(self, name, message):
        return self.signed(self.dressed(name), message)[-64:]

    def pem(self, name):
        lines = b64(self.raw[name])
        return ('-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n' % lines).encode()

    def sshsig(self, name, space, message, flags=1, digest=b'sha512', reserved=b'', counter=None):
        asked = (name, space, message, flags, digest, reserved, counter)
        if asked not in self.made:
            self.made[asked] = self.make(*asked)
            if digest in (b'sha256', b'sha512') and not reserved:
                made_here.add((b'signer ' + self.line[name].encode(), armored(self.made[asked]).encode(), space, message))
        return self.made[asked]

    def make(self, name, space, message, flags, digest, reserved, counter):
        hashed = hashlib.new(digest.decode(), message).digest()
        signed = b'SSHSIG' + wire(space.encode(), reserved, digest, hashed)
        if name == 'dave':
            self.touches += 1
            touch = bytes([flags]) + (self.touches if counter is None else counter).to_bytes(4, 'big')
            inner = wire(SK, self.sign_raw(name, sha(b'ssh:') + touch + sha(signed))) + touch
        else:
            inner = self.signed(self.line[name], signed)
        public = base64.b64decode(self.line[name].split(' ')[1])
        return b'SSHSIG\0\0\0\1' + wire(public, space.encode(), reserved, digest, inner)

    def fingerprint(self, name):
        return 'SHA256:' + b64(sha(base64.b64decode(self.line[name].split(' ')[1]))).rstrip('=')


TEMPLATE = b'''keyrite: ceremony/1
id: first
acts:
  - id: one
    steps:
      - {id: welcome, kind: confirm}
      - {id: make, kind: confirm}
      - {id: sign, kind: sign-off}
'''
NIGHTS = ['incident.contain', 'incident.replace', 'incident.ratify', 'key.unrevoke']
MOVES = 'activate suspend resume deactivate compromise destroy destroy-held cancel-destroy hold release-hold set rotate rollback standby adopt import alias replicate'.split()


class Maker:
    def __init__(self, keys, tweak=None, production=False, level='full', rehearsal=False):
        self.rehearsal = rehearsal
        self.keys, self.tweak, self.production, self.level = keys, tweak or (lambda maker, stage, thing: None), production, level
        self.bytes, self.leaves, self.entries, self.blobs, self.openings = [], [], [], {}, {}
        self.clock, self.salts, self.scope = 0, 0, ''
        self.wrote, self.signing = [(0, 'writer')], {n: n for n in ALL}
        self.tweaks, self.place, self.left_out = set(), CEREMONY, set()

    def first(self, tweak):
        """Whether this tweak is asked for the first time by this maker."""
        known = tweak in self.tweaks
        self.tweaks.add(tweak)
        return not known

    def time(self, seconds):
        return (datetime(2026, 11, 22, 3) + timedelta(seconds=seconds)).isoformat(timespec='milliseconds') + 'Z'

    def private(self, value):
        self.salts += 1
        salt = sha(b'salt %d' % self.salts)
        name = sha(b'keyrite/v1/field\n' + salt + canon(value)).hex()
        self.openings[name] = {'salt': salt.hex(), 'value': value}
        return {'$': name}

    def blob(self, data, kind='application/json'):
        self.blobs[sha(data).hex()] = data
        return {'blob': sha(data).hex(), 'size': len(data), 'type': kind}

    def append(self, kind, data, label=None, approved=None, ceremony=...):
        self.tweak(self, 'before:' + (label or kind), None)
        self.clock += 60
        ceremony = self.place if ceremony is ... else ceremony
        entry = {'v': 1, 'ledger': NAME, 'seq': len(self.entries), 'prev': self.leaves[-1].hex() if self.leaves else '00' * 32,
                 'time': self.time(self.clock), 'type': kind, 'approved': approved, 'ceremony': ceremony, 'data': data,
                 'actor': {'evidence': 'stated', 'host': self.private('machine-1'), 'person': pid('alice') if self.entries else None},
                 'tool': {'sha256': 'aa' * 32, 'version': '0.1.0'}}
        if kind == 'quorum.opened' and self.production:
            entry['actor']['person'] = pid('erin')  # its author
        if 'statement' in data:
            entry['actor'].update(evidence='signed', person=data['statement']['person'])
        self.tweak(self, 'entry:' + (label or kind), entry)
        self.entries.append(entry)
        self.bytes.append(canon(entry))
        self.tweak(self, 'bytes:' + (label or kind), self.bytes)
        self.leaves.append(sha(b'\0' + self.bytes[-1]))
        return entry['seq']

    def incident(self):
        """Opens one, as an entry that is in no bundle. Returns its seq."""
        seq = self.append('incident.opened', {'key': 'payments', 'profile': 'room', 'reason': 'key-compromise', 'ticket': None,
                                              'order': 'contain', 'intent': '44' * 16}, ceremony=None)
        self.left_out.add(seq)
        del self.openings[self.entries[seq]['actor']['host']['$']]
        return seq

    def statement(self, use, about, name, decision='attest', plan=None, more=None, ceremony=..., size=None):
        size, key = size or len(self.leaves), self.signing[name]
        s = {'about': self.leaves[about].hex(), 'checkpoint': {'root': b64(root_of(self.leaves[:size])), 'size': size},
             'decision': decision, 'issued': self.time(self.clock), 'key': self.keys.fingerprint(key), 'ledger': self.leaves[0].hex(),
             'person': pid(name), 'plan_sha256': plan, 'roles': ALL[name][1], 'type': 'keyrite.statement/1', 'use': use}
        how = {'statement': s, 'key': key, 'space': self.space(use), 'flags': 1, 'counter': None}
        label = '%s%s:%s' % (self.scope, use, name)
        self.tweak(self, 'statement:' + label, how)
        how['blob'] = self.keys.sshsig(how['key'], how['space'], canon(s), how['flags'], counter=how['counter'])
        self.tweak(self, 'signature:' + label, how)
        kind = {'founding': 'founder.signed', 'approval': 'approval.given', 'presence': 'participant.present', 'receipt': 'shares.receipt'}.get(use, use + '.signed')
        return self.append(kind, {'statement': s, 'signature': b64(how['blob']), **(more or {})}, label,
                           ceremony=None if use == 'founding' else ceremony)

    def space(self, use):
        return 'keyrite-%s-v1@%s' % ('rehearsal' if self.rehearsal else use, ORG)

    def roster(self, state):
        people = [{'id': pid(n), 'keys': [{'class': kind, 'key': self.keys.line[n]}], 'recipient': None, 'roles': roles, 'state': state(n)}
                  for n, (_, roles, kind) in PEOPLE.items()]
        roster = {'people': people, 'type': 'keyrite.roster/1'}
        self.tweak(self, 'roster', roster)
        return roster

    def standing(self):
        return self.roster(lambda n: 'active')

    def absent(self):
        return ()

    def askable(self):
        return [pid(n) for n in ('alice', 'bob', 'carol', 'dave')]

    def policy(self):
        def rule(name, operations, people, start=(), roles=(), kinds=None):
            return {'classes': None, 'from': list(start), 'id': name, 'kinds': kinds, 'operations': operations, 'people': people,
                    'roles': list(roles)}
        policy = {'name': 'small', 'rules': [rule('profile-local', ['profile.add'], 0, kinds=['local']),
                                             rule('key-create', ['key.create'], 3, ['custodian'], ['ciso', 'security-lead']),
                                             rule('key-use', ['key.' + one for one in [*MOVES, 'schedule', 'grant', 'ungrant', 'delete']] + NIGHTS + ['profile.add', 'profile.remove'], 2, ['custodian'])],
                  'minimums': {'algorithms': ['ed25519'], 'witnesses': 1}, 'stated_keys': [], 'times': {'idle': 'PT1H', 'request': 'PT72H'},
                  'type': 'keyrite.policy/1'}
        if self.production:
            policy['stated_keys'] = [self.keys.fingerprint('alice'), self.keys.fingerprint('bob')]
        self.tweak(self, 'policy', policy)
        return policy

    def vkey(self, name):
        public = b'\1' + self.keys.raw[name][-32:]
        return '%s+%s+%s' % (NAME, sha(NAME.encode() + b'\n' + public)[:4].hex(), b64(public))

    def found(self):
        self.standing_policy = self.policy()
        people = [{'address': self.private(n + '@example.com'), 'id': pid(n), 'name': self.private(n.title())} for n in PEOPLE]
        self.append('ledger.opened', {
            'organisation': ORG, 'vkey': self.vkey('writer'), 'policy': self.blob(canon(self.standing_policy)),
            'roster': self.blob(canon(self.roster(lambda n: 'unsigned'))), 'people': people, 'continues': None,
            **({'rehearsal': True} if self.rehearsal else {})}, ceremony=None)
        for name in ('alice', 'bob', 'carol', 'dave', 'erin'):
            self.statement('founding', 0, name)
        self.profile = {'environment': 'production' if self.production else 'test', 'identity': {'token': 'T-1'}, 'kind': 'local',
                        'name': 'room'}
        self.append('profile.added', {**self.profile, 'prover': None, 'generation': 1}, approved=0, ceremony=None)

    def ask(self, who=('alice', 'bob', 'dave')):
        self.change = {'algorithm': 'ed25519', 'class': 'tls', 'classification': 'confidential', 'consumers': [], 'expires': None, 'key': 'payments',
                       'owner': pid('alice'), 'parent': None, 'purpose': 'sign', 'scheme': 'eddsa', 'version': 1}
        self.plan = {'change': self.change, 'operation': 'key.create', 'phases': [
            {'earliest': None, 'latest': None, 'name': n} for n in ('create', 'activate')], 'profile': self.profile, 'rests': [],
            'rule': 'key-create', 'type': 'keyrite.plan/1'}
        self.tweak(self, 'plan', self.plan)
        plan = self.blob(canon(self.plan))
        opened = self.append('quorum.opened', {
            'operation': 'key.create', 'plan': plan, 'policy': self.blob(canon(self.standing_policy)),
            'roster': self.blob(canon(self.standing())), 'who': self.askable(),
            'needs': {'people': 3, 'roles': ['ciso', 'security-lead']}, 'nonce': sha(b'nonce %d' % len(self.entries)).hex()[:32],
            'expires': self.time(self.clock + 6000), 'names': {'p1': self.private('nobody')}, 'reason': None, 'ticket': self.private('CHG-1')})
        if self.production:
            self.statement('proposal', opened, 'erin', plan=plan['blob'])
        given = [self.statement('approval', opened, n, 'approve', plan['blob'], {'reason': None}) for n in who]
        return self.append('quorum.met', {'opened': opened, 'approvals': given})

    def act(self, met):
        key = {'key': 'payments', 'version': 1}
        made = self.append('key.create.intended', {**key, 'profile': 'room', 'intent': '11' * 16, 'before': []}, approved=met)
        public = self.blob(self.keys.raw['product'], 'application/pkix-spki')
        self.append('key.created', {**key, 'intended': made, 'profile': 'room', 'ref': {'key': 'k1', 'version': '1'}, 'spec': self.change,
                                    'public': public, 'protection': {'level': 'software', 'fips': None, 'evidence': 'stated', 'detail': 'file'},
                                    'generation': 2}, approved=met)
        tried = self.append('key.try.intended', {**key, 'profile': 'room', 'intent': '22' * 16, 'probes': ['sign']})
        self.append('key.tried', {**key, 'intended': tried, 'profile': 'room', 'ok': True, 'results': [], 'sample': None, 'generation': 2})
        move = {'from': 'pre-active', 'to': 'active'}
        moved = self.append('key.state.intended', {**key, **move, 'profile': 'room', 'intent': '33' * 16}, approved=met)
        self.append('key.state.changed', {**key, **move, 'intended': moved, 'profile': 'room', 'enforced': 'probe', 'results': [], 'generation': 3}, approved=met)

    def ledger(self):
        self.found()
        self.template = TEMPLATE
        self.append('ceremony.opened', {
            'template': self.blob(self.template, 'application/yaml'), 'title': 'The first key', 'parameters': {'key': 'payments'},
            'participants': [{'role': 'custodian', 'people': [pid(n) for n in ('alice', 'bob', 'dave')]}, {'role': 'auditor', 'people': [pid('erin')]}],
            'profile': {k: self.profile[k] for k in ('name', 'environment', 'identity')}, 'location': self.private('room 4'), 'machine': {}})
        opened = len(self.entries) - 1
        for name in ('alice', 'dave'):
            self.statement('presence', opened, name)
        self.step('welcome')
        self.append('ceremony.paused', {'step': 'make', 'remain': [pid('alice')]})
        self.append('ceremony.resumed', {'step': 'make', 'present': [pid(n) for n in ('alice', 'bob', 'dave', 'erin')]})
        self.act(self.ask())
        self.step('make')
        self.deviate()
        self.sign_off(1)
        self.tweak(self, 'whole', None)

    def deviate(self):
        self.append('deviation.recorded', {'step': 'make', 'what': self.private('another seal'), 'why': self.private('the first was torn'),
                                           'decided_by': pid('alice'), 'agreed_by': [pid('bob'), pid('erin')]})

    def sign_off(self, number):
        mine = [e['seq'] for e in self.entries if e['ceremony'] == CEREMONY]
        about = self.append('signoff.opened', {
            'round': number, 'template_sha256': sha(self.template).hex(), 'first': mine[0], 'count': len(mine),
            'root': b64(root_of([self.leaves[i] for i in mine])), 'keys': [{'key': name, 'version': 1} for name in ('payments', getattr(self, 'brought', None)) if name],
            'sets': [e['data']['set'] for e in self.entries if e['type'] == 'shares.split' and e['ceremony'] == CEREMONY],
            'deviations': [e['seq'] for e in self.entries if e['type'] == 'deviation.recorded']})
        for name in ('alice', 'bob', 'dave', 'erin'):
            if self.tweak(self, 'sign-off', name) is None and name not in self.absent():
                self.statement('transcript', about, name)

    def step(self, name):
        self.append('step.done', {'step': name, 'kind': 'confirm', 'started': self.time(self.clock), 'minutes': 2, 'by': [pid('alice')],
                                  'result': {}}, 'step:' + name)

    def checkpoint(self, size):
        body = '%s\n%d\n%s\n' % (NAME, size, b64(root_of(self.leaves[:size])))
        key = [key for since, key in self.wrote if since <= size][-1]
        signature = bytes.fromhex(self.vkey(key).split('+')[1]) + self.keys.sign_raw(key, body.encode())
        return (body + '\n— ' + NAME + ' ' + b64(signature) + '\n').encode()

    def folder(self):
        """Every file of the bundle but the two SHA256SUMS files: path -> bytes."""
        note = self.checkpoint(len(self.leaves))
        public, roster = self.keys.raw['product'], canon(self.standing())
        uses = ('approval', 'founding', 'possession', 'presence', 'proposal', 'receipt', 'transcript')
        spaces = ','.join(dict.fromkeys(self.space(use) for use in uses))
        lines = ['%s namespaces="%s" %s\n' % (p['id'], spaces, k['key']) for p in json.loads(roster)['people'] for k in p['keys']]
        lines.append('writer namespaces="%s" %s\n' % (self.space('bundle'), self.keys.line[self.wrote[-1][1]]))
        files = {'checkpoint': note, 'openings.json': canon(self.openings if self.level == 'full' else {}), 'roster.json': roster,
                 'policy.json': canon(self.standing_policy), 'template.yaml': self.template, 'minutes.html': b'<p>minutes</p>\n',
                 'minutes.txt': b'minutes\n', 'script.pdf': b'%PDF',
                 'script.html': b'<p>' + sha(self.template).hex().encode(), 'minutes.pdf': b'%PDF', 'allowed_signers': ''.join(lines).encode(),
                 'keys/payments-v1.pem': self.keys.pem('product'),
                 'bundle.json': canon({'ceremony': CEREMONY, 'entries': [n for n in range(len(self.entries)) if n not in self.left_out], 'fingerprint': self.leaves[0].hex(),
                                       'ledger': NAME, 'level': self.level, 'tool': self.entries[0]['tool'], 'type': 'keyrite.bundle/1'})}
        for number, name in getattr(self, 'versions', {}).items():
            files['keys/payments-v%d.pem' % number] = self.keys.pem(name)
        if hasattr(self, 'brought'):
            files['keys/brought-v1.pem'] = self.keys.pem('product')
        for name in getattr(self, 'adopted', ()):
            files.update({'keys/%s-v%d.pem' % (name, number): self.keys.pem('product')
                          for number in (1, 2)})
        for name in ('verify.py', 'VERIFY.md'):
            with open(os.path.join(BUNDLE, name), 'rb') as file:
                files[name] = file.read()
        for digest, data in self.blobs.items():
            files['blobs/' + digest] = data
        for seq, data in enumerate(self.bytes):
            if seq in self.left_out:
                continue
            files['entries/%06d.json' % seq] = data
            hashes = ''.join(b64(h) + '\n' for h in path_of(seq, self.leaves))
            files['proofs/%06d.tlog-proof' % seq] = b'c2sp.org/tlog-proof@v1\nindex %d\n' % seq + hashes.encode() + b'\n' + note
            held = self.entries[seq]['data']
            if 'statement' in held:
                files['statements/%06d.json' % seq] = canon(held['statement'])
                files['statements/%06d.sig' % seq] = armored(base64.b64decode(held['signature'])).encode()
        self.tweak(self, 'files', files)
        return files

    def write(self, out):
        files = self.folder()
        names = sorted(files, key=lambda name: name.encode())
        sums = ''.join('%s  %s\n' % (sha(files[name]).hex(), name) for name in names).encode()
        files['SHA256SUMS'] = sums
        files['SHA256SUMS.sig'] = armored(self.keys.sshsig(self.wrote[-1][1], self.space('bundle'), sums)).encode()
        self.tweak(self, 'signed files', files)
        for name, data in files.items():
            os.makedirs(os.path.dirname(os.path.join(out, name)), exist_ok=True)
            with open(os.path.join(out, name), 'wb') as file:
                file.write(data)
        return self.leaves[0].hex()


def main(out, kind='test'):
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(Keys(folder), production=kind == 'production', rehearsal=kind == 'rehearsal')
        maker.ledger()
        print(maker.write(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
