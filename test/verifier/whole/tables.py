"""verify.py in a copy of its own, whose tables know the types too that lie in no bundle (docs/ledger-format.md, sections 3, 5 and 6)."""
import importlib.util
import os
import re
import sys

sys.dont_write_bytecode = True
BUNDLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), *'../../../ceremony-templates/bundle/verify.py'.split('/'))
spec = importlib.util.spec_from_file_location('verify_of_whole_ledgers', BUNDLE)
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)

# Section 5: an act about a place, or about what a service keeps of one -> operation, phase, what its plan says besides the profile.
PLACES = {kind: (operation, phase, said.split(',')) for kind, operation, phase, said in (row.split() for row in '''
    backup.copy backup.copy copy backup,region
    backup.delete backup.delete delete backup
    backup.restore backup.restore restore backup
    backup.take backup.take take id,key,versions,recipient
    backup.put backup.put-back put id,key,versions,sha256
    backup.start backup.start start to,opens
    backup.load backup.load load from,key,opens
    backup.domain backup.domain domain holders,needed
    backup.domain.load backup.domain-load domain-load domain,needed,under
    profile.setting profile.setting setting setting,value'''.strip().split('\n'))}
# What ends such an act, beside `.failed`.
ENDED = dict(row.split(':') for row in '''backup.copied:backup.copy backup.deleted:backup.delete backup.restored:backup.restore
    backup.taken:backup.take backup.put:backup.put backup.started:backup.start backup.loaded:backup.load
    backup.domain.given:backup.domain backup.domain.loaded:backup.domain.load profile.setting.set:profile.setting
    place.made:place.make incident.acted:incident.act incident.proved:incident.proof'''.split())
ENDED.update({act + '.failed': act for act in {*ENDED.values()}})
BEGUN = {act + '.intended' for act in {*ENDED.values()}}
ALONE = '''duty.done duty.waived envelope.wrapped envelope.rewrapped incident.opened incident.looked incident.hooked incident.noted
    incident.ratified incident.closed incident.absorbed key.adopt.finished key.synced'''.split()

verify.SIGNED['destruction.signed'] = ('certificate', 'key.state.changed')
verify.BESIDE['certificate'] = {'key', 'version', 'text'}
verify.OUTCOMES.update(ENDED)
verify.OTHERS += [*BEGUN, *ALONE]
verify.OUTSIDE = re.compile(verify.OUTSIDE.pattern + '|(duty[.](done|waived)|place|backup|incident|envelope|destruction)[.]'
                            '|key[.](adopt[.]finished|synced)', re.X)
