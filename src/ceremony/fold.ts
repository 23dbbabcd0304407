/** Replays ceremonies: each step once, in the order of the template, and signatures over exactly what happened. */
import {jcs, type Json} from '../base/jcs.ts'
import {Versions} from '../base/versions.ts'
import {custodyFold} from '../custody/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {factsOf, profilesFold} from '../profiles/index.ts'
import {changed, openedBy} from './changes.ts'
import {checkWithin} from './rules.ts'
import {carried, schemas, type OwnType} from './schemas.ts'
import {statusOfCeremony, type Ceremonies, type Ceremony} from './state.ts'
import {scriptOf} from './order.ts'

export {transcriptRoot} from './rules.ts'

export const ceremonyFold: Fold<Ceremonies> = {
  name: 'ceremony',
  types: [...Object.keys(schemas), ...carried],
  initial: () => new Versions(),

  /** What is no part of any ceremony names none: else it would stand in one, and in no transcript. */
  every(_view: View, entry: Entry): readonly Problem[] {
    return entry.ceremony === null || isOwn(entry.type) || isCarried(entry.type)
      ? []
      : [problem('ceremony', entry, `"${entry.type}" belongs to no ceremony`)]
  },

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

function isCarried(type: string): boolean {
  return (carried as readonly string[]).includes(type)
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
  scriptOf(view, opened.template.blob)
  if (opened.profile === null) return []
  const standing = view.of(profilesFold).profiles.get(opened.profile.name)
  if (standing === undefined) return wrong(`there is no profile "${opened.profile.name}"`)
  const {name, environment, identity} = factsOf(standing)
  return jcs({name, environment, identity}) === jcs(opened.profile)
    ? []
    : wrong('the profile is not the one that stands')
}
