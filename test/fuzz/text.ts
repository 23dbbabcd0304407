/** What can be done to text: lines, numbers, white space, and characters that look like others or like nothing. */
import type {Mutation} from './bytes.ts'
import type {Rng} from './rng.ts'

type TextChange = (rng: Rng, text: string, others: readonly string[]) => string

/** Characters that are not seen, turn the line around, look like another, are composed in two ways, or end a line. */
export const tricks: readonly string[] = [
  '\u200b',
  '\u200d',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\u00ad',
  '\u0301',
  '\u00e9',
  '\u0430',
  '\u2028',
  '\u0085',
  '\u{e0041}',
  '\u{1f600}',
  '\ufffd',
  '\uff11',
  '\u2014',
  '\u0000',
  '\u001b[2J',
  '\r',
  '\t',
  '\\u0061',
  '\\ud800',
]
export const numbers: readonly string[] = [
  '0',
  '-0',
  '-1',
  '00',
  '1.0',
  '1e0',
  '1e400',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551616',
  '4294967296',
  '0x10',
  '1_0',
  '\u0661',
  'NaN',
  '2147483648',
]

const changes: readonly TextChange[] = [
  (rng, text) => put(text, rng.below(text.length + 1), rng.pick(tricks)),
  (rng, text) => put(text, rng.below(text.length + 1), rng.pick([' ', '\n', '\r\n', '\t', '  ', '\n\n'])),
  (rng, text) => replaceNth(rng, text, /\d+/g, rng.pick(numbers)),
  (rng, text) => replaceNth(rng, text, /[A-Za-z]+/g, rng.pick(['', 'null', 'true', 'A', 'a'.repeat(300)])),
  (rng, text) => lines(rng, text, (all, at) => all.toSpliced(at, 1)),
  (rng, text) => lines(rng, text, (all, at) => all.toSpliced(at, 0, all[at] ?? '')),
  (rng, text) => lines(rng, text, (all, at) => all.with(at, all[0] ?? '').with(0, all[at] ?? '')),
  (rng, text, others) =>
    lines(rng, text, (all, at) => all.toSpliced(at, 1, rng.pick(rng.pick(others).split('\n')))),
  (rng, text) => lines(rng, text, (all, at) => all.with(at, `${all[at] ?? ''} `)),
  (rng, text) => lines(rng, text, (all, at) => all.with(at, (all[at] ?? '').trimStart())),
  (rng, text) => text.replaceAll('\n', rng.pick(['\r\n', '\r', '', '\n\n'])),
  (rng, text) => (rng.oneIn(2) ? text.toUpperCase() : text.normalize('NFD')),
  (rng, text) => text + rng.pick(['\n', ' ', '\u0000', text.slice(0, 400)]),
]

/** Text as bytes; bytes that are no UTF-8 are read as far as can be. */
export const textMutation: Mutation = (rng, bytes, others) => {
  const texts = others.map(textOf)
  return Buffer.from(rng.pick(changes)(rng, bytes.toString('utf8'), texts))
}

const known = new WeakMap<Buffer, string>()

/** Good inputs are asked for in each case. */
function textOf(bytes: Buffer): string {
  const text = known.get(bytes) ?? bytes.toString('utf8')
  known.set(bytes, text)
  return text
}

function put(text: string, at: number, more: string): string {
  return text.slice(0, at) + more + text.slice(at)
}

function replaceNth(rng: Rng, text: string, pattern: RegExp, by: string): string {
  const found = [...text.matchAll(pattern)]
  if (found.length === 0) return text + by
  const {index, 0: word} = rng.pick(found)
  return text.slice(0, index) + by + text.slice(index + word.length)
}

function lines(
  rng: Rng,
  text: string,
  change: (all: readonly string[], at: number) => readonly string[],
): string {
  const all = text.split('\n')
  return change(all, rng.below(all.length)).join('\n')
}
