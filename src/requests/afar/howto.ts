/** `HOWTO.md`: the same with stock tools. */
import {namespaceOf} from '../../custody/index.ts'
import type {Decision} from './layout.ts'
import type {Examined} from './core.ts'

const asked: Readonly<Record<Decision, string>> = {
  approve: 'yes',
  reject: 'no',
  attest: 'yes',
}

/** Checks every digest of the folder, and prints what is asked; Python 3 and nothing else. */
const check = `import hashlib, json, base64
def read(name): return open(name, 'rb').read()
def leaf(data): return hashlib.sha256(b'\\0' + data).hexdigest()
def show(*words):  # what hides or drives a terminal is written out
    print(*(''.join(c if c.isprintable() else ascii(c)[1:-1] for c in str(word)) for word in words))
said = json.loads(read('STATEMENT'))
for answer in STATEMENTS:
    one = json.loads(read(answer))
    assert one['decision'] == answer, answer + ' says another answer than it is called'
    assert {**one, 'decision': None} == {**said, 'decision': None}, answer + ' is about something else'
entry = json.loads(read('entry'))
box = json.loads(read('openings.json'))
first = base64.b64decode(box['entries'][0])
assert leaf(read('entry')) == said['about'], 'entry is not what the statement is about'
assert leaf(first) == said['ledger'], 'the first entry is that of another ledger'
for name in ('plan', 'policy', 'roster'):
    ref = entry['data'].get(name)
    if isinstance(ref, dict) and 'blob' in ref:
        assert hashlib.sha256(read(name + '.json')).hexdigest() == ref['blob'], name + '.json was changed'
if said['plan_sha256'] and said['use'] != 'certificate':
    assert said['plan_sha256'] == entry['data']['plan']['blob'], 'the statement is over another plan'
    print(json.dumps(json.loads(read('plan.json')), indent=2))
size, root = said['checkpoint']['size'], base64.b64decode(said['checkpoint']['root'])
def inside(hash, at):  # RFC 9162, section 2.1.3.2
    fn, sn, node = at['index'], size - 1, bytes.fromhex(hash)
    for other in map(base64.b64decode, at['hashes']):
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b'\\1' + other + node).digest()
            while fn and not fn & 1: fn, sn = fn >> 1, sn >> 1
        else: node = hashlib.sha256(b'\\1' + node + other).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and node == root
proof = json.loads(read('proof'))
last = entry['seq'] == size  # the question of a take-over follows the head: the entry before it is looked for
assert inside(entry['prev'] if last else leaf(read('entry')), proof['inclusion']), 'entry is not in the ledger that the statement names'
people = {p['id']: p for p in json.loads(first)['data']['people']}
gone = set()
for source, at in zip(map(base64.b64decode, box['entries'][1:]), proof.get('names', [])):
    assert inside(leaf(source), at), 'an entry with names, or by which some were erased, is not in the ledger'
    data = json.loads(source)['data']
    if json.loads(source)['type'] == 'openings.erased': gone.update(data['commitments'])
    else: people[data['person']] = data
for commitment, one in box['openings'].items():
    value = json.dumps(one['value'], ensure_ascii=False, separators=(',', ':'), sort_keys=True).encode()
    digest = hashlib.sha256(b'keyrite/v1/field\\n' + bytes.fromhex(one['salt']) + value).hexdigest()
    assert digest == commitment, 'an opening was changed'
def value(field): return '(erased)' if field['$'] in gone else box['openings'].get(field['$'], {}).get('value')
names = {one: value(p['name']) for one, p in people.items()}
for party, field in entry['data'].get('names', {}).items(): show(party + ':', value(field))
for why in ('reason', 'ticket'):
    if said['plan_sha256'] and isinstance(entry['data'].get(why), dict): show(why + ':', value(entry['data'][why]))
for person in entry['data'].get('who', []): show('may answer:', person, names.get(person))
print('expires:', entry['data'].get('expires'))
print('ledger:', said['ledger'], '(its fingerprint: compare it with the one on paper)')
show('everything here belongs together; you sign as', said['person'], names.get(said['person']))`

