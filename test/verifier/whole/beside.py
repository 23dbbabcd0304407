"""What is recorded beside the acts on keys: what came of an adoption, a look at a place, envelopes, and who signed a destruction."""
from tables import verify

need = verify.need


class Beside:
    def __init__(self):
        self.finished, self.adopted, self.envelopes, self.texts = set(), {}, {}, {}

    def after(self, whole, e, d, kind):
        if kind == 'key.adopted':
            need('this adoption is over', phase=e['approved'] not in self.finished)
            self.adopted[e['approved']] = self.adopted.get(e['approved'], 0) + 1
        elif kind == 'key.adopt.finished':
            self.finish(whole, e, d)
        elif kind == 'key.synced':
            seen = verify.parse(whole.blob(d['seen']['blob']))
            need('it was approved, or nobody accepted what was', approved=e['approved'] is None,
                 actor=not d['accepted'] or e['actor']['person'])
            need('it is of no place that stands', profile=d['profile'] in whole.profiles)
            need('it says something else than was seen', members=set(seen) == {'findings', 'keys', 'type'}
                 and seen['type'] == 'keyrite.sync/1' and len(seen['findings']) == d['findings'])
        elif kind.startswith('envelope.'):
            self.envelope(whole, e, d, kind)
        elif kind == 'destruction.signed':
            self.certify(whole, e, d)

    def finish(self, whole, e, d):
        need('no quorum is cited', approved=e['approved'] in whole.met)
        plan = whole.met[e['approved']]['plan']
        need('another thing was approved', approved=plan['operation'] == 'key.adopt'
             and plan['profile'] == whole.profiles.get(d['profile']))
        whole.check_phase(e, 'adopt')
        need('that is not how many there are', members=d['adopted'] == self.adopted.get(e['approved'], 0)
             and d['adopted'] + d['left'] == len(plan['change']['keys']))
        self.finished.add(e['approved'])

    def envelope(self, whole, e, d, kind):
        need('nobody says that they did it', actor=e['actor']['person'] and e['approved'] is None)
        key, number = d['key'], d['version'] if kind == 'envelope.wrapped' else d['to']
        need('it is not under the primary version of an active key to wrap', envelope=whole.homes.get(key) == d['profile']
             and whole.primary[key] == number and whole.states[key, number][0] == 'active'
             and whole.keys[key, 1]['purpose'] == 'wrap')
        there = self.envelopes.get(d['data_key'])
        if kind == 'envelope.wrapped':
            need('a data key of that name is there', envelope=there is None)
        else:
            need('it does not lie there', envelope=there and there[:2] == (key, d['from']) and d['from'] != d['to']
                 and there[2] != d['wrapped']['blob'])
        self.envelopes[d['data_key']] = key, number, d['wrapped']['blob']

    def certify(self, whole, e, d):
        s = d['statement']
        about = next(x for n, x in whole.entries.items() if whole.leaves[n].hex() == s['about'])
        said = about['data']
        need('it is of no destruction of that version', destruction=said['to'] == 'destroyed' and said['from'] != 'destroyed'
             and (said['key'], said['version']) == (d['key'], d['version']) and e['approved'] is None)
        quorum = whole.met.get(about['approved'], {'answers': {}})
        yes = {whole.entries[n]['data']['statement']['person'] for n in quorum['answers']
               if whole.entries[n]['data']['statement']['decision'] == 'approve'}
        need('they did not approve it, or it is another text than others signed', destruction=s['person'] in yes
             and self.texts.setdefault(s['about'], d['text']['blob']) == d['text']['blob'])
