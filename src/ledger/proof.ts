/** C2SP tlog-proof, version 1: that an entry is in the tree of a checkpoint, as a text that stands alone. */
import {base64, fromBase64} from '../base/bytes.ts'

export interface TlogProof {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
}

const header = 'c2sp.org/tlog-proof@v1'

export function proofText(proof: TlogProof): string {
  return [header, `index ${proof.index}`, ...proof.hashes.map(base64), '', proof.checkpoint].join('\n')
}

/** @throws TypeError if the text is not a proof in the one spelling that `proofText` writes. */
export function parseProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n')
  const [first, index = '', ...hashes] = text.slice(0, Math.max(blank, 0)).split('\n')
  const number = /^index (0|[1-9]\d{0,14})$/.exec(index)?.[1]
  if (first !== header || number === undefined) throw new TypeError('not a tlog-proof')
  const proof = {index: Number(number), hashes: hashes.map(fromBase64), checkpoint: text.slice(blank + 2)}
  if (proof.hashes.some((hash) => hash.length !== 32) || proofText(proof) !== text)
    throw new TypeError('not a tlog-proof')
  return proof
}
