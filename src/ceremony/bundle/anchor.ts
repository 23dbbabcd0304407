/** What a bundle is held against: the fingerprint on paper, or checkpoints that somebody kept. */
import {base64, hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {fromWords} from '../../base/words.ts'
import {openOwn, type Checkpoint, type LedgerFacts, type Problem} from '../../ledger/index.ts'

/** Given by whoever verifies, never taken from the bundle. */
export interface Anchor {
  /** Leaf hash of entry 0, hex; null where it is not given. */
  readonly fingerprint: string | null
  /** Signed notes, with the names of their files. */
  readonly pins: readonly {readonly name: string; readonly note: string}[]
}

/**
 * A fingerprint as people type it: 64 hex digits in any case, with spaces, colons or dashes between them, or its 32 PGP words.
 * @returns lower-case hex.
 * @throws KeyriteError `USAGE` naming the first wrong word, or what was expected.
 */
export function parseFingerprint(typed: string): string {
  const digits = typed.replace(/[\s:-]/g, '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(digits)) return digits
  const said = typed.split(/[\s,]+/).filter((word) => word !== '' && !/^\d{1,2}$/.test(word))
  if (said.length === 32) return hex(fromWords(said))
  throw new KeyriteError(
    'USAGE',
    `cannot read the fingerprint: expected 64 hex digits or 32 words, got ${
      /^[0-9a-f]*$/.test(digits) ? `${digits.length} digits` : `${said.length} words`
    }`,
    {hints: ['the fingerprint stands on the printed script and on every pin']},
  )
}

export interface Anchored {
  /** Whether something from outside was compared with what is here, and is the same. */
  readonly anchored: boolean
  readonly problems: readonly Problem[]
  /** What was given and could not be compared, in words. */
  readonly notes: readonly string[]
}

/** What is known of the bundle that a pin can be compared with. */
export interface Comparable {
  readonly facts: LedgerFacts
  readonly checkpoint: Checkpoint | null
  /** base64; undefined where not all entries below that size are here. */
  readonly rootAt: (size: number) => string | undefined
}

/** Compares the bundle with every anchor that was given. */
export function judgeAnchor({fingerprint, pins}: Anchor, bundle: Comparable): Anchored {
  const problems: Problem[] = []
  const notes: string[] = []
  let compared = 0
  const wrong = (message: string): void => {
    problems.push({rule: 'anchor', seq: 0, file: 'entries/000000.json', message})
  }
  if (fingerprint !== null) {
    compared += 1
    if (fingerprint !== bundle.facts.fingerprint)
      wrong(`this is another ledger: its fingerprint is ${bundle.facts.fingerprint}, not ${fingerprint}`)
  }
  for (const {name, note} of pins) {
    try {
      const pin = openOwn(note, bundle.facts)
      const root = rootFor(bundle, pin.size)
      if (root === undefined)
        notes.push(
          `pin "${name}" is signed by the same writer key, but its ${pin.size} entries cannot be compared with what is here: give --ledger FINGERPRINT too`,
        )
      else compared += 1
      if (root !== undefined && root !== base64(pin.root))
        wrong(
          `pin "${name}" saw another history: its root over ${pin.size} entries is not that of this ledger`,
        )
    } catch (error) {
      wrong(`pin "${name}" does not fit: ${error instanceof Error ? error.message : 'it cannot be read'}`)
    }
  }
  return {anchored: compared > 0 && problems.length === 0, problems, notes}
}

function rootFor({checkpoint, rootAt}: Comparable, size: number): string | undefined {
  return checkpoint?.size === size ? base64(checkpoint.root) : rootAt(size)
}
