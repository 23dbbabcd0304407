/** What must be encrypted again, for people, tables and programs. */
import {csvLines} from '../base/csv.ts'
import {visibleJson} from '../base/visible.ts'
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
      ...print.table(
        ['#', 'Key', 'Why', 'What', 'Protects', 'Owner', 'To do', 'Said'],
        plan.map((one, at) => [
          String(at + 1),
          `${one.key} v${one.version}`,
          `${why[one.reason]}${one.until === null ? '' : ` ${one.until.slice(0, 10)}`}`,
          whatOf(one),
          one.classification,
          one.owner,
          acts[one.act],
          saidOf(one),
        ]),
        'Nothing has to be encrypted again, as far as keyrite knows.',
      ),
      ...(left.length === 0 ? [] : ['', ...nextLines(left)]),
    ],
  }
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
  if (what !== 'data') return '-'
  return duty === null ? 'nothing yet' : `${duty.status} (${duty.id})`
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

function nextLines(left: readonly ToReencrypt[]): readonly string[] {
  const next = [...new Set(left.flatMap((one) => nextOf(one) ?? []))]
  return [
    `${counted(left.length, 'item')} left, the most pressing first. Of data keys that are wrapped anew it is seen that they are; of all else only what somebody says is kept.`,
    ...next.slice(0, 3).map((one) => `Next: ${one}`),
    ...(next.length > 3 ? [`And ${next.length - 3} more: --format csv, or --json, has each.`] : []),
  ]
}
