/** What can be done to YAML: everything by which two readers could read two things, or one reader never come back. */
import {parse, stringify} from 'yaml'
import type {Mutation} from './bytes.ts'
import type {Rng} from './rng.ts'

const values: readonly string[] = [
  '&a x',
  '*a',
  '!!js/function "x"',
  '!!binary aGk=',
  '!<tag:x> y',
  '!!set {a, b}',
  '{<<: *a}',
  '.inf',
  '-.nan',
  '0x1f',
  '0o17',
  '017',
  '1_000',
  '1e999',
  '-0',
  '-0.0',
  '12:30:45',
  '2026-11-22',
  'yes',
  'NO',
  '~',
  '|',
  '>-\n  folded\n  text',
  '"\\x00\\u202e\\L"',
  "'it''s'",
  '? a\n: b',
  '[a, , b]',
  '{a, b}',
  '{a: 1, a: 2}',
  '- - - x',
  '%YAML 1.1',
  '---',
  '...',
  '# comment',
  '"unclosed',
  '@x',
  '`x`',
]

/** A value that grows: each level refers twice to the one before. */
function bomb(levels: number): string {
  const lines = Array.from({length: levels}, (_, at) =>
    at === 0 ? 'b0: &b0 [x, x]' : `b${at}: &b${at} [*b${at - 1}, *b${at - 1}]`,
  )
  return `${lines.join('\n')}\n`
}

const changes: readonly ((rng: Rng, text: string) => string)[] = [
  (rng, text) => atLine(rng, text, (line) => line.replace(/(:|-) .*/, `$1 ${rng.pick(values)}`)),
  (rng, text) => atLine(rng, text, (line) => line.replace(/(:|-) .*/, `$1 ${rng.pick(values)}`)),
  (rng, text) =>
    atLine(rng, text, (line) => line.replace(/^( *)/, `$1${rng.pick(['  ', ' ', '\t', '- ', '? ', '&x '])}`)),
  (rng, text) => atLine(rng, text, (line) => line.replace(/^ {1,2}/, '')),
  (rng, text) => atLine(rng, text, (line) => `${line}\n${line}`),
  (rng, text) => atLine(rng, text, (line) => `${rng.pick(values)}\n${line}`),
  (rng, text) =>
    atLine(rng, text, (line) =>
      line.replace(
        /([A-Za-z-]+):/,
        rng.pick(['"$1":', '<<:', '$1 :', '"\\x61$1":', '__proto__:', 'constructor:']),
      ),
    ),
  (rng, text) =>
    rng.pick(['%YAML 1.1\n---\n', '%TAG ! tag:x,2000:\n---\n', '\ufeff', '---\n', '--- |\n']) + text,
  (rng, text) => `${text}${rng.pick(['\n---\nx: 1\n', '\n...\nx', '\n--- x'])}`,
  (rng, text) => JSON.stringify(loaded(text), null, rng.pick([0, 1])),
  (rng, text) =>
    stringify(loaded(text), {
      defaultStringType: rng.pick(['QUOTE_DOUBLE', 'QUOTE_SINGLE', 'PLAIN']),
      indent: rng.pick([2, 4]),
    }),
  (rng, text) => `${text}\nx: ${'y'.repeat(rng.below(300))}`,
]

/** What is long or deep: a reader needs as long for one of these as for ten others. */
const large: typeof changes = [
  (rng, text) => atLine(rng, text, () => `  ${'a'.repeat(rng.pick([100, 4097, 70_000]))}: x`),
  (rng, text) => bomb(rng.pick([2, 5, 30, 200])) + text,
  (rng, text) => `${text}\nx: ${'['.repeat(rng.pick([13, 200, 20_000]))}`,
  (rng, text) =>
    `${text}\nx: ${rng.pick(['[', '{a: '])}${rng.pick(['[', '{a: ']).repeat(rng.pick([5, 200, 2000]))}`,
  (rng, text) => `${text}\n${'- '.repeat(rng.pick([5, 200, 20_000]))}x`,
  (rng, text) =>
    `${text}\n${Array.from({length: rng.pick([20, 300])}, (_, at) => `${' '.repeat(at)}a:`).join('\n')}`,
  (rng, text) => text.repeat(rng.pick(rng.oneIn(20) ? [10, 100] : [2, 3])),
]

export const yamlMutation: Mutation = (rng, bytes) =>
  Buffer.from(rng.pick(rng.oneIn(20) ? large : changes)(rng, bytes.toString('utf8')))

function atLine(rng: Rng, text: string, change: (line: string) => string): string {
  const lines = text.split('\n')
  const at = rng.below(lines.length)
  return lines.with(at, change(lines[at] ?? '')).join('\n')
}

function loaded(text: string): unknown {
  // The library alone has no bounds, and needs seconds for some of what is refused at once.
  if (text.length > 30_000 || /[[{]{40}|(?:- ){40}|(?: {9,}a:\n){9}/.test(text)) return {}
  try {
    const value: unknown = parse(text, {maxAliasCount: 0, logLevel: 'silent'})
    // What is nested too deep to be written again is left to the changes that work on text.
    return deepest(value) > 200 ? {} : value
  } catch {
    return {}
  }
}

/** How deep a value is nested, counted without calling itself. */
function deepest(value: unknown): number {
  let depth = 0
  let level: readonly unknown[] = [value]
  for (; level.length > 0 && depth <= 200; depth++)
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : [],
    )
  return depth
}
