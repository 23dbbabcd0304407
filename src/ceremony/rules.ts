/** What each entry of a ceremony is held to, by the ceremony as it stood before it. docs/ledger-format.md, section 6. */
import {base64, fromHex} from '../base/bytes.ts'
import {jcs, type Json} from '../base/jcs.ts'
import {custodyFold, judgeStatement, signedStatement} from '../custody/index.ts'
import {problem, rootOf, type Entry, type Problem, type View} from '../ledger/index.ts'
import {certificatesFold} from '../certificates/index.ts'
import {keysFold} from '../keys/index.ts'
import {allGiven, missingIn, sharesFold} from '../shares/index.ts'
import {requests} from '../requests/index.ts'
import {textOf} from './changes.ts'
import {schemas, type OwnType} from './schemas.ts'
import {everyone, roundIsDue, statusOfCeremony, type Ceremony} from './state.ts'
import {scriptOf} from './order.ts'

/** What is wrong with an entry of a ceremony that was opened. */
export function checkWithin(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const wrong = (message: string): Problem[] => [problem('ceremony', entry, message)]
  const status = statusOfCeremony(ceremony)
  const demand = (...allowed: readonly string[]): Problem[] =>
    allowed.includes(status) ? [] : wrong(`the ceremony is ${status}`)
  switch (entry.type as OwnType) {
    case 'ceremony.opened':
      return wrong('it was opened before')
    case 'step.done':
      return [...demand('running'), ...checkStep(view, entry, ceremony)]
    case 'ceremony.stopped':
      return demand('running')
    case 'ceremony.paused':
      return [...demand('running'), ...checkPaused(view, entry, ceremony)]
    case 'ceremony.resumed':
      return [...demand('stopped', 'running'), ...checkResumed(entry, ceremony)]
    case 'participant.present':
      return [...demand('stopped', 'running'), ...checkPresence(view, entry, ceremony)]
    case 'deviation.recorded':
      return [
        ...demand('stopped', 'running', 'waiting-for-signatures', 'signed-off'),
        ...checkDeviation(view, entry, ceremony),
      ]
    case 'ceremony.aborted':
      return demand('stopped', 'running')
    case 'signoff.opened':
      return [
        ...demand(ceremony.signOff === null ? 'running' : 'waiting-for-signatures'),
        ...checkSignOff(view, entry, ceremony),
      ]
    case 'transcript.signed':
      return [...demand('waiting-for-signatures'), ...checkTranscript(view, entry, ceremony)]
    case 'bundle.made':
      return demand('waiting-for-signatures', 'signed-off', 'aborted')
  }
}

function checkStep(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const done = schemas['step.done'].parse(entry.data)
  const script = scriptOf(view, ceremony.template)
  // Where the template is withheld, a step is whatever its entry says, but for the sign-off.
  const next = script === null ? {id: done.step, kind: done.kind} : script[ceremony.done.length]
  if (next === undefined) return [problem('step-order', entry, 'the template has no more steps')]
  if (next.id !== done.step || next.kind !== done.kind)
    return [
      problem(
        'step-order',
        entry,
        `expected step "${next.id}" (${next.kind}), got "${done.step}" (${done.kind})`,
      ),
    ]
  // The sign-off is an entry of its own kind: it is never merely done.
  if (next.kind === 'sign-off')
    return [problem('step-order', entry, 'the sign-off is not a step like others')]
  // What is not as the template demands stops a ceremony; only a rehearsal goes on.
  if (done.result['not_met'] !== undefined && !view.facts.rehearsal)
    return [problem('step', entry, 'what was not met is gone on with, and this is no rehearsal')]
  return [...strangers('step', entry, ceremony, done.by), ...checkFacts(view, entry, ceremony, done)]
}

