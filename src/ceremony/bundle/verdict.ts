/** What is said of a bundle that was judged. */
import {fromHex} from '../../base/bytes.ts'
import {words} from '../../base/words.ts'
import {continuationFold, continuationInWords, custodyFold, personRef} from '../../custody/index.ts'
import type {Problem, Tool, View} from '../../ledger/index.ts'
import {isSolo, policyFold, soloInWords} from '../../policy/index.ts'
import {ceremonyFold} from '../fold.ts'
import {missingSignatures, statusOfCeremony, type Ceremony} from '../state.ts'
import type {Judged} from './judge.ts'
import type {Level} from './layout.ts'
import type {Primary} from './primary.ts'

export interface Verdict {
  readonly ok: boolean
  readonly anchored: boolean
  /** Whether it is that of a rehearsal, whatever was asked for. */
  readonly rehearsal: boolean
  /** Null where the bundle does not say it readably, as all below. */
  readonly ledger: string | null
  readonly fingerprint: string | null
  readonly words: readonly string[]
  readonly ceremony: string | null
  readonly title: string | null
  readonly status: string | null
  readonly entries: number
  readonly level: Level | null
  readonly problems: readonly Problem[]
  /** Participants who have not signed the transcript. */
  readonly missing: readonly {readonly id: string; readonly name: string | null}[]
  /** Which ledger its ledger continues, and how many of its old people do, in words; null where none. */
  readonly continues: string | null
  /** Said where one person decides alone. */
  readonly weak: string | null
  /** Whether script, minutes and guides were made again and compared: only by the program that made the bundle. */
  readonly remade: boolean
  /** What could not be looked at, in words. */
  readonly notes: readonly string[]
}

/** What was found. */
interface Found {
  /** Undefined where the bundle does not say it readably. */
  readonly primary: Primary | undefined
  readonly judged: Judged | undefined
  readonly anchored: boolean
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  /** This program. */
  readonly tool: Tool
}

/** What is said of what was found. */
export function verdictOf({primary, judged, anchored, problems, notes, tool}: Found): Verdict {
  const replay = judged?.replay.opened === true ? judged.replay : undefined
  const fingerprint = replay?.facts.fingerprint ?? null
  const ceremony = replay?.of(ceremonyFold).get(primary?.facts.ceremony ?? '')
  return {
    ok: problems.length === 0,
    anchored: anchored && problems.length === 0,
    rehearsal: replay?.facts.rehearsal ?? false,
    ledger: replay?.facts.name ?? null,
    fingerprint,
    words: fingerprint === null ? [] : words(fromHex(fingerprint)),
    ceremony: ceremony?.id ?? null,
    title: ceremony?.title ?? null,
    status: ceremony === undefined ? null : statusOfCeremony(ceremony),
    entries: judged?.entries.length ?? 0,
    level: primary?.facts.level ?? null,
    problems,
    missing: ceremony === undefined ? [] : missing(ceremony).map((id) => personRef(rosterOf(judged), id)),
    continues: replay === undefined ? null : continuationInWords(replay.of(continuationFold)),
    weak: replay === undefined ? null : weakness(replay),
    remade: primary !== undefined && sameTool(primary.facts.tool, tool),
    notes,
  }
}

/** Whether two are the same program. */
export function sameTool(a: Tool, b: Tool): boolean {
  return a.sha256 === b.sha256 && a.version === b.version
}

function rosterOf(judged: Judged | undefined): ReturnType<typeof custodyFold.initial>['roster'] {
  return judged?.replay.of(custodyFold).roster ?? new Map()
}

/** An aborted ceremony has nothing to sign. */
function missing(ceremony: Ceremony): readonly string[] {
  return ceremony.signOff === null ? [] : missingSignatures(ceremony)
}

function weakness(view: Pick<View, 'of'>): string | null {
  const {policy} = view.of(policyFold)
  return isSolo(policy) ? soloInWords(policy) : null
}
