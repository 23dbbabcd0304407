/** The values of a rehearsal: as they were given, with software tokens in place of every profile, and something for what nobody said. */
import {standIns} from '../ceremony/parameters.ts'
import {allSteps} from '../ceremony/plans.ts'
import {fill, type Loaded, type Values} from '../ceremony/template.ts'

export interface Replaced {
  readonly parameter: string
  /** What was typed for it, if anything. */
  readonly typed: string | null
  readonly token: string
}

/** Each parameter of type profile gets a token of its own. */
export function replaceProfiles(
  {template: {parameters}}: Loaded,
  typed: Values,
): {readonly values: Values; readonly replaced: readonly Replaced[]} {
  const names = [...parameters].flatMap(([name, {type}]) => (type === 'profile' ? [name] : []))
  const replaced = names.map((parameter, at): Replaced => {
    const said = typed.get(parameter)
    return {
      parameter,
      typed: said === undefined ? null : String(said),
      token: at === 0 ? 'rehearsal-token' : `rehearsal-token-${at + 1}`,
    }
  })
  const tokens = replaced.map(({parameter, token}): [string, string] => [parameter, token])
  return {values: new Map([...typed, ...tokens]), replaced}
}

/** Something for every parameter that has neither value nor default. @param person - who answers for things. @param people - who stands where several are named. */
export function withStandIns(
  {template: {parameters}}: Loaded,
  values: Values,
  person: string,
  people: readonly string[] = [person],
): Values {
  const said = [...parameters].flatMap(
    ([name, {type, default: one}]): [string, string | readonly string[]][] => {
      if (values.has(name) || one !== undefined) return []
      if (type === 'person') return [[name, person]]
      if (type === 'person-list') return [[name, people]]
      if (type === 'text') return [[name, `${name} (stand-in)`]]
      if (type === 'text-list') return [[name, [`${name} (stand-in)`]]]
      return []
    },
  )
  return standIns(parameters, new Map([...said, ...values]))
}

/** Everyone whom a value names. */
export function peopleMentioned({template: {parameters}}: Loaded, values: Values): readonly string[] {
  return [...parameters].flatMap(([name, {type, default: one}]) => {
    const value = values.get(name) ?? one
    if (value === undefined || (type !== 'person' && type !== 'person-list')) return []
    return Array.isArray(value) ? value.map(String) : [String(value)]
  })
}

/** The profiles that the steps and materials name: each needs a token. */
export function profilesOf(loaded: Loaded, values: Values): readonly string[] {
  const filled = fill(loaded, values)
  const ofSteps = allSteps(filled).flatMap((step) => nameIn(step))
  return [...new Set([...ofSteps, ...filled.materials.flatMap((one) => nameIn(one))])]
}

function nameIn(thing: object): readonly string[] {
  return 'profile' in thing && typeof thing.profile === 'string' ? [thing.profile] : []
}
