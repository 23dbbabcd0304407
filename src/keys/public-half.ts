/** Whether what an entry says of a key's public half can be so. */
import type {Json} from '../base/jcs.ts'
import {isBlobRef, problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {isPair, type Algorithm} from '../providers/algorithms.ts'
import {isOfAlgorithm} from './verify-signature.ts'

/** A pair has a public half of its algorithm; a secret key has none. */
export function checkPublic(view: View, entry: Entry, algorithm: Algorithm, made: Json): Problem[] {
  const wrong = (message: string): Problem[] => [problem('key', entry, message)]
  if (!isPair(algorithm)) return made === null ? [] : wrong(`${algorithm} has no public key`)
  if (!isBlobRef(made)) return wrong('the public key is not a blob')
  return isOfAlgorithm(algorithm, view.blob(made.blob))
    ? []
    : wrong(`the public key is not one of ${algorithm}`)
}
