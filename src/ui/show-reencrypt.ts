/** What must be encrypted again, for people, tables and programs. */
import {csvLines} from '../base/csv.ts'
import {visible, visibleJson} from '../base/visible.ts'
import {hang, wrap} from '../paper/wrap.ts'
import {isSaidDone, type ToReencrypt} from '../keys/index.ts'
import type {Shown} from './command.ts'
import {counted, type Print} from './print.ts'

export type Format = 'table' | 'csv' | 'json'

const why = {
  compromised: 'compromised',
  contained: 'contained in an incident',
  going: 'to be destroyed',
  retired: 'retired',
  wanted: 'asked for',
} as const
const acts = {
  'encrypt-again': 'encrypt again',
  'wrap-anew': 'wrap anew',
  'new-data-key': 'encrypt again under a new data key',
  rotate: 'rotate it, and encrypt again what lies under it',
} as const

export function reencryptShown(print: Print, plan: readonly ToReencrypt[], format: Format): Shown {
  const left = plan.filter((one) => !isSaidDone(one))
  const document = {
    schema: 'keyrite.reencryption/1',
    exit: left.length === 0 ? 0 : 10,
    left: left.length,
    items: plan.map((one, at) => ({priority: at + 1, ...one, next: nextOf(one)})),
  } as const
  if (format === 'json') return {document, lines: [visibleJson(document)]}
  if (format === 'csv') return {document, lines: csv(plan)}
  return {
    document,
    lines: [
      ...(plan.length === 0
        ? ['Nothing has to be encrypted again, as far as keyrite knows.']
        : plan.flatMap((one, at) => itemLines(print, one, at + 1))),
      ...(left.length === 0 ? [] : ['', ...nextLines(print, left)]),
    ],
  }
}

/** Two or three lines each: a table of so many columns could not be read in 80. */
function itemLines(print: Print, one: ToReencrypt, at: number): readonly string[] {
  const reason = `${why[one.reason]}${one.until === null ? '' : `, gone ${one.until.slice(0, 10)}`}`
  return [
    ...broken(print, `${at}  `, `${one.key} version ${one.version}: ${reason}, ${one.classification}`),
    ...broken(print, '   ', `${whatOf(one)}: ${acts[one.act]}; owner ${one.owner}${saidOf(one)}`),
  ]
}

/** Broken between words, and what follows set below its beginning. */
function broken(print: Print, lead: string, sentence: string): readonly string[] {
  if (print.plain) return [visible(`${lead}${sentence}`.trim())]
  return hang(lead, ' '.repeat(lead.length), wrap(visible(sentence), print.width - lead.length))
}

function csv(plan: readonly ToReencrypt[]): string[] {
  const heads =
    'priority,key,version,reason,what,name,owner,classification,last_used,until,act,duty,status,due,next'
  return csvLines(
    heads.split(','),
    plan.map((one, at) => [
      ...[String(at + 1), one.key, String(one.version), one.reason, one.what, one.name ?? '', one.owner],
      ...[one.classification, one.lastUsed ?? '', one.until ?? '', one.act],
      ...[one.duty?.id ?? '', one.duty?.status ?? '', one.duty?.due ?? '', nextOf(one) ?? ''],
    ]),
  )
}

function whatOf({what, name}: ToReencrypt): string {
  if (what === 'data') return name === null ? 'data under it; nobody named uses it' : `data of ${name}`
  return what === 'key' ? `key ${name ?? ''}, below it` : `data key ${name ?? ''}`
}

/** What was said, and by whom it is kept: keyrite saw nothing of it. */
function saidOf({what, duty}: ToReencrypt): string {
  if (what !== 'data') return ''
  return duty === null ? '; nothing was said of it yet' : `; said: ${duty.status} (${duty.id})`
}

function nextOf({key, name, act, duty}: ToReencrypt): string | null {
  if (act === 'wrap-anew') return `keyrite key rewrap ${key}`
  if (act === 'rotate') return `keyrite rotation plan ${name ?? ''}`
  if (act === 'new-data-key') return 'keyrite key wrap KEY NAME, under a key that is not compromised'
  if (duty?.status === 'done') return null
  return duty === null
    ? `keyrite key reencrypt ${key} --owe DATE`
    : `keyrite duty done ${duty.id} --evidence TEXT|FILE`
}

function nextLines(print: Print, left: readonly ToReencrypt[]): readonly string[] {
  const next = [...new Set(left.flatMap((one) => nextOf(one) ?? []))]
  return [
    ...broken(
      print,
      '',
      `${counted(left.length, 'item')} left, the most pressing first. Of data keys that are wrapped anew it is seen that they are; of all else only what somebody says is kept.`,
    ),
    ...next.slice(0, 3).map((one) => `Next: ${one}`),
    ...(next.length > 3 ? [`And ${next.length - 3} more: --format csv, or --json, has each.`] : []),
  ]
}
