"""Incidents (docs/ledger-format.md, section 6): one open for each key, what contains, what ratifies, and what ends them."""
from tables import verify

need, canon = verify.need, verify.canon
OPERATIONS = ('incident.contain', 'incident.replace', 'incident.ratify', 'key.unrevoke')
ACTS = {'disable': 'incident.contain', 'strip': 'incident.contain', 'restore': 'key.unrevoke', 'return': 'key.unrevoke'}
WORST = ('proven', 'not-proven', 'still-usable')


class Incidents:
    def __init__(self):
        self.all = {}

    def open_of(self, key):
        return [one for one in self.all.values() if one['key'] == key and one['open']]

    def after(self, whole, e, d, kind):
        cited = whole.met.get(e['approved'], {'plan': {'operation': None, 'change': {}}})
        operation, change = cited['plan']['operation'], cited['plan']['change']
        if kind == 'quorum.opened' and d['operation'] in OPERATIONS:
            self.ask(whole.quorums[e['seq']]['plan']['change'])
        elif kind == 'quorum.met' and whole.met[e['seq']]['plan']['operation'] == 'incident.contain':
            self.alone(whole, whole.met[e['seq']])
        elif kind in ('key.state.changed', 'incident.acted') and operation == 'incident.contain':
            self.contain(self.all[change['incident']], d, kind)
        elif kind == 'key.state.intended' and operation == 'incident.ratify':
            need('it was not ratified before', incident=e['approved'] in self.all[change['incident']]['by'])
        elif kind == 'rotation.opened' or kind in ('key.rotate.intended', 'key.primary.intended'):
            if e['approved'] == whole.policy_seq:
                need('an incident about the key is open', approved=not self.open_of(d['key']))
        if kind == 'incident.opened':
            self.begin(whole, e, d)
        elif kind.startswith('incident.'):
            one = self.all.get(d['incident'])
            need('it names no open incident of that key', incident=one and one['open'] and one['key'] == d['key'])
            getattr(self, kind.split('.', 1)[1].replace('.', '_'), lambda *_: None)(whole, e, d, one)

    def begin(self, whole, e, d):
        need('nobody says that they opened it', actor=e['actor']['person'] and e['approved'] is None)
        need('there is no such key there, or one is open', incident=whole.homes.get(d['key']) == d['profile']
             and not self.open_of(d['key']))
        drill = 'drill' in d
        need('no exercise is held there', incident=not drill or whole.profiles[d['profile']]['environment'] == 'test')
        self.all[e['seq']] = {'key': d['key'], 'drill': drill, 'open': True, 'acts': [], 'by': set(), 'ratified': set(),
                              'contained': set(), 'seq': e['seq']}

    def ask(self, change):
        one = self.all.get(change['incident'])
        need('it is about no open incident of that key', incident=one and one['open'] and one['key'] == change['key'])
        need('it is an exercise and does not say so, or the other way round', incident=(change.get('drill') is True) == one['drill']
             and ('drill' not in change or one['drill']))

    def alone(self, whole, quorum):
        """Who alone contained another key, which nobody ratified, contains no second one."""
        mine = self.all[quorum['plan']['change']['incident']]
        if mine['drill'] or len(quorum['yes']) != 1:
            return
        for seq, other in whole.met.items():
            plan = other['plan']
            if other is quorum or plan['operation'] != 'incident.contain' or plan['change']['incident'] == mine['seq']:
                continue
            one = self.all[plan['change']['incident']]
            lasts = any(whole.states[one['key'], n][0] == 'suspended' for n in one['contained'] if (one['key'], n) in whole.states)
            need('they contained another alone, which nobody ratified', incident=one['drill'] or {*one['acts']} <= one['ratified']
                 or other['yes'] != quorum['yes'] or not lasts)

    def contain(self, one, d, kind):
        one['acts'].append(d['intended'])
        if kind == 'incident.acted' or d['to'] == 'suspended':
            one['contained'].add(d['version'])

    def act_intended(self, whole, e, d, one):
        act, version = d['act'], d['version']
        need('no quorum is cited', approved=e['approved'] in whole.met)
        whole.check_act(e, d, '%s-%d' % (act, version), [ACTS[act]], ['key'])
        change = whole.met[e['approved']]['plan']['change']
        meant = [x for x in change['versions'] if (x['act'], x['version']) == (act, version)]
        need('another thing was approved', plan=meant and change['incident'] == d['incident'], key=(d['key'], version) in whole.states)
        need('what there was is kept of that act, and of no other', members=('saved' in d) == (act == 'strip'))
        need('it is active, and is suspended instead', key_state=act != 'disable' or whole.states[d['key'], version][0] != 'active')

    def acted(self, whole, e, d, one):
        need('it counts rights where none are taken', members=('taken' in d) == ('left' in d) == (d['act'] in ('strip', 'return')))

    def proof_intended(self, whole, e, d, one):
        need('these are no versions of it', approved=e['approved'] is None, incident=d['versions'] and all(
            (d['key'], n) in whole.states for n in d['versions']))

    def proved(self, whole, e, d, one):
        worst = max((x['proof'] for x in d['versions']), key=WORST.index)
        asked = whole.entries[d['intended']]['data']
        need('it is not the worst of what was found, or of other versions', proof=d['proof'] == worst
             and {x['version'] for x in d['versions']} <= {*asked['versions']})

    def hooked(self, whole, e, d, one):
        hooks = [x for x in whole.policy.get('hooks', []) if (x['name'], x['phase'], x['sha256']) == (d['hook'], d['phase'], d['sha256'])]
        need('it is no program of the policy, or did not go as it says', hook=hooks and d['ok'] == (d['exit'] == 0)
             and not one['drill'])

    def ratified(self, whole, e, d, one):
        need('no quorum is cited', approved=e['approved'] in whole.met)
        plan = whole.met[e['approved']]['plan']
        need('another thing was approved', approved=plan['operation'] == 'incident.ratify', plan=canon(d['acts']) == canon(
            plan['change']['acts']) and plan['change']['incident'] == d['incident'])
        need('it leaves out something that was done', incident={*one['acts']} == {*d['acts']})
        whole.check_phase(e, 'ratify')
        one['by'].add(e['approved'])
        one['ratified'] |= {*d['acts']}

    def closed(self, whole, e, d, one):
        need('nobody ratified what was done', incident={*one['acts']} <= one['ratified'] or not one['contained'])
        key = one['key']
        confirmed = all(whole.states[key, n][0] in ('compromised', 'destroyed') for n in one['contained'])
        need('nothing says so', incident=d['outcome'] == 'over' or not one['drill'] and one['contained'] and confirmed)
        one['open'] = False
