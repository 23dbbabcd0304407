"""Other copies of the ledger, and runs that change its writer (docs/ledger-format.md, section 2)."""
import notes
from tables import verify

need = verify.need


def after(whole, e, d, kind):
    """What an entry that was found good says of notes and branches."""
    if kind in ('writer.changed', 'ledger.restored'):
        quorum = whole.met[e['approved']]
        if quorum['run']:
            whole.runs.append((quorum['seq'], e['seq']))
        since = d.get('stolen_since')
        need('it was stolen later than the entry', writer=since is None or since <= e['time'])
    if kind == 'ledger.restored':
        at, (_, _, old) = d['from']['size'], whole.writers[-2]
        sizes = [notes.by(note.encode(), whole.name, whole.writers[:-1])[0] for note in d['lost']]
        need('it lost nothing, or notes of what is here', lost=sizes and min(sizes) > at)
        whole.lost += [note.encode() for note in d['lost']]
        whole.given_up.append((old, at, max(sizes)))
    if kind == 'branch.absorbed':
        absorb(whole, e, d)


def peaks_of(whole, size):
    """Roots of the full subtrees of a tree of this size, largest first."""
    found, at = [], 0
    for bit in range(size.bit_length() - 1, -1, -1):
        if size >> bit & 1:
            found.append(verify.tree_root([whole.leaves[n] for n in range(at, at + (1 << bit))]))
            at += 1 << bit
    return found


def absorb(whole, e, d):
    at, entries = d['at'], []
    need('nobody says that they did it', actor=e['approved'] is None and e['actor']['person'])
    need('it is of entries that are not there', branch=at <= e['seq'])
    if d['branch']:
        data = whole.blob(d['branch']['blob'])
        held = verify.parse(data)
        entries = [verify.decode64(one) for one in held['entries']]
        need('it is no branch', branch=set(held) == {'at', 'entries', 'peaks', 'type'} and held['type'] == 'keyrite.branch/1'
             and held['at'] == at and entries
             and [verify.decode64(one) for one in held['peaks']] == peaks_of(whole, at))
    leaves = [whole.leaves[n] for n in range(at)] + [verify.sha256(b'\0' + one) for one in entries]
    writers = [one for one in whole.writers if one[0] <= at + 1]
    for n, one in enumerate(entries):
        x = verify.parse(one)
        if x['type'] in ('writer.changed', 'ledger.restored'):
            run = x['type'] == 'ledger.restored' or x['data']['by'] == 'take-over'
            writers.append((at + n + (1 if run else 2), *whole.read_vkey(x['data']['vkey'])))
    head, root = notes.by(d['head'].encode(), whole.name, writers)
    need('its note is of another branch', branch=head == len(leaves) and root == verify.tree_root(leaves))
    risk = {n for n, x in whole.entries.items() if x['type'] == 'ledger.restored' or x['type'] == 'writer.changed'
            and x['data']['by'] == 'take-over'}
    ended = {x['data']['after'] for x in whole.entries.values() if x['type'] == 'branch.absorbed'}
    if d['after'] is not None:
        old = [low for low, high in whole.runs if high == d['after']]
        need('no risk of a fork is ended by it', branch=d['after'] in risk - ended and old == [at])
    whole.branched |= {(n, verify.tree_root(leaves[:n])) for n in range(at + 1, len(leaves) + 1)}
