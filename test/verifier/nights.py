"""A key is contained in an incident, given back, ratified and called compromised: for attacks.py. The incident's own entries are in no bundle."""
from make_bundle import pid
from moves import asked, move

STEPS = {  # what is done -> operation, event, from, to
    'contain': ('incident.contain', 'suspend', 'active', 'suspended'), 'back': ('key.unrevoke', 'resume', 'suspended', 'active'),
    'end': ('incident.ratify', 'compromise', 'suspended', 'compromised')}


def night(*steps):
    """
    A tweak that does these steps just before the ceremony's step is recorded.

    Each is a name of STEPS, or that and a dict: `plan` (the step that people approved), `planned` (version), `met` (how many
    steps ago the approval was given that is cited), `who` (who approved), `apart` (whom the plan leaves out), `to`.
    """
    done = []

    def tweak(maker, stage, thing):
        if stage != 'before:step:make' or done:
            return
        done.append(1)
        met = []
        for step in steps:
            name, said = step if isinstance(step, tuple) else (step, {})
            operation, event, _, _ = STEPS[said.get('plan', name)]
            apart = {'acts': [1], 'apart': [pid(n) for n in said.get('apart', ('alice',))]} if operation == 'incident.ratify' else {}
            change = {'class': 'data', 'incident': 9, 'key': 'payments', 'versions': [{'act': event, 'version': 1}], **apart}
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
            change = {'class': 'data', 'enforced': True, 'key': 'payments', 'version': 1, 'from': start, 'to': end}
            move(maker, start, end, asked(maker, 'key.' + event, change, [event]))
    return tweak


GOOD = [
    ('contained, given back, contained again', None, night('contain', 'back', 'contain')),
    ('contained, and called compromised by others', None, night('contain', ('end', {'apart': ('alice', 'dave')}))),
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
    ('an approval to contain deactivates it', 'approved', night(('contain', {'to': 'deactivated'}))),
]
