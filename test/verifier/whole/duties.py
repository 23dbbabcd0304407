"""Duties: opened once, then done or waived by a named person."""
from tables import verify

need = verify.need
SOURCES = ('shares.split', 'shares.drill.opened', 'shares.combined', 'incident.opened')


class Duties:
    def __init__(self):
        self.done, self.names, self.of = set(), set(), {}

    def after(self, whole, e, d, kind):
        if kind == 'duty.opened':
            within, beside = e['ceremony'], {*d} & {'key', 'source'}
            need('it is of a ceremony, of a key or of an entry, of one of them', duty=len(beside) == (0 if within else 1))
            need('nobody approves it', approved=e['approved'] is None)
            if 'source' in d:
                need('nothing there is owed so', duty=whole.entries.get(d['source'], {'type': None})['type'] in SOURCES)
                self.of.setdefault(d['source'], []).append(e['seq'])
            if 'key' in d:
                need('there is no such key', duty=d['key'] in whole.homes)
            name = (within, d.get('source'), d.get('key'), d['due'] if 'key' in d else None, d['name'])
            need('one of that name was opened', duty=name not in self.names)
            self.names.add(name)
        elif kind in ('duty.done', 'duty.waived'):
            need('nobody says that they did it', actor=e['actor']['person'] and e['approved'] is None)
            opened = whole.entries.get(d['duty'], {'type': None})['type'] == 'duty.opened'
            need('there is no such duty, or it was done', duty=opened and d['duty'] not in self.done)
            self.done.update([d['duty']] if kind == 'duty.done' else [])
        elif kind == 'incident.closed':
            waived = {one['duty'] for one in d['waived']}
            owed = {*self.of.get(d['incident'], [])} - self.done
            need('a duty of it is neither done nor waived, or is waived that is none', duty=waived <= {*self.of.get(d['incident'], [])}
                 and owed <= waived and len(waived) == len(d['waived']))
