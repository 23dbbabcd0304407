/** The lines for people above the rows. What they say is held against the rows and against the ledger. */
import {columns, visible} from '../base/visible.ts'
import {badShare} from './format.ts'

export interface Head {
  /** Whom the share is for, as the roster calls them. */
  readonly holder: string | null
  /** The ledger's fingerprint: 64 hex digits. */
  readonly ledger: string
  /** The seq of `shares.split`. */
  readonly entry: number
}

interface Said {
  readonly set: Buffer
  readonly index?: number
  readonly threshold?: number
  readonly holders?: number
  readonly head: Head
}

const most = 72

/** Ends with an empty line. */
export function headLines(kind: 'share' | 'wrapped', {set, index, threshold, holders, head}: Said): Buffer {
  const {holder, ledger, entry} = head
  const lines = [
    `keyrite-${kind}/1`,
    ...(kind === 'share' ? [`share: ${index ?? 0} of ${holders ?? 0}, any ${threshold ?? 0} recover`] : []),
    `set: ${set.toString('hex')}`,
    ...(kind === 'share' ? [`holder: ${holder ?? ''}`] : []),
    `ledger: ${ledger}`,
    `entry: ${entry}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n`)
}

/** A name as it may stand there: one line of at most 72 columns with its label. */
export function headName(name: string): string {
  const shown = visible(name)
  let cut = ''
  for (const letter of shown) {
    if (columns(`holder: ${cut}${letter}`) > most) break
    cut += letter
  }
  return cut.trim()
}

/** @throws KeyriteError `SHARE_BAD` naming the line. */
export function readHead(
  kind: 'share' | 'wrapped',
  all: Buffer,
): {
  readonly head: Head
  readonly set: Buffer
  readonly index: number
  readonly threshold: number
  readonly holders: number
  readonly rest: Buffer
} {
  const end = all.indexOf('\n\n')
  const lines = all.subarray(0, Math.max(end, 0)).toString('utf8').split('\n')
  const forms = kind === 'share' ? shareForms : wrappedForms
  const found = forms.map((form, at) => {
    const match = form.exec(lines[at] ?? '')
    if (match === null || columns(lines[at] ?? '') > most)
      throw badShare(
        `cannot read the ${kind === 'share' ? 'share' : 'wrapped secret'}: line ${at + 1} is not as keyrite writes it`,
      )
    return match
  })
  if (lines.length !== forms.length)
    throw badShare(`cannot read the share: line ${forms.length + 1} is not empty`)
  const groups = Object.assign({}, ...found.map((match) => match.groups)) as Readonly<Record<string, string>>
  const number = (name: string): number => Number(groups[name] ?? 0)
  return {
    head: {holder: groups['holder'] ?? null, ledger: groups['ledger'] ?? '', entry: number('entry')},
    set: Buffer.from(groups['set'] ?? '', 'hex'),
    index: number('index'),
    threshold: number('threshold'),
    holders: number('holders'),
    rest: all.subarray(end + 2),
  }
}

const common = {
  set: /^set: (?<set>[0-9a-f]{32})$/,
  ledger: /^ledger: (?<ledger>[0-9a-f]{64})$/,
  entry: /^entry: (?<entry>0|[1-9][0-9]{0,9})$/,
}
const shareForms = [
  /^keyrite-share\/1$/,
  /^share: (?<index>[1-9][0-9]{0,2}) of (?<holders>[1-9][0-9]{0,2}), any (?<threshold>[1-9][0-9]{0,2}) recover$/,
  common.set,
  /^holder: (?<holder>[^\p{C}\p{Zl}\p{Zp}]*)$/u,
  common.ledger,
  common.entry,
]
const wrappedForms = [/^keyrite-wrapped\/1$/, common.set, common.ledger, common.entry]
