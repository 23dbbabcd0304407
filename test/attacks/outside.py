"""Attacks on a ledger by somebody who owns its machine, with stock tools: the command line, SQLite, OpenSSL and ssh-keygen.

Founds a ledger, makes a key, leaves two requests open, and then attacks a copy of that, once in each way, with the real writer
key (with SLOW=1 in every way). Prints one line of JSON: what `ledger verify` said of each. Nothing here is taken from keyrite's sources but the format.
"""
import base64
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1:]
NAMES = ['alice', 'bob', 'carol', 'dan', 'erin']
ROOT = tempfile.mkdtemp(prefix='keyrite-outside-')
HOME, STATE = ROOT + '/home', ROOT + '/state'


def keyrite(*arguments):
    env = {'PATH': os.environ['PATH'], 'HOME': ROOT, 'KEYRITE_HOME': HOME, 'XDG_STATE_HOME': STATE}
    done = subprocess.run([*PROGRAM, *arguments, '--json'], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return {**json.loads(done.stdout or '{}'), 'exit': done.returncode, 'stderr': done.stderr}


def signed(*names):
    return [word for name in names for word in ('--sign-with', '%s@example.com=%s/%s' % (name, ROOT, name))]


def create(name, *more):
    return keyrite('key', 'create', name, '--profile', 'main', '--algorithm', 'ec-p256', '--purpose', 'sign',
                   '--class', 'jwt-signing', '--owner', 'alice', '--as', 'alice', *more)


def prepare():
    people = []
    for name in [*NAMES, 'erin-at-home']:
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', ROOT + '/' + name], check=True)
    for name in NAMES:
        people += ['--person', '%s@example.com=%s/%s.pub' % (name, ROOT, name)]
    with open(ROOT + '/pin-of-main', 'w') as file:
        file.write('a pin for tests only')
    os.chmod(ROOT + '/pin-of-main', 0o600)
    roles = ['--role', 'alice@example.com=security-lead,custodian', '--role', 'bob@example.com=ciso,custodian']
    steps = [keyrite('init', '--org', 'example.com', *people, *roles, *signed(*NAMES)),
             keyrite('profile', 'add', 'main', '--kind', 'local', '--environment', 'test',
                     '--pin-file', ROOT + '/pin-of-main', '--as', 'alice'),
             create('made', *signed('carol', 'dan', 'erin')),
             keyrite('ledger', 'pin', '--out', ROOT + '/checkpoint')]
    waiting = [create('one', *signed('carol', 'dan')), create('two', *signed('carol'))]
    assert [step['exit'] for step in steps + waiting] == [0, 0, 0, 0, 8, 8], steps + waiting
    for name in (HOME, STATE):
        shutil.copytree(name, name + '-before')


def put_back():
    for name in (HOME, STATE):
        shutil.rmtree(name)
        shutil.copytree(name + '-before', name)


def canon(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()


def leaf(data):
    return hashlib.sha256(b'\0' + data).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b'\1' + root(leaves[:half]) + root(leaves[half:])).digest()


def openssl(*arguments):
    return subprocess.run(['openssl', *arguments], check=True, capture_output=True).stdout


def checkpoint(name, leaves):
    folder = STATE + '/keyrite/writers/'
    key = folder + next(one for one in os.listdir(folder) if one.endswith('.key'))
    text = ('%s\n%d\n%s\n' % (name, len(leaves), base64.b64encode(root(leaves)).decode())).encode()
    with open(ROOT + '/note', 'wb') as file:
        file.write(text)
    public = openssl('pkey', '-in', key, '-pubout', '-outform', 'DER')[-32:]
    signature = openssl('pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', ROOT + '/note')
    blob = hashlib.sha256(name.encode() + b'\n\1' + public).digest()[:4] + signature
    return text + ('\n\u2014 %s %s\n' % (name, base64.b64encode(blob).decode())).encode()


def signature(name, space, message):
    done = subprocess.run(['ssh-keygen', '-Y', 'sign', '-q', '-f', '%s/%s' % (ROOT, name), '-n', space], input=message,
                          check=True, capture_output=True)
    return base64.b64decode(b''.join(done.stdout.split(b'\n')[1:-2]))


def certified(blob):
    """The same signature, with a certificate for the key where the key stands."""
    subprocess.run(['ssh-keygen', '-q', '-s', ROOT + '/alice', '-I', 'x', '-n', 'erin', ROOT + '/erin.pub'], check=True, capture_output=True)
    with open(ROOT + '/erin-cert.pub') as file:
        certificate = base64.b64decode(file.read().split()[1])
    os.remove(ROOT + '/erin-cert.pub')
    after = 14 + int.from_bytes(blob[10:14], 'big')
    return blob[:10] + len(certificate).to_bytes(4, 'big') + certificate + blob[after:]


def wal():
    with sqlite3.connect(HOME + '/ledger.db') as db:
        db.execute('PRAGMA journal_mode = WAL')
    db.close()


def view():
    with sqlite3.connect(HOME + '/ledger.db') as db:
        for one in ('DROP TRIGGER entries_refuse_update', 'DROP TRIGGER entries_refuse_delete', 'ALTER TABLE entries RENAME TO rows',
                    'CREATE VIEW entries AS SELECT * FROM rows'):
            db.execute(one)


def own_pin(first, data):
    os.makedirs(STATE + '/keyrite/pins', mode=0o700, exist_ok=True)
    path = STATE + '/keyrite/pins/' + leaf(canon(first)).hex()
    with open(path, 'wb') as file:
        file.write(data)
    os.chmod(path, 0o600)


def opened(db):
    return [json.loads(row[0]) for row in db.execute('SELECT bytes FROM entries ORDER BY seq')]


def append(*drafts):
    """Entries under the real key, in one transaction, as the program would have written them."""
    with sqlite3.connect(HOME + '/ledger.db') as db:
        entries, leaves = opened(db), [row[0] for row in db.execute('SELECT leaf FROM entries ORDER BY seq')]
        for draft in drafts:
            entry = {**draft, 'seq': len(leaves), 'prev': leaves[-1].hex(), 'time': entries[-1]['time']}
            leaves.append(leaf(canon(entry)))
            db.execute('INSERT INTO entries VALUES (?, ?, ?)', (len(leaves) - 1, leaves[-1], canon(entry)))
        db.execute('INSERT INTO checkpoints VALUES (?, ?)', (len(leaves), checkpoint(entries[0]['ledger'], leaves)))


def rewrite(change):
    """The whole history, every entry and hash after it, under the real key."""
    with sqlite3.connect(HOME + '/ledger.db') as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute('DROP TRIGGER ' + name)
        entries, leaves = [entry for entry in map(change, opened(db)) if entry], []
        db.execute('DELETE FROM entries')
        db.execute('DELETE FROM checkpoints')
        for seq, entry in enumerate(entries):
            entry = {**entry, 'seq': seq, 'prev': leaves[-1].hex() if leaves else '0' * 64}
            leaves.append(leaf(canon(entry)))
            db.execute('INSERT INTO entries VALUES (?, ?, ?)', (seq, leaves[-1], canon(entry)))
        db.execute('INSERT INTO checkpoints VALUES (?, ?)', (len(leaves), checkpoint(entries[0]['ledger'], leaves)))
        for _, sql in triggers:
            db.execute(sql)


def shown_to_another():
    """An auditor elsewhere has seen, and pinned, a history of as many entries of which the last is another."""
    with sqlite3.connect(HOME + '/ledger.db') as db:
        entries = opened(db)
    leaves = [leaf(canon(entry)) for entry in entries[:-1]] + [leaf(b'another')]
    with open(ROOT + '/checkpoint-of-another', 'wb') as file:
        file.write(checkpoint(entries[0]['ledger'], leaves))


def of_their_own():
    """A whole other ledger of the same organisation and names, with keys that the thief has, in the place of the real one."""
    shutil.rmtree(HOME)
    for name in NAMES:
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', ROOT + '/false-' + name], check=True)
    people = [word for name in NAMES for word in ('--person', '%s@example.com=%s/false-%s.pub' % (name, ROOT, name))]
    signing = [word for name in NAMES for word in ('--sign-with', '%s@example.com=%s/false-%s' % (name, ROOT, name))]
    made = keyrite('init', '--org', 'example.com', *people, '--role', 'alice@example.com=security-lead,custodian',
                   '--role', 'bob@example.com=ciso,custodian', *signing)
    assert made['exit'] == 0, made


def attacks():
    with sqlite3.connect(HOME + '/ledger.db') as db:
        entries = opened(db)
    kinds = {kind: [entry for entry in entries if entry['type'] == kind] for kind in {entry['type'] for entry in entries}}
    one, two = kinds['quorum.opened'][-2:]
    about = lambda asked: [entry for entry in kinds['approval.given']
                           if entry['data']['statement']['about'] == leaf(canon(asked)).hex()]
    old, (carol, dan), met = about(kinds['quorum.opened'][0]), about(one), kinds['quorum.met'][0]
    cites = lambda *seqs: {**met, 'data': {'opened': one['seq'], 'approvals': list(seqs)}}
    intent, end = kinds['key.create.intended'][0], len(entries)
    for_two = json.loads(json.dumps(dan))
    for_two['data']['statement']['about'] = leaf(canon(two)).hex()
    anew = lambda **more: {**intent, 'data': {**intent['data'], 'intent': os.urandom(16).hex(), **more}}
    host, erin, end_of = entries[0]['actor']['host'], old[-1]['data']['statement'], lambda: append(cites(carol['seq'], dan['seq'], end))

    def answered(use='approval', key='erin', bent=lambda blob: blob, said=None, actor=None):
        """Erin's yes to the first request, who has not been asked, signed as told and counted."""
        statement = {**carol['data']['statement'], **{name: erin[name] for name in ('person', 'roles', 'key')}, **(said or {})}
        blob = bent(signature(key, 'keyrite-%s-v1@example.com' % use, canon(statement)))
        append({**carol, 'actor': {**carol['actor'], 'person': erin['person'], **(actor or {})}, 'data': {
            **carol['data'], 'statement': statement, 'signature': base64.b64encode(blob).decode()}})
        end_of()
    enrolled = {**intent, 'type': 'custodian.enrolled', 'approved': met['seq'], 'data': {
        'person': 'p-' + 'e' * 16, 'name': host, 'address': host, 'roles': ['custodian'], 'recipient': None, 'attestation': None,
        'keys': [{'class': 'stated', 'key': ' '.join(open(ROOT + '/erin.pub').read().split()[:2])}]}}
    return {
        'nothing': lambda: None,
        'replay: the same answer again': lambda: append(dan),
        'replay: an answer to one request for another': lambda: append(for_two),
        'count: two of three': lambda: append(cites(carol['seq'], dan['seq'])),
        'count: one answer twice': lambda: append(cites(carol['seq'], dan['seq'], dan['seq'])),
        'count: one answer appended twice': lambda: append(dan, cites(carol['seq'], dan['seq'], end)),
        'count: an answer to an older request': lambda: append(cites(*sorted([carol['seq'], dan['seq'], old[-1]['seq']]))),
        'act: another key under an approval that was used': lambda: append(anew(key='evil')),
        'act: without approval': lambda: append({**anew(key='evil'), 'approved': None}),
        'act: allowed by the founding': lambda: append({**anew(key='evil'), 'approved': 0}),
        'people: enrolled under an approval of something else': lambda: append(enrolled),
        'profile: called production since the beginning': lambda: rewrite(lambda e: {
            **e, 'data': {**e['data'], 'environment': 'production'}} if e['type'] == 'profile.added' else e),
        'rollback: the newest entries gone': lambda: rewrite(lambda e: e if e['seq'] < end - 2 else None),
        'fork: other entries in the same places': lambda: rewrite(
            lambda e: {**e, 'tool': {**e['tool'], 'version': '9.9.9'}} if e['seq'] == end - 1 else e),
        'signed: as a presence': lambda: answered(use='presence'),
        'signed: as in a rehearsal': lambda: answered(use='rehearsal'),
        'signed: with a byte after it': lambda: answered(bent=lambda blob: blob + b'\0'),
        'signed: by a key of hers that is not in the roster': lambda: answered(key='erin-at-home'),
        'signed: under a certificate for her key': lambda: answered(bent=certified),
        'signed: with more roles than she has': lambda: answered(said={'roles': ['ciso', 'custodian']}),
        'signed: on another plan': lambda: answered(said={'plan_sha256': two['data']['plan']['blob']}),
        'signed: on a tree that was not there yet': lambda: answered(said={
            'checkpoint': {**erin['checkpoint'], 'size': end + 5}}),
        'signed: in the name of another': lambda: answered(actor={'person': carol['actor']['person']}),
        'people: retired under an approval of something else': lambda: append({
            **intent, 'type': 'custodian.retired', 'approved': met['seq'], 'data': {'person': erin['person']}}),
        'policy: adopted under an approval of something else': lambda: append({
            **intent, 'type': 'policy.adopted', 'approved': met['seq'], 'data': {'policy': entries[0]['data']['policy']}}),
        'writer: changed under an approval of something else': lambda: append({
            **intent, 'type': 'writer.changed', 'approved': met['seq'], 'data': {'by': 'replacement', 'vkey': entries[0]['data']['vkey']}}),
        'act: a key called destroyed': lambda: append({**intent, 'type': 'key.state.changed', 'approved': met['seq'], 'data': {
            'key': 'made', 'version': 1, 'from': 'active', 'to': 'destroyed', 'intended': intent['seq'], 'enforced': [], 'results': [],
            'generation': 9}}),
        'profile: production by a rule for tests': lambda: append({**kinds['profile.added'][0], 'data': {
            **kinds['profile.added'][0]['data'], 'name': 'other', 'environment': 'production'}}),
        'file: set to write ahead': lambda: wal(),
        'file: a view in the place of a table': lambda: view(),
        'pin: overwritten': lambda: own_pin(entries[0], b'x' * 99),
        'split: an auditor elsewhere was shown another last entry': shown_to_another,
        'ledger: a whole other one, with keys of the thief': of_their_own,
        'history: made again with another time': lambda: rewrite(lambda e: {**e, 'time': e['time'][:-2] + '0Z'}),
    }


try:
    prepare()
    said = {}
    every = 1 if os.environ.get('SLOW') == '1' else 11  # a share of them, the first of which is none
    for name, attack in list(attacks().items())[::every]:
        attack()
        pins = [path for path in (ROOT + '/checkpoint', ROOT + '/checkpoint-of-another') if os.path.exists(path)]
        found = keyrite('ledger', 'verify', *[word for path in pins for word in ('--pin', path)])
        acts = create('after', *signed('carol'))
        said[name] = {'verify': found['exit'], 'rules': sorted({one['rule'] for one in found['problems']}), 'acts': acts['exit']}
        put_back()
        if len(pins) > 1:
            os.remove(pins[1])
    print(json.dumps(said))
finally:
    shutil.rmtree(ROOT)
