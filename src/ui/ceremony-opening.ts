/** What is asked before a ceremony opens: values that the template leaves open, and who has which role. What does not fit is said, and asked again. */
import {KeyriteError} from '../base/errors.ts'
import type {Answers} from '../ceremony/answers.ts'
import {assignedTo, places, type Assigned} from '../ceremony/assigned.ts'
import {
  completeValues,
  demandNone,
  givenValues,
  typedValue,
  valuesFromSets,
  withoutValue,
} from '../ceremony/parameters.ts'
import {isOfPeople} from '../ceremony/recorded.ts'
import type {Opening} from '../ceremony/open.ts'
import type {Loaded, Template, Values} from '../ceremony/template.ts'
import {findPerson, type Roster} from '../custody/index.ts'
import type {Ask} from './ask.ts'
import {shellWord} from './doctor/finding.ts'

/** Flags first, then the answers file, then defaults, then the terminal. @param roster - whose people may be named. @throws KeyriteError `USAGE`, and what `ask` throws. */
export async function openingValues(
  ask: Ask,
  roster: Roster,
  {template: {parameters}}: Loaded,
  sets: readonly string[],
  answers: Answers | null,
): Promise<Values> {
  let values = givenValues(parameters, sets, answers?.parameters ?? {})
  for (const name of withoutValue(parameters, values)) {
    const {type, text: asked} = parameters.get(name) ?? {type: 'text' as const, text: name}
    const text = await ask.text({
      message: asked,
      flag: `--set ${name}=VALUE`,
      check: (one) => {
        const read = typedValue(type, one)
        if ('problem' in read) return read.problem
        if (!isOfPeople(type)) return null
        return problemOf(() => names(one).map((person) => findPerson(roster, person)))
      },
    })
    const one = valuesFromSets(parameters, [`${name}=${text}`])
    demandNone(one.problems)
    values = new Map([...values, ...one.values])
  }
  return completeValues(parameters, values)
}

/** Who has each role: as named, and asked for where nobody is. @throws what `ask` throws; who was named is judged by whoever opens the ceremony. */
export async function askPeople(
  ask: Ask,
  roster: Roster,
  template: Pick<Template, 'roles'>,
  named: Readonly<Record<string, readonly string[]>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const all: Record<string, readonly string[]> = {...named}
  for (const [role, definition] of template.roles) {
    if (all[role] !== undefined) continue
    const others = taken(roster, all)
    const holders = [...roster.values()].filter(
      ({state, roles}) => state === 'active' && (roles as readonly string[]).includes(role),
    )
    const among = holders.map(({id, address}) => address ?? id).join(', ')
    const text = await ask.text({
      message: `Who is ${role}? (${places(definition)}, with commas${among === '' ? '' : `; the roster has ${among}`})`,
      flag: `--participant ${role}=PERSON,PERSON`,
      check: (typed) => problemOf(() => assignedTo(roster, template, role, names(typed), others)),
    })
    all[role] = names(text)
  }
  return all
}

/** What was typed is not lost where the ceremony is not opened: the refusal ends with the command that says it all again. @returns any other error as it is. */
export function withAnswers(
  error: unknown,
  template: string,
  {loaded, values, participants}: Pick<Opening, 'loaded' | 'values' | 'participants'>,
  flags: {readonly set: readonly string[]; readonly participant: readonly string[]},
): unknown {
  if (!(error instanceof KeyriteError)) return error
  const {parameters, roles} = loaded.template
  const said = (flag: string, name: string): boolean => flag.startsWith(`${name}=`)
  const open = (name: string): boolean => parameters.get(name)?.default === undefined
  const isAsked =
    [...values.keys()].some((name) => open(name) && !flags.set.some((flag) => said(flag, name))) ||
    [...roles.keys()].some((role) => !flags.participant.some((flag) => said(flag, role)))
  if (!isAsked) return error
  const typed = [...values].filter(([name]) => open(name) || flags.set.some((flag) => said(flag, name)))
  const words = [
    ...typed.map(([name, value]) => ['--set', `${name}=${[value].flat().join(',')}`]),
    ...Object.entries(participants).map(([role, people]) => ['--participant', `${role}=${people.join(',')}`]),
  ]
  const again = ['keyrite ceremony run', template, ...words.flat().map((word) => shellWord(word))].join(' ')
  const {code, message, hints, changed, cause} = error
  return new KeyriteError(code, message, {hints: [...hints, again], changed, cause})
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Those who were named before, as far as the roster knows them: whoever opens the ceremony says whom it does not. */
function taken(roster: Roster, all: Readonly<Record<string, readonly string[]>>): readonly Assigned[] {
  return Object.entries(all).map(([role, people]) => ({
    role,
    people: people.flatMap((typed) => {
      try {
        return [findPerson(roster, typed).id]
      } catch (error) {
        if (error instanceof KeyriteError) return []
        throw error
      }
    }),
  }))
}

function problemOf(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof KeyriteError) return error.message
    throw error
  }
}
