/** A room that answers from a file: for rehearsals and tests; refused where the profile is production. */
import {isUtf8} from 'node:buffer'
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {readYaml, YamlProblem} from '../base/yaml.ts'
import {findPerson, type Person, type Roster, type Signer} from '../custody/index.ts'
import type {Room} from './room.ts'
import {headerLines} from './screen.ts'

const answer = z.union([z.strictObject({answer: z.unknown().optional()}).loose(), z.string(), z.boolean()])
const schema = z.strictObject({
  parameters: z.record(z.string(), z.unknown()).default({}),
  participants: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  signers: z.record(z.string(), z.string()).default({}),
  steps: z.record(z.string(), answer).default({}),
  /** What is said at a step besides its answers. */
  deviations: z
    .array(
      z.strictObject({
        step: z.string(),
        what: z.string(),
        why: z.string(),
        'decided-by': z.string(),
        'agreed-by': z.array(z.string()),
      }),
    )
    .default([]),
  /** Pauses when the step begins, or at a step of kind `pause`: who stays. */
  pauses: z.array(z.strictObject({step: z.string(), remain: z.array(z.string())})).default([]),
  /** Who is in the room again after a break; everybody where it is not said. */
  present: z.array(z.string()).optional(),
  default: z.union([z.literal('yes'), z.literal('no'), z.boolean()]).default('no'),
})
export type Answers = z.infer<typeof schema>

/** People stand here as they are called, by address too. */
const called = /^[\p{L}\p{N}][\P{Cc}]{0,253}$/u
const fields = [
  'parameters',
  'participants',
  'signers',
  'steps',
  'deviations',
  'pauses',
  'present',
  'default',
]

/** @throws KeyriteError `ANSWERS_INVALID` naming the field, and the nearest right word. */
export function parseAnswers(bytes: Uint8Array, path: string): Answers {
  const refuse = (fact: string): never => {
    throw new KeyriteError('ANSWERS_INVALID', `cannot use "${path}": ${fact}`, {
      hints: [`its fields are ${fields.join(', ')}`],
    })
  }
  if (!isUtf8(bytes)) return refuse('it is not UTF-8 text')
  let value: unknown
  try {
    value = readYaml(Buffer.from(bytes).toString('utf8'), called).value
  } catch (error) {
    if (error instanceof YamlProblem) return refuse(`line ${error.position.line}: ${error.message}`)
    throw error
  }
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys
    const near = nearest(unknown, fields)
    return refuse(`unknown field "${unknown}"${near.length === 0 ? '' : `: did you mean ${near.join()}?`}`)
  }
  return refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its form'}`)
}

export interface AnswerWorld {
  readonly answers: Answers
  readonly roster: Roster
  /** Makes a signer of a private key file. */
  readonly signerFor: (path: string) => Promise<Signer>
  readonly say: (line: string) => void
}

/** The room of an answers file. */
export function answersRoom({answers, roster, signerFor, say}: AnswerWorld): Room {
  const signers = new Map(
    Object.entries(answers.signers).map(([typed, path]) => [findPerson(roster, typed).id, path]),
  )
  const given = (step: string): unknown => {
    const one = answers.steps[step]
    return typeof one === 'object' ? one.answer : one
  }
  const yes = (value: unknown): boolean => value === true || value === 'yes' || value === 'approve'
  // A step that is also asked for words has its yes or no beside them, as `confirm`.
  const agreed = (step: string): boolean => {
    const said = given(step)
    return yes((isFields(said) ? said['confirm'] : said) ?? answers.default)
  }
  return {
    begin: (header) => {
      for (const line of headerLines(header)) say(line)
    },
    say: (lines) => {
      for (const line of lines) say(line === '' ? '' : `  ${line}`)
    },
    confirm: (step) => Promise.resolve(agreed(step)),
    text: (step, field) => Promise.resolve(textFor(given(step), step, field)),
    decide: (step, person) =>
      Promise.resolve(
        decisionOf(given(step), person, roster) ??
          (agreed(step) || given(step) !== undefined ? 'approve' : 'reject'),
      ),
    async signer(person) {
      const path = signers.get(person.id)
      return path === undefined ? null : signerFor(path)
    },
    present: async (people, why, step) => {
      const remain = answers.pauses.find((one) => one.step === step)?.remain
      const named = why === 'stay' ? remain : answers.present
      const ids = named?.map((typed) => findPerson(roster, typed).id)
      return people.filter(({id}) => ids === undefined || ids.includes(id))
    },
    otherwise: () => Promise.resolve(null),
    rest: () => Promise.resolve(),
    saidBefore: (step) => ({
      deviations: answers.deviations
        .filter((one) => one.step === step)
        .map(({what, why, 'decided-by': by, 'agreed-by': agreed}) => ({
          what,
          why,
          decidedBy: findPerson(roster, by).id,
          agreedBy: agreed.map((typed) => findPerson(roster, typed).id),
        })),
      pause: answers.pauses.some((one) => one.step === step),
    }),
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A map of field to text; a bare text where the step has one field. */
function textFor(value: unknown, step: string, field: string): string {
  if (typeof value === 'string' && value !== '') return value
  const found = isFields(value) ? value[field] : undefined
  if (typeof found === 'string' && found !== '') return found
  if (typeof found === 'number') return String(found)
  throw new KeyriteError(
    'ANSWERS_INVALID',
    `the answers file has no text for field "${field}" of step "${step}"`,
    {hints: [`steps: {${step}: {answer: {${field}: "…"}}}`]},
  )
}

/** `answer: {alice: reject}` answers for one person; everyone else follows the default. */
function decisionOf(
  value: unknown,
  person: Person,
  roster: Roster,
): 'approve' | 'reject' | 'later' | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [typed, said] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    if (
      findPerson(roster, typed).id === person.id &&
      (said === 'approve' || said === 'reject' || said === 'later')
    )
      return said
  }
  return undefined
}