/** A step that others' entries show is held to them: it cannot be done before they stand. */
function checkFacts(
  view: View,
  entry: Entry,
  ceremony: Ceremony,
  {
    step,
    kind,
    result,
  }: {readonly step: string; readonly kind: string; readonly result: Readonly<Record<string, Json>>},
): Problem[] {
  const wrong = (message: string): Problem[] => [problem('step', entry, message)]
  if (kind === 'quorum') {
    const request = view.of(requests).all.get(Number(textOf(result['request']).slice(1)))
    const met = request?.ceremony === ceremony.id && request.met !== null
    return met && request.id === result['request']
      ? []
      : wrong('no quorum of this ceremony was met that it names')
  }
  if (kind === 'pause') {
    const last = ceremony.notes.findLast(({what}) => what === 'paused')
    return last?.step === step && last.seq === result['paused'] && Number.isInteger(result['minutes'])
      ? []
      : wrong('the ceremony was not paused before it')
  }
  if (kind.startsWith('certificate.')) {
    const one = view.of(certificatesFold).made.get(Number(result['entry']))
    return one?.ceremony === ceremony.id && one.sha256 === result['sha256']
      ? []
      : wrong('no certificate of this ceremony was made that it names')
  }
  if (kind === 'share.check' || kind.startsWith('shares.'))
    return escrowShows(view, ceremony, kind, result) ? [] : wrong('its shares are not as it says')
  if (kind === 'key.rotate' || kind === 'key.destroy')
    return beganHere(view, ceremony, kind, result)
      ? []
      : wrong('no quorum of this ceremony began what it names')
  if (!['key.create', 'key.import', 'key.verify', 'key.activate'].includes(kind)) return []
  const name = textOf(result['key'])
  const made = ceremony.keys.some(({key}) => key === name)
  const key = view.of(keysFold).keys.get(name)
  const version = key?.versions.find((one) => one.version === key.primary)
  const begins = kind === 'key.create' || kind === 'key.import'
  if (version === undefined || (begins && !(made && version.imported === (kind === 'key.import'))))
    return wrong('no key of this ceremony was made that it names')
  // A key that was there before must have been tried, or activated, within this ceremony.
  const here = (seq: number | undefined): boolean => made || view.entry(seq ?? -1)?.ceremony === ceremony.id
  if (kind === 'key.verify' && (version.tried?.ok !== true || !here(version.tried.seq)))
    return wrong('the key was not proved')
  if (kind === 'key.activate' && (version.state !== 'active' || !(made || activatedIn(view, ceremony, name))))
    return wrong('the key is not active')
  return []
}

/** Whether the request that a step names is of this ceremony, and its first phase was done. */
function beganHere(view: View, ceremony: Ceremony, kind: string, result: Entry['data']): boolean {
  const request = view.of(requests).all.get(Number(textOf(result['request']).slice(1)))
  const [first] = request?.plan.phases ?? []
  return (
    request?.ceremony === ceremony.id &&
    request.operation.startsWith(kind) &&
    request.plan.change['key'] === result['key'] &&
    first !== undefined &&
    request.done.has(first.name)
  )
}

/** Whether the sets and drills that stand bear out what a step on shares says. */
function escrowShows(view: View, ceremony: Ceremony, kind: string, result: Entry['data']): boolean {
  const {sets, drills} = view.of(sharesFold)
  const set = sets.get(textOf(result['set']))
  if (set === undefined) return false
  const entry = Number(result['entry'])
  if (kind === 'shares.combine')
    return set.recoveries.includes(entry) && view.entry(entry)?.ceremony === ceremony.id
  if (kind === 'shares.split')
    return set.seq === entry && set.ceremony === ceremony.id && set.void === null && allGiven(set)
  const drill = drills.get(Number(result['drill']))
  if (kind === 'share.check' && drill?.set !== set.set) return false
  const missing =
    drill === undefined ? set.holders.filter(({receipt}) => receipt === null) : missingIn(drill, set)
  return (
    (kind === 'share.check' || set.ceremony === ceremony.id) &&
    jcs(result['missing'] ?? null) === jcs(missing.map(({person}) => person))
  )
}

function activatedIn(view: View, {id}: Ceremony, key: string): boolean {
  return [...view.of(requests).all.values()].some(
    ({ceremony, plan, done}) => ceremony === id && plan.change['key'] === key && done.has('activate'),
  )
}

function checkResumed(entry: Entry, ceremony: Ceremony): Problem[] {
  return strangers('ceremony', entry, ceremony, schemas['ceremony.resumed'].parse(entry.data).present)
}

