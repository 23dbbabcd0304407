/** What the commands that change who writes have in common: the new key, the plan, and what is said of the outcome. */
import {lstatSync, statSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {fromBase64, hex} from '../base/bytes.ts'
import {isTime} from '../ledger/index.ts'
import {wordLines, words} from '../base/words.ts'
import {parseVkey, type LedgerFacts, type Whole} from '../ledger/index.ts'
import {policyFold, ruleFor, type OperationName} from '../policy/index.ts'
import type {Asking, Plan} from '../requests/index.ts'
import type {Fact} from './print.ts'

/** @param typed - what `take-over --prepare` printed. @throws KeyriteError `USAGE` unless it can be the next writer's. */
export function newKey({name, writers}: LedgerFacts, typed: string): string {
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', `cannot hand over to "${typed}": ${fact}`, {
      hints: ['on the other machine: keyrite ledger take-over --prepare, and give what it prints'],
    })
  }
  try {
    if (parseVkey(typed).name !== name) refuse('it is a key for another ledger')
  } catch (error) {
    if (error instanceof TypeError) refuse(error.message)
    throw error
  }
  if (writers.some(({vkey}) => vkey === typed)) refuse('it is a key that this ledger has, or had, already')
  return typed
}

/** The id of the rule that speaks of an operation on the ledger. @throws KeyriteError `POLICY_REFUSES`. */
export function ruleId({ledger}: Pick<App, 'ledger'>, operation: OperationName): string {
  const {policy} = ledger.of(policyFold)
  return ruleFor(policy, {operation, class: null, kind: null}).id
}

export function askingFor(plan: Plan, reason: string | undefined): Asking {
  return {plan, names: {}, reason: reason ?? null, ticket: null, only: null}
}

/** Refuses a place that cannot be written to, before anything is done that cannot be undone. @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND`. */
export function demandFreeFile(path: string): void {
  if (lstatSync(resolve(path), {throwIfNoEntry: false}) !== undefined)
    throw new KeyriteError('EXISTS', `cannot write "${path}": something with this name exists`, {
      hints: ['give another name, or move it away first'],
    })
  if (statSync(dirname(resolve(path)), {throwIfNoEntry: false})?.isDirectory() !== true)
    throw new KeyriteError('FILE_NOT_FOUND', `cannot write "${path}": there is no such folder`, {
      hints: [`mkdir -p ${dirname(path)}`],
    })
}

/** A time as people type it, whole seconds or a day allowed. @throws KeyriteError `USAGE`. */
export function timeTyped(text: string, now: Date): string {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : text.replace(/(:\d\d)Z$/, '$1.000Z')
  if (!isTime(full))
    throw new KeyriteError(
      'USAGE',
      `cannot read the time "${text}": expected 2026-11-22 or 2026-11-22T03:09:18Z`,
    )
  if (full > now.toISOString()) throw new KeyriteError('USAGE', `cannot take "${text}": it lies ahead`)
  return full
}

/** What every such command tells of the ledger. */
export function wholeDocument({
  facts,
  entries,
  root,
}: Pick<Whole, 'facts' | 'entries' | 'root'>): Readonly<Record<string, unknown>> {
  return {
    ledger: facts.name,
    fingerprint: facts.fingerprint,
    words: words(Buffer.from(facts.fingerprint, 'hex')),
    size: entries,
    root: root === null ? null : hex(fromBase64(root)),
    vkey: facts.vkey,
  }
}

export function wholeFacts({facts, entries}: Pick<Whole, 'facts' | 'entries'>): readonly Fact[] {
  return [
    ['Ledger', facts.name],
    ['Entries', entries],
    ['Written by', facts.vkey],
    ['Fingerprint', facts.fingerprint],
  ]
}

export function fingerprintLines({fingerprint}: LedgerFacts): readonly string[] {
  return wordLines(Buffer.from(fingerprint, 'hex'))
}
