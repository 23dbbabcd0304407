"""What section 6 says of the course of ceremonies, of many in one ledger: verify.py knows one, whose state is put in place before each entry."""
from tables import verify

need = verify.need
OWN = ('mine', 'opened', 'there', 'deviations', 'signoff', 'round', 'course')
COURSE = {'ceremony.stopped': 'stopped', 'ceremony.paused': 'stopped', 'ceremony.resumed': 'running', 'ceremony.aborted': 'aborted'}


def fresh():
    return {'mine': [], 'opened': None, 'there': set(), 'deviations': [], 'signoff': None, 'round': 0, 'course': None}


class Ceremonies:
    """Holds the state of each ceremony, by its id; `enter` puts that of one in place, `leave` keeps what became of it."""

    def __init__(self):
        self.each = {}

    def enter(self, whole, name):
        whole.ceremony = name or ''
        vars(whole).update(self.each.setdefault(name, fresh()))

    def leave(self, whole, name):
        self.each[name] = {member: getattr(whole, member) for member in OWN}


def check_course(whole, e, kind, d):
    """Whether the ceremony of this entry has come so far, and how far it is then."""
    if e['ceremony'] is None:
        need('it belongs to a ceremony', ceremony=not kind.startswith(('ceremony.', 'step.', 'signoff.', 'deviation.', 'bundle.'))
             and kind not in ('participant.present', 'transcript.signed'))
        return
    at = whole.course
    if kind == 'ceremony.opened':
        whole.course = 'running'
        profile = d['profile']
        stands = profile and whole.profiles.get(profile['name'])
        need('its profile does not stand so', profile=profile is None or stands
             and profile == {name: stands[name] for name in ('name', 'environment', 'identity')})
        return
    if at == 'aborted':
        need('the ceremony was aborted', ceremony=kind == 'bundle.made')
        return
    if whole.signoff is not None:
        need('the ceremony is to be signed, or was', ceremony=kind in (
            'signoff.opened', 'transcript.signed', 'deviation.recorded', 'bundle.made'))
        return
    need('it comes after the sign-off', ceremony=kind not in ('transcript.signed', 'bundle.made'))
    if kind in ('step.done', 'ceremony.stopped', 'ceremony.paused', 'signoff.opened'):
        need('the ceremony does not run', ceremony=at == 'running')
    elif kind == 'ceremony.resumed':
        need('the ceremony was not stopped', ceremony=at == 'stopped')
    whole.course = COURSE.get(kind, at)