function checkPaused(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const {step, remain} = schemas['ceremony.paused'].parse(entry.data)
  const script = scriptOf(view, ceremony.template)
  const next = script?.[ceremony.done.length]
  return script === null || step === next?.id
    ? strangers('ceremony', entry, ceremony, remain)
    : [problem('step-order', entry, `expected step "${next?.id ?? ''}", got a pause before "${step}"`)]
}

function checkPresence(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const signed = signedStatement(entry.data)
  const {person} = signed.statement
  const wrong = (message: string): Problem[] => [problem('presence', entry, message)]
  if (!everyone(ceremony).includes(person)) return wrong(`"${person}" takes no part in this ceremony`)
  if (ceremony.present.some((one) => one.person === person)) return wrong(`"${person}" has signed already`)
  return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
    use: 'presence',
    decisions: ['attest'],
    about: ceremony.opened,
    planSha256: null,
    state: 'active',
  })
}

function checkDeviation(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const {step, decided_by: by, agreed_by: agreed} = schemas['deviation.recorded'].parse(entry.data)
  const known = scriptOf(view, ceremony.template)?.some(({id}) => id === step)
  return known !== false
    ? strangers('deviation', entry, ceremony, [by, ...agreed])
    : [problem('step', entry, `the template has no step "${step}"`)]
}

function strangers(rule: string, entry: Entry, ceremony: Ceremony, people: readonly string[]): Problem[] {
  const stranger = people.find((id) => !everyone(ceremony).includes(id))
  return stranger === undefined ? [] : [problem(rule, entry, `"${stranger}" takes no part in this ceremony`)]
}

function checkSignOff(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const wrong = (message: string): Problem[] => [problem('signoff', entry, message)]
  const said = schemas['signoff.opened'].parse(entry.data)
  const script = scriptOf(view, ceremony.template)
  const next = script?.[ceremony.done.length]
  if (said.round !== (ceremony.signOff?.round ?? 0) + 1) return wrong(`round ${said.round} is not the next`)
  if (ceremony.signOff !== null && !roundIsDue(ceremony))
    return wrong('no deviation came after the round before it')
  if (script !== null && next?.kind !== 'sign-off')
    return [
      problem(
        'step-order',
        entry,
        `expected step "${next?.id ?? ''}" (${next?.kind ?? ''}), got the sign-off`,
      ),
    ]
  if (said.template_sha256 !== ceremony.template) return wrong('the template is another')
  if (said.first !== ceremony.seq || said.count !== ceremony.leaves.length)
    return wrong(
      `it speaks of ${said.count} entries from ${said.first}; there are ${ceremony.leaves.length} from ${ceremony.seq}`,
    )
  if (said.root !== transcriptRoot(ceremony)) return wrong('its root is not that of the ceremony’s entries')
  if (jcs(said.deviations) !== jcs(ceremony.deviations.map(({seq}) => seq)))
    return wrong('its deviations are not those that were recorded')
  if (jcs(said.sets) !== jcs([...ceremony.sets])) return wrong('its sets are not those that were split')
  return jcs(said.keys) === jcs(ceremony.keys.map((one) => ({...one})))
    ? []
    : wrong('its keys are not those that were made')
}

function checkTranscript(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const signed = signedStatement(entry.data)
  const about = ceremony.signOff === null ? undefined : view.entry(ceremony.signOff.seq)
  const {person} = signed.statement
  if (about === undefined) return [problem('transcript', entry, 'the sign-off is not here')]
  if (roundIsDue(ceremony))
    return [problem('transcript', entry, 'a deviation came after this round: the next is not open')]
  if (!everyone(ceremony).includes(person))
    return [problem('transcript', entry, `"${person}" took no part in this ceremony`)]
  if (ceremony.signed.some((one) => one.person === person))
    return [problem('transcript', entry, `"${person}" has signed already`)]
  return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
    use: 'transcript',
    decisions: ['attest'],
    about,
    planSha256: null,
    state: 'active',
  })
}

/** RFC 6962 root, base64, over the leaf hashes of a ceremony's entries so far. */
export function transcriptRoot({leaves}: Pick<Ceremony, 'leaves'>): string {
  return base64(rootOf(leaves.map((leaf) => fromHex(leaf))))
}
