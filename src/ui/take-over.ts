/** Taking the ledger over on this machine: prepared, released by the machine that wrote it, or without that. */
import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {
  discardDraft,
  demandOwnPins,
  dropReceived,
  goOn,
  hasLedger,
  ledgerNameIn,
  loadHead,
  loadPending,
  loadPin,
  loadWriter,
  parseCheckpoint,
  pendingWriter,
  realHome,
  receive,
  relationToHome,
  settleReceived,
  vkeyText,
  wholeIn,
  withLock,
  type Whole,
} from '../ledger/index.ts'
import {requests, restorePlan, statusOf, writerPlan, type Request} from '../requests/index.ts'
import {askAndApply, type Manner} from './gather.ts'
import {askingFor, ruleId} from './writer.ts'

/** A ledger as it was given: the file itself, or the home that it lies in. */
export function ledgerFile(path: string): string {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true ? join(path, 'ledger.db') : path
}

/**
 * The verifier key of the key that waits here, which is made if there is none.
 * @param pin - a signed checkpoint, for a machine that has no copy of the ledger yet.
 * @throws KeyriteError `USAGE` if it cannot be told which ledger is meant, `EXISTS` if this machine writes it already.
 */
export function prepare(
  {world}: App,
  pin: string | undefined,
): {readonly name: string; readonly vkey: string} {
  const {home, state} = world
  if (pin === undefined && !hasLedger(home))
    throw new KeyriteError(
      'USAGE',
      'cannot tell which ledger is to be taken over: there is none in this home',
      {
        hints: [
          '--pin FILE, with a pin of it: keyrite ledger pin --out FILE, where it is',
          '--home DIR, with a copy of it',
        ],
      },
    )
  const name = pin === undefined ? ledgerNameIn(home) : parseCheckpoint(pin).origin
  return {name, vkey: vkeyText(pendingWriter(state, name).key)}
}

/** What a copy is held against, besides itself. */
export interface Anchors {
  readonly pins: readonly string[]
  /** The fingerprint on paper. */
  readonly fingerprint: string | undefined
}

/** @throws KeyriteError `LEDGER_TAMPERED`. */
function demandNamed({facts}: Whole, {fingerprint}: Anchors): void {
  if (fingerprint === undefined || facts.fingerprint === fingerprint) return
  throw new KeyriteError(
    'LEDGER_TAMPERED',
    `cannot take this ledger over: its fingerprint is ${facts.fingerprint}`,
    {hints: ['it is not the ledger that was named']},
  )
}

/**
 * Goes on with a ledger that was handed over to the key that waits here. May be repeated.
 * @throws KeyriteError `LEDGER_NOT_WRITER` if it was handed over to another key, `LEDGER_TAMPERED`, `LEDGER_BEHIND`.
 */
export async function takeReleased(app: App, path: string, anchors: Anchors): Promise<Whole> {
  const {home, state} = app.world
  const whole = receive(home, ledgerFile(path), {folds: app.folds, pins: anchors.pins, state: null})
  try {
    demandNamed(whole, anchors)
    demandKey(app, whole)
    const relation = hasLedger(home) ? relationToHome(home) : 'ahead'
    if (relation === 'fork') throw forked(path)
    if (relation === 'prefix') return behindHome(app, whole)
    demandOwnPins(home, state, whole)
    await goOn(app.ledgerWorld, whole)
    return whole
  } finally {
    dropReceived(home)
  }
}

/** What lies in the home goes further than the file: the file was taken before. */
function behindHome(app: App, {facts}: Whole): Whole {
  const {access} = app.ledger
  if (access.kind !== 'reader') return wholeIn(app.world.home, {folds: app.folds, pins: [], state: null})
  throw new KeyriteError(
    'LEDGER_BEHIND',
    `cannot take this file: the ledger in this home goes further, and ${facts.vkey} no longer writes it`,
    {hints: ['keyrite ledger verify']},
  )
}

function demandKey({world: {state}}: App, {facts}: Whole): void {
  const keys = [loadPending(state, facts.name), loadWriter(state, facts.fingerprint, facts.name)]
  if (keys.some((one) => one !== undefined && vkeyText(one.key) === facts.vkey)) return
  const [waiting] = keys
  throw new KeyriteError(
    'LEDGER_NOT_WRITER',
    `cannot take the ledger over: it is written by ${facts.vkey}, and that key is not on this machine`,
    {
      hints: [
        ...(waiting === undefined ? ['keyrite ledger take-over --prepare'] : []),
        `keyrite ledger hand-over --to ${waiting === undefined ? 'VKEY' : vkeyText(waiting.key)} --out FILE, where it is written now`,
        'keyrite ledger take-over FILE --without-release --reason R, if that machine is lost',
      ],
    },
  )
}

