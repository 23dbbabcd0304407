"""Makes the bundle of each row of a group, for another verifier: a name of a group on each line of standard input. Of each row a JSON
line with name, rule and folder, which is kept until the next line comes; after the last row of a group one with `rows`."""
import json
import shutil
import sys
import tempfile

import attack_certificates
import attack_changes
import attack_shares
import attacks
import nights
import rotations
from make_bundle import Keys
from make_changes import Changes

MORE = attacks.SLOW and 1 or 7
GROUPS = {  # those whose rows are whole ledgers: nothing is left out that keyrite would miss
    'table': [(r, {}) for r in attacks.GOOD + attacks.ATTACKS[::MORE]], 'production': [(r, {'production': True}) for r in attacks.PRODUCTION],
    'real': [(r, {}) for r in attacks.REAL], 'rehearsed': [(r, {'rehearsal': True}) for r in attacks.REHEARSED],
    'turns': [(r, {}) for r in rotations.GOOD[:2] + rotations.BAD[::MORE]],
    'changes': [(r, {'maker': Changes}) for r in attack_changes.GOOD + attack_changes.ATTACKS[::MORE]],
    'incidents': [(r, {}) for r in nights.GOOD + nights.BAD[::MORE]],
    'certificates': [((n, rule, attack_certificates.whole(t)), {}) for n, rule, t in [*attack_certificates.ROWS[:3], *attack_certificates.ROWS[3::MORE]]],
    'shares': [(r, {'maker': attack_shares.Shares}) for r in attack_shares.ROWS[:1] + attack_shares.ROWS[1::MORE] if not isinstance(r[2], dict)]}

with tempfile.TemporaryDirectory() as home:
    keys = Keys(home)
    for line in sys.stdin:
        rows = GROUPS[line.strip()]
        for (name, rule, tweak, *arguments), how in rows:
            folder, _ = attacks.made(keys, tweak, **how)
            rehearsal = '--rehearsal' in (arguments[0] if arguments else [])
            print(json.dumps({'name': name, 'rule': rule, 'folder': folder, 'rehearsal': rehearsal}), flush=True)
            sys.stdin.readline()
            shutil.rmtree(folder)
        print(json.dumps({'rows': len(rows)}), flush=True)
