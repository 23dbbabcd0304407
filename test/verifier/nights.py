"""A key is contained in an incident, given back, ratified and called compromised: for attacks.py. The incident's own entries are in no bundle."""
from make_bundle import pid, sha
from moves import asked, move, outside
from rotations import Rotation

STEPS = {  # what is done -> operation, event, from, to
    'contain': ('incident.contain', 'suspend', 'active', 'suspended'), 'back': ('key.unrevoke', 'resume', 'suspended', 'active'),
    'end': ('incident.ratify', 'compromise', 'suspended', 'compromised')}


def night(*steps):
    """
    A tweak that does these steps just before the ceremony's step is recorded.

    Each is a name of STEPS, or that and a dict: `plan` (the step that people approved), `planned` (version), `met` (how many
    steps ago the approval was given that is cited), `who` (who approved), `apart` (whom the plan leaves out), `to`.
    """
    def tweak(maker, stage, thing):
        if stage != 'before:step:make' or not maker.first(tweak):
            return
        met, incident = [], maker.incident()
        for step in steps:
            name, said = step if isinstance(step, tuple) else (step, {})
            operation, event, _, _ = STEPS[said.get('plan', name)]
            apart = {'acts': [1], 'apart': [pid(n) for n in said.get('apart', ('alice',))]} if operation == 'incident.ratify' else {}
            change = {'class': 'tls', 'incident': incident, 'key': 'payments', 'versions': [{'act': event, 'version': 1}], **apart}
            may = maker.askable
            if operation == 'incident.ratify':
                maker.askable = lambda: sorted(set(may()) - set(apart['apart']))
            who = said.get('who', ('bob', 'carol') if operation == 'incident.ratify' else ('alice', 'dave'))
            met.append(met[-said['met']] if 'met' in said else asked(
                maker, operation, change, ['%s-%d' % (event, said.get('planned', 1))], who))
            maker.askable = may
            _, _, start, end = STEPS[name]
            move(maker, said.get('from', start), said.get('to', end), met[-1])
    return tweak


def usual(event, start, end):
    """An ordinary change of state, approved as such, after it was contained."""
    def tweak(maker, stage, thing):
        night('contain')(maker, stage, thing)
        if stage == 'before:step:make' and not getattr(maker, 'usual', False):
            maker.usual = True
            change = {'class': 'tls', 'enforced': True, 'key': 'payments', 'version': 1, 'from': start, 'to': end}
            move(maker, start, end, asked(maker, 'key.' + event, change, [event]))
    return tweak


def promoted(*steps, **said):
    """
    A standby that people approved takes the place of what is contained. @param steps - what is done, in order, under the approval to contain.

    @param said - `plan` (another operation), `to` (of the plan, beside what it has), `made` (what people approved the standby as), `phases`
    """
    def tweak(maker, stage, thing):
        if stage != 'before:step:make' or not maker.first(tweak):
            return
        place(maker)

    @outside
    def place(maker):
        maker.room, incident = None, maker.incident()
        made = {'class': 'tls', 'key': 'payments', 'algorithm': 'ed25519', 'version': 2, 'made': 'key'}
        operation = said.get('plan', 'incident.contain')
        if operation == 'incident.contain':
            other = {'class': 'tls', 'incident': incident, 'key': 'payments', 'made': 'key', 'promote': {'version': 2, 'from': 1, 'aliases': []}}
            plan = made if said.get('made', 'key.standby') == 'key.standby' else other
            standby = Rotation(maker, asked(maker, said.get('made', 'key.standby'), plan, ['make', 'promote']))
            standby.standby()
            standby.tried()
        to = {'version': 2, 'from': 1, 'aliases': ['payments'], **said.get('to', {})}
        change = {'class': 'tls', 'incident': incident, 'key': 'payments', 'versions': [{'act': 'suspend', 'version': 1}], 'promote': to}
        if operation == 'incident.replace':
            change = {**change, 'made': 'key'}
            del change['versions']
        phases = said.get('phases', ['make', 'suspend-1', 'activate-2', 'primary-2', 'alias:payments'])
        night = Rotation(maker, asked(maker, operation, change, phases, ('alice', 'dave')))
        for step in steps:
            {'make': night.standby, 'tried': night.tried, 'accept': night.accept, 'primary': night.primary,
             'back': lambda: night.primary(2, 1), 'contain': lambda: night.move(1, 'active', 'suspended'),
             'alias': lambda: alias(night)}[step]()
    return tweak


def alias(night, name='payments'):
    about = {'key': 'payments', 'version': 2, 'profile': 'room', 'alias': name}
    begun = night.write('key.alias.intended', {**about, 'from': None, 'intent': sha(b'alias').hex()[:32]})
    night.write('key.aliased', {**about, 'intended': begun})


GOOD = [
    ('contained, given back, contained again', None, night('contain', 'back', 'contain')),
    ('contained, and called compromised by others', None, night('contain', ('end', {'apart': ('alice', 'dave')}))),
    ('contained, and the standby in its place, with its alias', None, promoted('contain', 'accept', 'primary', 'alias')),
    ('replaced by another version, and then nothing contained', None, promoted('make', 'tried', 'accept', 'primary', 'alias', plan='incident.replace')),
]

BAD = [
    ('contained under a plan to give it back', 'approved', night(('contain', {'plan': 'back'}))),
    ('contained under a plan for another version', 'approved', night(('contain', {'planned': 2}))),
    ('an approval to contain is used twice', 'approved-twice', night('contain', 'back', ('contain', {'met': 2}))),
    ('who contained it gives it back by that approval', 'contained', night('contain', ('back', {'met': 1}))),
    ('who contained it calls it compromised by that approval', 'approved', night('contain', ('end', {'met': 1}))),
    ('an ordinary quorum resumes what an incident contained', 'contained', usual('resume', 'suspended', 'active')),
    ('an ordinary quorum deactivates what an incident contained', 'contained', usual('deactivate', 'suspended', 'deactivated')),
    ('who contained it ratifies that', 'ratified', night('contain', ('end', {'who': ('alice', 'bob'), 'apart': ('carol',)}))),
    ('who is left out answers all the same', 'who', night('contain', ('end', {'who': ('alice', 'bob')}))),
    ('it is given back under a plan to ratify', 'contained', night('contain', ('back', {'plan': 'end'}))),
    ('a standby is promoted before the key is contained', 'contained', promoted('accept')),
    ('a standby is primary before it is active', 'primary', promoted('contain', 'primary')),
    ('a version that no plan for a standby made is promoted', 'standby', promoted('contain', 'accept', made='incident.replace')),
    ('another version than the one that was approved is promoted', 'plan', promoted('contain', 'accept', to={'version': 3})),
    ('a standby is primary in place of another than was approved', 'primary', promoted('contain', 'accept', 'primary', to={'from': 2})),
    ('an alias is moved that nobody approved', 'plan', promoted('contain', 'accept', 'primary', 'alias', to={'aliases': []})),
    ('a standby is promoted twice under one approval', 'primary', promoted('contain', 'accept', 'primary', 'primary')),
    ('who contains a key makes another', 'approved', promoted('contain', 'make', phases=['suspend-1', 'activate-2'])),
    ('what was contained is primary again by the same approval', 'plan', promoted('contain', 'accept', 'primary', 'back')),
    ('a replacement is activated and was not proved', 'key-state', promoted('make', 'accept', plan='incident.replace')),
    ('a replacement is made by those who approved something else', 'approved', promoted('make', plan='incident.ratify')),
    ('an approval to contain deactivates it', 'approved', night(('contain', {'to': 'deactivated'}))),
]
