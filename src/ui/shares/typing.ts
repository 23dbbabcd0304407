/** A share typed by its holder, or scanned: each row is judged as it is typed, and the share as soon as it is whole. */
import {KeyriteError} from '../../base/errors.ts'
import {
  demandShareOf,
  faultOf,
  isQr,
  parseShareText,
  readRow,
  readShareBlock,
  shareRows,
  type Mend,
  type Share,
} from '../../shares/index.ts'
import type {Ask} from '../ask.ts'

export interface Typing {
  readonly ask: Ask
  readonly say: (line: string) => void
  /** What stands before each question: how many are there, how many are needed. */
  readonly state: string
  /** The flag or argument that brings shares without typing. */
  readonly flag: string
}

/** One row, again until it is good; the whole share where a scanner typed it. */
async function askRow(typing: Typing, row: number): Promise<Buffer | Share> {
  const {ask, say, state, flag} = typing
  for (;;) {
    const message = `${state}Row ${row} of ${shareRows}`
    const typed = await (ask.letters ?? ask.secret)({message, flag})
    const got = typed.consume((bytes): Buffer | Share | string => {
      if (row === 1 && isQr(bytes)) return parseShareText(bytes).share
      const read = readRow('s', row, shareRows, bytes)
      return read.kind === 'good' ? read.bytes : `Row ${row}: ${faultOf(read)}. ${suggestion(mendIn(read))}`
    })
    if (typeof got !== 'string') return got
    say(got.trim())
  }
}

function mendIn(read: ReturnType<typeof readRow>): Mend | null {
  return 'mend' in read ? read.mend : null
}

/** Said to whoever types, and never done for them. */
function suggestion(mend: Mend | null): string {
  if (mend === null) return 'Look at the row again.'
  const {how, place, letter} = mend
  const group = `place ${place} (group ${Math.ceil(place / 4)})`
  if (how === 'another') return `Is the letter at ${group} perhaps "${letter ?? ''}"? Type the row again.`
  if (how === 'missing') return `Is "${letter ?? ''}" missing at ${group}? Type the row again.`
  if (how === 'exchanged') return `Are the two letters from ${group} on exchanged? Type the row again.`
  return `Is the letter at ${group} one too many? Type the row again.`
}

/** A whole share. @throws KeyriteError `CANCELLED`, `NO_TERMINAL`, `SHARE_BAD` where good rows make none. */
export async function typeShare(typing: Typing): Promise<Share> {
  const rows: Buffer[] = []
  while (rows.length < shareRows) {
    const got = await askRow(typing, rows.length + 1)
    if (!Buffer.isBuffer(got)) return got
    rows.push(got)
  }
  const whole = Buffer.concat(rows)
  for (const row of rows) row.fill(0)
  try {
    return readShareBlock(whole).share
  } finally {
    whole.fill(0)
  }
}

/** The same until it is one of this set: what is wrong with it is said at once. */
export async function typeShareOf(
  typing: Typing,
  facts: Parameters<typeof demandShareOf>[1],
  held: readonly Share[],
): Promise<Share> {
  for (;;) {
    try {
      const share = await typeShare(typing)
      demandShareOf(share, facts, held)
      return share
    } catch (error) {
      if (!(error instanceof KeyriteError) || error.code !== 'SHARE_BAD') throw error
      typing.say(`${error.message}. It is not counted.`)
    }
  }
}