function forked(path: string): KeyriteError {
  return new KeyriteError(
    'LEDGER_TAMPERED',
    'cannot take this file: it and the ledger in this home are two histories of one ledger',
    {hints: [`keyrite ledger compare ${path}`]},
  )
}

export interface Without {
  /** A copy of the ledger; undefined where the home holds it. */
  readonly path: string | undefined
  readonly reason: string
  readonly anchors: Anchors
}

/**
 * Drafts a take-over without the machine that writes, or a restore where more was seen than this copy holds, asks people
 * for it, and does it when there are enough of them.
 * @throws KeyriteError `EXISTS` if this home writes the ledger, and what gathering and applying throw.
 */
export async function takeWithout(
  app: App,
  {path, reason, anchors}: Without,
  manner: () => Promise<Manner>,
): Promise<Request> {
  const {home} = app.world
  if (path !== undefined) await place(app, path)
  const whole = wholeIn(home, {folds: app.folds, pins: [], state: null})
  demandNamed(whole, anchors)
  demandNotHere(app, whole)
  const lost = lostNotes(app, whole, anchors.pins)
  const ledger = freshDraft(app)
  const vkey = vkeyText(ledger.demandAnswers().key)
  const plan =
    lost.length === 0
      ? writerPlan(ledger.view, {by: 'take-over', vkey, stolenSince: null}, ruleId(app, 'ledger.writer'))
      : restorePlan(ledger.view, {vkey, from: ledger.checkpoint, lost}, ruleId(app, 'ledger.restore'))
  return askAndApply(app, askingFor(plan, reason), await manner())
}

/** The copy becomes the ledger of this home, which only reads it so far. */
async function place(app: App, path: string): Promise<void> {
  const {home} = app.world
  receive(home, ledgerFile(path), {folds: app.folds, pins: [], state: null})
  try {
    const relation = hasLedger(home) ? relationToHome(home) : 'ahead'
    if (relation === 'fork') throw forked(path)
    if (relation !== 'ahead') return
    const {command, onWait} = app.ledgerWorld
    await withLock(home, {command, onWait}, async () => {
      settleReceived(home)
    })
  } finally {
    dropReceived(home)
  }
}

/** @throws KeyriteError `EXISTS` if this home writes; `LEDGER_BEHIND` if another home of this machine does. */
function demandNotHere({world: {home, state}}: App, {facts, entries}: Whole): void {
  const key = loadWriter(state, facts.fingerprint, facts.name)
  const head = loadHead(state, facts.fingerprint)
  if (key === undefined || head === undefined) return
  const {size} = parseCheckpoint(head.checkpoint)
  const elsewhere = head.home !== realHome(home) && existsSync(join(head.home, 'ledger.db'))
  if (elsewhere && vkeyText(key.key) === facts.vkey)
    throw new KeyriteError(
      'LEDGER_BEHIND',
      `cannot take the ledger over: this machine writes it, in "${head.home}"`,
      {
        hints: [`keyrite --home ${head.home} ledger verify`],
      },
    )
  if (vkeyText(key.key) === facts.vkey && size <= entries)
    throw new KeyriteError('EXISTS', 'cannot take the ledger over: this machine writes it, in this home', {
      hints: ['keyrite ledger replace-key, to replace its key', 'keyrite doctor'],
    })
}

/** Signed checkpoints beyond what this copy holds: this user's own, and those given. @throws KeyriteError `LEDGER_TAMPERED` if one within it contradicts it. */
function lostNotes(app: App, whole: Whole, given: readonly string[]): readonly string[] {
  const {home, state} = app.world
  const own = [loadPin(state, whole.facts.fingerprint), loadHead(state, whole.facts.fingerprint)?.checkpoint]
  const all = [...new Set([...given, ...own].filter((one) => one !== undefined))]
  const beyond = all.filter((note) => {
    const {size, origin} = parseCheckpoint(note)
    return size > whole.entries && origin === whole.facts.name
  })
  wholeIn(home, {folds: app.folds, pins: all.filter((one) => !beyond.includes(one)), state: null})
  return beyond.sort()
}

/** The draft that waits, if its question can still be answered; else a new one. */
function freshDraft(app: App): ReturnType<App['startDraft']> {
  const ledger = app.startDraft()
  const {size} = parseCheckpoint(ledger.note)
  const waiting = ledger.of(requests).all.get(size)
  if (waiting === undefined || ['open', 'met'].includes(statusOf(waiting, ledger.time))) return ledger
  discardDraft(app.world.home)
  return app.startDraft()
}
