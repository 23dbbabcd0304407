"""Acts about a whole place, or about what a service keeps of it: backups, settings, and places that are made."""
from tables import PLACES, verify

need, canon = verify.need, verify.canon
ALONE = ('backup.start', 'backup.load', 'backup.domain', 'backup.domain.load', 'profile.setting')
DEAD = ('compromised', 'destroyed')
REVIVED = ('suspended', 'compromised', 'destruction-scheduled', 'destroyed')


class Places:
    def __init__(self):
        self.ids, self.taken = {}, set()

    def after(self, whole, e, d, kind):
        if kind in ('key.created', 'key.imported', 'key.rotated', 'key.standby.made'):
            self.ids[d['key'], d['version']] = d['ref']['key']
        elif kind == 'key.adopted':
            self.ids.update({(d['key'], n): x['ref']['key'] for n, x in enumerate(d['versions'], 1)})
        act = kind[:-len('.intended')] if kind.endswith('.intended') else None
        if act in PLACES:
            self.begin(whole, e, d, act)
        elif act == 'place.make':
            self.make(whole, e, d)
        elif kind in ('backup.copied', 'backup.restored', 'backup.deleted'):
            need('it is of another state than such an act leaves', backup=(d['state'] == 'deleted') == (kind == 'backup.deleted')
                 and (d['copy'] is not None) == (kind == 'backup.copied') and (d['gone_at'] is None or kind == 'backup.deleted'))
        elif kind == 'backup.taken':
            self.taken.add((d['key'], d['id'], d['sha256']))
        elif kind == 'backup.put':
            need('something that was tried went wrong', backup=all(line['ok'] for line in d['results']))
        elif kind == 'place.made':
            need('it is another place', place=all(canon(d['identity'].get(name)) == canon(x) for name, x in d['place'].items()))
        elif kind == 'backup.loaded':
            here = [key for key, home in whole.homes.items() if home == d['profile']]
            need('it counts versions and keys that are not of that profile', backup={*d['missing']} <= {*here}
                 and d['there'] <= len([1 for key, _ in whole.keys if key in here]))

    def begin(self, whole, e, d, act):
        operation, phase, said = PLACES[act]
        if act == 'backup.put':
            need('no such profile', profile=d['profile'] in whole.profiles)
        # The plans of profile.add and profile.remove have members of their own, which verify.py asks of all that is named so.
        people = e['approved'] in whole.met
        whole.check_act(e, d, phase, ['place', operation] if people else [operation], said)
        if e['approved'] in whole.met:
            change = whole.met[e['approved']]['plan']['change']
            need('another thing was approved', plan=all(canon(d[name]) == canon(change.get(name)) for name in said)
                 and (act not in ALONE or {*change} == {*said}))
            if 'revives' in change or act == 'backup.put':
                now = [{'state': whole.states[d['key'], n][0], 'version': n} for n in sorted(d['versions'])
                       if whole.states[d['key'], n][0] in REVIVED]
                need('it would revive something else', backup=canon(change.get('revives', [])) == canon(now))
        need('it belongs to no ceremony', ceremony=e['ceremony'] is None)
        if act in ('backup.copy', 'backup.delete', 'backup.restore'):
            kinds = ['backup.%s.intended' % one for one in ('copy', 'delete', 'restore')]
            need('another intent on it is undecided', one_intent=not any(
                (x['data']['profile'], x['data']['backup']) == (d['profile'], d['backup']) for x in whole.undecided(kinds)))
        elif act in ALONE:
            need('another intent on that place is undecided', one_intent=not any(
                x['data']['profile'] == d['profile'] for x in whole.undecided([one + '.intended' for one in ALONE])))
        if act == 'backup.load' and d['key']:
            states = [whole.states[key][0] for key in whole.states if key[0] == d['key']]
            need('nothing of it is to be used again', backup=states and not {*states} <= {*DEAD})
        if act in ('backup.take', 'backup.put'):
            self.of_key(whole, d, act)

    def of_key(self, whole, d, act):
        need('these versions do not lie there', backup=d['versions'] and len({*d['versions']}) == len(d['versions']) and all(
            self.ids.get((d['key'], n)) == d['id'] for n in d['versions']))
        if act == 'backup.take':
            need('the key lives elsewhere', home=whole.homes[d['key']] == d['profile'])
        else:
            need('no such backup was taken, or nothing of it is to be used again',
                 backup=(d['key'], d['id'], d['sha256']) in self.taken
                 and not {whole.states[d['key'], n][0] for n in d['versions']} <= {*DEAD})

    def make(self, whole, e, d):
        need('no quorum is cited', approved=e['approved'] in whole.met and e['ceremony'] is None)
        plan = whole.met[e['approved']]['plan']
        facts = {'name': d['name'], 'kind': d['kind'], 'environment': d['environment'], 'identity': d['place']}
        need('another thing was approved', approved=plan['operation'] == 'profile.make', plan=plan['change'] == {}
             and canon(plan['profile']) == canon(facts))
        need('a profile of that name stands', profile=d['name'] not in whole.profiles)
        whole.check_phase(e, 'make')
