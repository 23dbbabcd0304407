"""Journals that `incident.absorbed` takes in: lines of JCS, each chained to the one before, of at most 1 MiB."""
from tables import verify

need, parse = verify.need, verify.parse
KINDS = ('opened', 'signed', 'intended', 'done', 'failed', 'tried', 'ended')


class Journals:
    def __init__(self):
        self.taken, self.of = set(), set()

    def after(self, whole, e, d, kind):
        if kind != 'incident.absorbed':
            return
        need('nobody says that they took it in', actor=e['actor']['person'] and e['approved'] is None)
        data = whole.blob(d['lines']['blob'])
        rows = data.split(b'\n')[:-1]
        lines = [parse(row) for row in rows]
        first = lines[0]
        checkpoint = first['checkpoint']
        root = verify.decode64(checkpoint['root'])
        hashes = [root.hex()] + [verify.sha256(row).hex() for row in rows]
        need('its lines do not follow each other', journal=len(data) <= 1 << 20 and all(
            (x['seq'], x['prev']) == (n, hashes[n]) and x['type'] in KINDS and verify.is_time(x['time']) for n, x in enumerate(lines)))
        need('it is of another ledger, key or incident', journal=first['type'] == 'opened' and first['journal'] == d['journal']
             and first['ledger'] == whole.leaves[0].hex() and (first['key'], first['profile']) == (d['key'], d['profile'])
             and (first['reason'], first['time']) == (d['reason'], d['started'])
             and checkpoint['size'] <= e['seq'] and whole.root_at(checkpoint['size']) == root)
        signed = [x for x in lines if x['type'] == 'signed']
        begun = min((n for n, x in enumerate(lines) if x['type'] == 'intended'), default=len(lines))
        for x in signed:
            person = whole.people[x['person']]
            keys = [one['key'] for one in person['keys'] if verify.fingerprint(one['key']) == x['key']]
            need('it is by no key of theirs', journal=keys and x['over'] < x['seq'])
            verify.check_sshsig(keys[0], whole.namespace('journal'), rows[x['over']], verify.decode64(x['signature']))
        by = [x['person'] for x in signed if x['over'] == 0 and x['seq'] < begun]
        need('others signed it', journal=sorted({*by}) == sorted(d['by']))
        last = max(x['seq'] for x in signed)
        need('it counts otherwise', journal=d['stated'] == len(lines) - 1 - last and d['second'] == (d['incident'] in self.of)
             and d['journal'] not in self.taken)
        self.taken.add(d['journal'])
        self.of.add(d['incident'])