/** What is asked where it is no plan: who founds what, and what happened. */
const more: Readonly<Record<string, string>> = {
  founding: `
for person in json.loads(read('roster.json'))['people']:
    show(names.get(person['id']), person['id'], ', '.join(person['roles']), *(key['key'] for key in person['keys']))
for rule in json.loads(read('policy.json'))['rules']:
    show(rule['id'] + ':', ', '.join(rule['operations']), '-', rule['people'], 'of', ', '.join(rule['from']), 'with', rule['roles'])`,
  certificate: `
assert hashlib.sha256(read('certificate.txt')).hexdigest() == said['plan_sha256'], 'certificate.txt is not what you sign'
assert entry['data']['to'] == 'destroyed' and said['about'] in read('certificate.txt').decode(), 'it is about something else'
for line in read('certificate.txt').decode().split('\\n'): show(line)`,
  transcript: `
lines = read('transcript.jsonl').split(b'\\n')
assert lines.pop() == b'', 'transcript.jsonl is cut off'
def root(leaves):  # RFC 6962, section 2.1
    if len(leaves) == 1: return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b'\\1' + root(leaves[:half]) + root(leaves[half:])).digest()
whole = base64.b64encode(root([bytes.fromhex(leaf(line)) for line in lines])).decode()
assert (whole, len(lines)) == (entry['data']['root'], entry['data']['count']), 'the transcript is another'
for one in map(json.loads, lines):
    show(one['time'], one['type'], one['data'].get('step') or one['data'].get('key') or '', names.get(one['actor']['person']) or '')`,
}

export function howto({use, facts, content, statements, person}: Examined): string {
  const namespace = namespaceOf(use, facts)
  const [first = 'attest'] = statements.keys()
  const answers = `[${[...statements.keys()].map((one) => `'${one}'`).join(', ')}]`
  const digest =
    use === 'approval' || use === 'proposal' || use === 'possession'
      ? ['    sha256sum plan.json']
      : use === 'certificate'
        ? ['    sha256sum certificate.txt']
        : ["    (printf '\\000'; cat entry) | sha256sum"]
  return [
    `# ${facts.rehearsal ? 'REHEARSAL: how' : 'How'} to answer ${content.id} of ${facts.organisation}`,
    '',
    'You do not have to believe this folder. `words.txt` says what it asks; the commands below show whether that is so.',
    '',
    '## With keyrite',
    '',
    'It needs no ledger, checks everything here, and shows the plan before it asks:',
    '',
    '    keyrite request sign . --key ~/.ssh/id_ed25519',
    ...(use === 'approval'
      ? ['    keyrite request sign . --key ~/.ssh/id_ed25519 --reject --reason "why not"']
      : []),
    '',
    '## With OpenSSH and Python',
    '',
    `1. Look at what is asked. This digest must be ${content.digest},`,
    '   which is also what is read aloud, or told you by another channel:',
    '',
    ...digest,
    '',
    '2. Let Python hold every document against the digests in what you sign:',
    '',
    '```sh',
    "python3 - <<'EOF'",
    ...`${check.replace('STATEMENTS', answers).replace('STATEMENT', first)}${more[use] ?? ''}`.split('\n'),
    'EOF',
    '```',
    '',
    '3. Sign one of these files, as it is:',
    '',
    ...[...statements.keys()].map(
      (decision) => `    ssh-keygen -Y sign -n ${namespace} -f ~/.ssh/id_ed25519 ${decision}`,
    ),
    '',
    '   The key may also be the `.pub` file of a key that ssh-agent or a security key holds.',
    '',
    ...[...statements.keys()].map(
      (decision) => `- \`${decision}\` (${asked[decision]}): ${content.effects[decision] ?? ''}`,
    ),
    '',
    '## Send it back',
    '',
    `Send ${[...statements.keys()].map((decision) => `\`${decision}.sig\``).join(' or ')} by any channel; it holds nothing secret. Whoever sent you this folder runs`,
    '',
    `    keyrite request add ${[...statements.keys()][0] ?? 'attest'}.sig`,
    '',
    `with it beside the statement in their copy of this folder, or alone. It counts only as the answer of ${person.id}, to this, once.`,
    '',
  ].join('\n')
}
