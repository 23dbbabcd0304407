/** What can be done to JSON: to its members, and to how it is written. */
import type {Mutation} from './bytes.ts'
import type {Rng} from './rng.ts'
import {numbers, tricks} from './text.ts'

type Value = null | boolean | number | string | Value[] | Members
// An interface, because a type that names itself cannot be a Record.
interface Members {
  [name: string]: Value
}

const edges: readonly Value[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
  '',
  ' ',
  '0',
  'null',
  '__proto__',
  'a'.repeat(5000),
  [],
  [[]],
  {},
  {$: 'a'.repeat(64)},
  {$: 'a'},
  {blob: 'a'.repeat(64), size: 1, type: 'x'},
  {blob: 'a', size: -1, type: 0},
]
const names = [
  '',
  '$',
  '__proto__',
  'constructor',
  'toString',
  'type',
  'v',
  'seq',
  'a\u0301',
  '\u{1f600}',
  '\ufb33',
  '1',
]

/** JCS as RFC 8785 says, by what JSON.stringify and sort do: nothing of keyrite's is used. */
export function independentJcs(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(independentJcs).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${independentJcs(value[name] ?? null)}`).join()}}`
}

/** Whether these bytes are the canonical JSON of what they say. */
export function isCanonical(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(independentJcs(JSON.parse(text) as Value)).equals(bytes)
}

/** Changes a member, anywhere, and writes the whole canonically: what is refused then is refused for what it says. */
export const memberMutation: Mutation = (rng, bytes, others) => {
  const value = parsed(bytes) ?? parsed(rng.pick(others))
  if (value === undefined) return bytes
  return Buffer.from(independentJcs(changed(rng, value, others)))
}

/** The same, written in another way than the canonical one: spaces, escapes, members twice, other numbers. */
export const spellingMutation: Mutation = (rng, bytes, others) => {
  const value = parsed(bytes)
  if (value === undefined) return bytes
  const text = independentJcs(value)
  const ways: readonly (() => string)[] = [
    () => JSON.stringify(value, null, rng.pick([1, '\t', ' '])),
    () => text.replace(/[,:{[]/, (mark) => `${mark} `),
    () => text.replace(/"([a-z])/, (_all, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
    () => text.replace(/("[^"]+":[^,{}[\]]+)/, '$1,$1'),
    () => text.replace(/:\d+/, `:${rng.pick(numbers)}`),
    () => text.replace(/\{/, `{"${rng.pick(names)}":${JSON.stringify(rng.pick(edges))},`),
    () => nested(rng, text),
    () => independentJcs(changed(rng, value, others)).replace(/"/, rng.pick(['\u2019', "'", '', '""'])),
  ]
  return Buffer.from(rng.pick(ways)())
}

function nested(rng: Rng, text: string): string {
  const depth = rng.pick([2, 99, 100, 101, 102, 1000, 20_000])
  const [open, close] = rng.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  return text.replace(/:[^,{}[\]]+/, `:${open.repeat(depth)}1${close.repeat(depth)}`)
}

/** Undefined where it is not JSON, or nested deeper than this file could walk: then it stays as an earlier change left it. */
function parsed(bytes: Buffer): Value | undefined {
  const text = bytes.toString('utf8')
  if (depthOf(text) > 500) return undefined
  try {
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}

/** The value with one change at a place chosen at random. */
function changed(rng: Rng, value: Value, others: readonly Buffer[]): Value {
  const copy = structuredClone(value)
  const places = [...placesIn(copy)]
  if (places.length === 0) return rng.pick(edges)
  const {within, name} = rng.pick(places)
  const object = within as Members
  const {[name]: now} = object
  const kinds: readonly (() => void)[] = [
    () => {
      without(within, name)
    },
    () => (object[name] = rng.pick(edges)),
    () => (object[name] = tricked(rng, now ?? null)),
    () => (object[name] = rng.pick(places).within),
    () => {
      const from = rng.pick(places)
      object[name] = (from.within as Members)[from.name] ?? null
    },
    () => {
      if (Array.isArray(within)) within.push(now ?? null)
      else within[rng.pick(names)] = now ?? null
    },
    () => {
      if (Array.isArray(within)) within.reverse()
      else {
        without(within, name)
        object[rng.pick(names)] = now ?? null
      }
    },
    () => {
      const other = parsed(rng.pick(others))
      const from = other === undefined ? [] : [...placesIn(other)]
      if (from.length === 0) return
      const one = rng.pick(from)
      object[name] = (one.within as Members)[one.name] ?? null
    },
  ]
  rng.pick(kinds)()
  try {
    JSON.stringify(copy)
    return copy
  } catch {
    return rng.pick(edges) // it was put into itself
  }
}

/** Takes a member or an item away. */
function without(within: Value[] | Members, name: string): void {
  if (Array.isArray(within)) within.splice(Number(name), 1)
  else Reflect.deleteProperty(within, name)
}

/** A text with another character in it, a number beside it. */
function tricked(rng: Rng, value: Value): Value {
  if (typeof value === 'number') return rng.pick([value + 1, value - 1, -value, String(value), [value]])
  if (typeof value !== 'string') return rng.pick(edges)
  const at = rng.below(value.length + 1)
  return rng.pick([
    value.slice(0, at) + rng.pick(tricks) + value.slice(at),
    value.slice(0, at) + value.slice(at + 1),
    value.toUpperCase(),
    `${value}=`,
    value + value,
  ])
}

function* placesIn(value: Value): Generator<{within: Value[] | Members; name: string}> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    yield {within: value, name}
    yield* placesIn(inner)
  }
}

/** How many brackets are open at once, at most; those within texts count too. */
function depthOf(text: string): number {
  let [depth, most] = [0, 0]
  for (const mark of text) {
    if (mark === '[' || mark === '{') most = Math.max(most, (depth += 1))
    else if (mark === ']' || mark === '}') depth -= 1
  }
  return most
}
