"""The form of the data of each type, as the table of section 6 of docs/ledger-format.md has it: exactly its members, each of its form.

A line is a type and `member=form` each; a member in round brackets may be left out. `form?` may be null, `[form]` is a list of
it, `a|b` one of these words, `@name` a shape of its own, which stands in a line that begins with it."""
import os
import re

HEX32, HEX64, ID = '[0-9a-f]{32}', '[0-9a-f]{64}', 'p-[0-9a-f]{16}'
BLOB = {'blob', 'size', 'type'}


def is_int(x, least=0):
    return type(x) is int and x >= least


def is_text(x):
    return type(x) is str


def is_private(x):
    return type(x) is dict and set(x) == {'$'} and matches(HEX64)(x['$'])


def matches(form):
    return lambda x: is_text(x) and re.fullmatch(form, x) is not None


def is_blob(kind=None):
    return lambda x: (type(x) is dict and set(x) == BLOB and matches(HEX64)(x['blob']) and is_int(x['size'])
                      and is_text(x['type']) and kind in (None, x['type']))


class Forms:
    """shapes: name or type -> {member: (whether it may be left out, form)}."""

    def __init__(self, is_time):
        self.shapes, self.cache = {}, {}
        self.plain = {
            'text': is_text, 'name': lambda x: is_text(x) and x != '', 'seq': is_int, 'count': is_int,
            'number': lambda x: is_int(x, 1), 'int': lambda x: type(x) is int, 'bool': lambda x: type(x) is bool,
            'true': lambda x: x is True, 'person': matches(ID), 'hex32': matches(HEX32), 'hex64': matches(HEX64),
            'private': is_private, 'object': lambda x: type(x) is dict, 'any': lambda x: True,
            'time': lambda x: is_text(x) and bool(is_time(x)), 'blob': is_blob(), 'json': is_blob('application/json'),
            'spki': is_blob('application/pkix-spki'), 'yaml': is_blob('application/yaml'),
            'octets': is_blob('application/octet-stream'), 'plain': is_blob('text/plain'),
            'openly': lambda x: is_text(x) or is_private(x), 'code': matches('[A-Z][A-Z_]*'),
            'base64': matches('([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'),
            'duration': matches(r'P(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?'),
            'private-map': lambda x: type(x) is dict and all(map(is_private, x.values())),
        }
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'forms.txt')) as lines:
            for line in lines.read().replace('\n  ', ' ').split('\n'):
                kind, *members = line.split(' ') if line and line[0] != '#' else [None]
                if kind:
                    self.shapes[kind] = dict(self.member(one) for one in members if one)

    @staticmethod
    def member(text):
        name, form = text.strip('()').split('=')
        return name, (text[0] == '(', form)

    def fits(self, form, x):
        if form[-1] == '?':
            return x is None or self.fits(form[:-1], x)
        if form[0] == '[':
            return type(x) is list and all(self.fits(form[1:-1], one) for one in x)
        if form[0] == '@':
            return self.wrong(form, x) is None
        return self.plain[form](x) if form in self.plain else is_text(x) and x in form.split('|')

    def wrong(self, shape, x):
        """The name of the member that is not as it must be; None where all are."""
        members = self.shapes[shape]
        if type(x) is not dict:
            return shape
        for name in sorted({*members, *x}):
            may, form = members.get(name, (False, None))
            if form is None or (name not in x and not may) or name in x and not self.fits(form, x[name]):
                return name
        return None
