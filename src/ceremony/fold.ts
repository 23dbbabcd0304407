/** Replays ceremonies: each step once, in the order of the template, and signatures over exactly what happened. */
import {base64, fromHex} from '../base/bytes.ts'
import {jcs, type Json} from '../base/jcs.ts'
import {Versions} from '../base/versions.ts'
import {custodyFold, judgeStatement, signedStatement} from '../custody/index.ts'
import {problem, rootOf, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {keysFold} from '../keys/index.ts'
import {requests} from '../requests/index.ts'
import {factsOf, profilesFold} from '../profiles/index.ts'
import {carried, schemas, type OwnType} from './schemas.ts'
import {everyone, statusOfCeremony, type Ceremonies, type Ceremony, type Note} from './state.ts'
import {stepsOf} from './order.ts'

export const ceremonyFold: Fold<Ceremonies> = {
  name: 'ceremony',
  types: [...Object.keys(schemas), ...carried],
  initial: () => new Versions(),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('ceremony', entry, message)]
    if (!isOwn(entry.type)) {
      if (entry.ceremony === null) return []
      const status = statusAt(view, entry)
      return status === 'running' ? [] : wrong(`its ceremony is ${status ?? 'not known'}`)
    }
    const parsed = schemas[entry.type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    if (entry.ceremony === null) return wrong('it names no ceremony')
    if (entry.type === 'ceremony.opened') return checkOpened(view, entry)
    const ceremony = view.of(ceremonyFold).get(entry.ceremony)
    return ceremony === undefined
      ? wrong('its ceremony was never opened')
      : checkWithin(view, entry, ceremony)
  },

  apply(view: View, entry: Entry): Ceremonies {
    const all = view.of(ceremonyFold)
    if (entry.ceremony === null) return all
    const before =
      entry.type === 'ceremony.opened' ? openedBy(entry, entry.ceremony) : all.get(entry.ceremony)
    if (before === undefined) return all
    const after = {
      ...changed(view, before, entry),
      leaves: [...before.leaves, entry.leaf],
      lastSeq: entry.seq,
    }
    return all.with(after.id, after)
  },

  *table(all: Ceremonies): Generator<readonly [string, Json]> {
    for (const one of all.values()) yield [one.id, rowOf(one)]
  },

  *changed(before: Ceremonies, after: Ceremonies) {
    for (const id of after.changedSince(before) ?? after.keys()) {
      const one = after.get(id)
      if (one !== undefined) yield [id, rowOf(one)]
    }
  },
}

function rowOf(one: Ceremony): Json {
  return {status: statusOfCeremony(one), steps: one.done.length, template: one.template, title: one.title}
}

function isOwn(type: string): type is OwnType {
  return type in schemas
}

function statusAt(view: View, entry: Entry): string | undefined {
  const ceremony = view.of(ceremonyFold).get(entry.ceremony ?? '')
  return ceremony === undefined ? undefined : statusOfCeremony(ceremony)
}

function checkOpened(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('ceremony', entry, message)]
  const opened = schemas['ceremony.opened'].parse(entry.data)
  if (view.of(ceremonyFold).has(entry.ceremony ?? '')) return wrong('a ceremony of this id exists')
  const {roster} = view.of(custodyFold)
  const stranger = opened.participants
    .flatMap(({people}) => people)
    .find((id) => roster.get(id)?.state !== 'active')
  if (stranger !== undefined) return wrong(`"${stranger}" is not active in the roster`)
  stepsOf(view.blob(opened.template.blob))
  if (opened.profile === null) return []
  const standing = view.of(profilesFold).profiles.get(opened.profile.name)
  if (standing === undefined) return wrong(`there is no profile "${opened.profile.name}"`)
  const {name, environment, identity} = factsOf(standing)
  return jcs({name, environment, identity}) === jcs(opened.profile)
    ? []
    : wrong('the profile is not the one that stands')
}

function checkWithin(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
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
    case 'ceremony.resumed':
      return [...demand('stopped', 'running'), ...checkPresent(entry, ceremony)]
    case 'ceremony.aborted':
      return demand('stopped', 'running')
    case 'signoff.opened':
      return [...demand('running'), ...checkSignOff(view, entry, ceremony)]
    case 'transcript.signed':
      return [...demand('waiting-for-signatures'), ...checkTranscript(view, entry, ceremony)]
    case 'bundle.made':
      return demand('waiting-for-signatures', 'signed-off', 'aborted')
  }
}

function checkStep(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const done = schemas['step.done'].parse(entry.data)
  const next = stepsOf(view.blob(ceremony.template))[ceremony.done.length]
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
  return [...strangers('step', entry, ceremony, done.by), ...checkFacts(view, entry, ceremony, done)]
}

