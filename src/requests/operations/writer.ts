/** Who writes the ledger: handed over, taken over, its key replaced, an older state of it restored. */
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type Json, type JsonObject} from '../../base/jcs.ts'
import {parseCheckpoint, Private, problem, type Ledger, type View} from '../../ledger/index.ts'
import type {ActContext, Operation} from '../operation.ts'
import {phase, type Plan} from '../plan.ts'
import {requests} from '../state.ts'

export type WriterWay = 'hand-over' | 'take-over' | 'replacement'

/** @param vkey - the key that is to write. @param rule - the id of the policy rule that applies. */
export function writerPlan(
  view: View,
  {by, vkey, stolenSince}: {by: WriterWay; vkey: string; stolenSince: string | null},
  rule: string,
): Plan {
  return {
    type: 'keyrite.plan/1',
    operation: 'ledger.writer',
    change: {by, stolen_since: stolenSince, vkey},
    phases: [phase('change')],
    profile: null,
    rests: [restsOn(view)],
    rule,
  }
}

/** @param lost - the signed notes beyond what is restored. */
export function restorePlan(
  view: View,
  {
    vkey,
    from,
    lost,
  }: {vkey: string; from: {readonly root: string; readonly size: number}; lost: readonly string[]},
  rule: string,
): Plan {
  return {
    type: 'keyrite.plan/1',
    operation: 'ledger.restore',
    change: {from, lost: [...lost], vkey},
    phases: [phase('restore')],
    profile: null,
    rests: [restsOn(view)],
    rule,
  }
}

const restsOn = ({facts}: Pick<View, 'facts'>): string => `the ledger is written by ${facts.vkey}`

const ways: Readonly<Record<string, string>> = {
  'hand-over': 'Hand the ledger over to another machine. This one only reads from then on.',
  'take-over':
    'Take the ledger over WITHOUT the machine that writes it now. If that one goes on, there are two ledgers.',
  replacement: 'Replace the key that writes the ledger, on the same machine.',
}

export const ledgerWriter: Operation = {
  name: 'ledger.writer',
  writes: {'writer.changed': 'change'},
  begins: ['writer.changed'],
  inWords: ({change}) => [
    ways[text(change['by'])] ?? `Change who writes the ledger (${text(change['by'])}).`,
    `Its entries are signed by ${text(change['vkey'])} from then on.`,
    ...(change['stolen_since'] === null || change['stolen_since'] === undefined
      ? []
      : [`The key before it is said to be in foreign hands since ${text(change['stolen_since'])}.`]),
  ],
  stillTrue: demandSameWriter,
  judge: (_view, plan, entry) => {
    const {by, stolen_since, vkey} = entry.data
    return same({by, stolen_since, vkey}, plan.change)
      ? []
      : [problem('plan', entry, 'the new writer is not the one of the plan')]
  },
  matterOf: () => null,
  act: async (context, {change}) => {
    await append(context, 'writer.changed', {
      by: text(change['by']),
      stolen_since: change['stolen_since'] ?? null,
      vkey: text(change['vkey']),
    })
  },
}

export const ledgerRestore: Operation = {
  name: 'ledger.restore',
  writes: {'ledger.restored': 'restore'},
  begins: ['ledger.restored'],
  inWords: ({change}) => {
    const from = change['from'] as {readonly size: number}
    const sizes = (change['lost'] as readonly string[]).map((note) => parseCheckpoint(note).size)
    return [
      `Go on from an older state of the ledger, that of ${from.size} entries. Whatever came after it is LOST: signed checkpoints of ${sizes.join(', ')} entries are known.`,
      `Its entries are signed by ${text(change['vkey'])} from then on.`,
    ]
  },
  stillTrue: demandSameWriter,
  judge: (_view, plan, entry) => {
    const {from, lost, vkey} = entry.data
    return same({from, lost, vkey}, plan.change)
      ? []
      : [problem('plan', entry, 'what is restored is not what the plan says')]
  },
  matterOf: () => null,
  act: async (context, {change}) => {
    await append(context, 'ledger.restored', {
      from: change['from'] ?? null,
      lost: change['lost'] ?? null,
      vkey: text(change['vkey']),
    })
  },
}

/** Whether a plan is for the run of a new writer, whose question is under no checkpoint when people answer it. */
export function isRun({operation, change}: Pick<Plan, 'operation' | 'change'>): boolean {
  return operation === 'ledger.restore' || (operation === 'ledger.writer' && change['by'] === 'take-over')
}

/** @throws KeyriteError `PLAN_MOVED`. */
function demandSameWriter(view: View, plan: Plan): void {
  if (plan.rests.includes(restsOn(view))) return
  throw new KeyriteError('PLAN_MOVED', 'cannot change who writes: it was changed since this was asked for', {
    hints: ['keyrite ledger verify', 'ask anew'],
  })
}

/** The reason is that of the request, as a private value of its own. */
async function append(
  {ledger, actor, ceremony, approved}: ActContext,
  type: string,
  data: JsonObject,
): Promise<void> {
  const reason = reasonOf(ledger, approved)
  await ledger.append([
    {type, actor, ceremony, approved, data: {...data, reason: reason === null ? null : new Private(reason)}},
  ])
}

function reasonOf(ledger: Ledger, approved: number): Json {
  const opened = ledger.of(requests).byMet.get(approved)
  const field = opened === undefined ? undefined : ledger.view.entry(opened)?.data['reason']
  return ledger.view.open(field) ?? null
}

function same(a: Readonly<Record<string, Json | undefined>>, b: JsonObject): boolean {
  return jcs(a as JsonObject) === jcs(b)
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