/** A step that others' entries show is held to them: it cannot be done before they stand. */
function checkFacts(
  view: View,
  entry: Entry,
  ceremony: Ceremony,
  {kind, result}: {readonly kind: string; readonly result: Readonly<Record<string, Json>>},
): Problem[] {
  const wrong = (message: string): Problem[] => [problem('step', entry, message)]
  if (kind === 'quorum') {
    const request = view.of(requests).all.get(Number(textOf(result['request']).slice(1)))
    const met = request?.ceremony === ceremony.id && request.met !== null
    return met && request.id === result['request']
      ? []
      : wrong('no quorum of this ceremony was met that it names')
  }
  if (!['key.create', 'key.verify', 'key.activate'].includes(kind)) return []
  const made = ceremony.keys.some(({key}) => key === result['key'])
  const version = view.of(keysFold).keys.get(textOf(result['key']))?.versions[0]
  if (!made || version === undefined) return wrong('no key of this ceremony was made that it names')
  if (kind === 'key.verify' && version.tried?.ok !== true) return wrong('the key was not proved')
  if (kind === 'key.activate' && version.state !== 'active') return wrong('the key is not active')
  return []
}

function checkPresent(entry: Entry, ceremony: Ceremony): Problem[] {
  return strangers('ceremony', entry, ceremony, schemas['ceremony.resumed'].parse(entry.data).present)
}

function strangers(rule: string, entry: Entry, ceremony: Ceremony, people: readonly string[]): Problem[] {
  const stranger = people.find((id) => !everyone(ceremony).includes(id))
  return stranger === undefined ? [] : [problem(rule, entry, `"${stranger}" takes no part in this ceremony`)]
}

function checkSignOff(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const wrong = (message: string): Problem[] => [problem('signoff', entry, message)]
  const said = schemas['signoff.opened'].parse(entry.data)
  const next = stepsOf(view.blob(ceremony.template))[ceremony.done.length]
  if (next?.kind !== 'sign-off')
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
  return jcs(said.keys) === jcs(ceremony.keys.map((one) => ({...one})))
    ? []
    : wrong('its keys are not those that were made')
}

function checkTranscript(view: View, entry: Entry, ceremony: Ceremony): Problem[] {
  const signed = signedStatement(entry.data)
  const about = ceremony.signOff === null ? undefined : view.entry(ceremony.signOff.seq)
  const {person} = signed.statement
  if (about === undefined) return [problem('transcript', entry, 'the sign-off is not here')]
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

function openedBy(entry: Entry, id: string): Ceremony {
  const opened = schemas['ceremony.opened'].parse(entry.data)
  return {
    id,
    seq: entry.seq,
    title: opened.title,
    template: opened.template.blob,
    opened: entry,
    participants: opened.participants,
    profile: opened.profile?.name ?? null,
    stopped: false,
    aborted: false,
    done: [],
    notes: [],
    leaves: [],
    keys: [],
    signOff: null,
    signed: [],
    bundles: [],
    lastSeq: entry.seq,
  }
}

function changed(view: View, ceremony: Ceremony, entry: Entry): Ceremony {
  const note = (what: Note['what']): Ceremony['notes'] => {
    const reason = view.open(entry.data['reason'])
    return [
      ...ceremony.notes,
      {seq: entry.seq, at: entry.time, what, reason: typeof reason === 'string' ? reason : null},
    ]
  }
  switch (entry.type) {
    case 'step.done': {
      const done = schemas['step.done'].parse(entry.data)
      return {
        ...ceremony,
        done: [...ceremony.done, {...done, result: done.result, seq: entry.seq, at: entry.time}],
      }
    }
    case 'ceremony.stopped':
      return {...ceremony, stopped: true, notes: note('stopped')}
    case 'ceremony.resumed':
      return {...ceremony, stopped: false, notes: note('resumed')}
    case 'ceremony.aborted':
      return {...ceremony, aborted: true, notes: note('aborted')}
    case 'key.created':
      return {
        ...ceremony,
        keys: [...ceremony.keys, {key: textOf(entry.data['key']), version: Number(entry.data['version'])}],
      }
    case 'signoff.opened':
      return {...ceremony, signOff: {seq: entry.seq, leaf: entry.leaf, at: entry.time}}
    case 'transcript.signed': {
      const {statement} = signedStatement(entry.data)
      return {
        ...ceremony,
        signed: [
          ...ceremony.signed,
          {person: statement.person, seq: entry.seq, at: entry.time, key: statement.key},
        ],
      }
    }
    case 'bundle.made':
      return {
        ...ceremony,
        bundles: [...ceremony.bundles, {seq: entry.seq, sha256: textOf(entry.data['sha256'])}],
      }
    default:
      return ceremony
  }
}

/** A member whose form was checked. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
