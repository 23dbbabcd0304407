/** How strong what is written here is, in words that are the same throughout. */
import {facts, heading, paragraph, type Block} from '../../paper/document.ts'
import {approvedKinds} from '../world/approvals.ts'

/** What is known of the key that a person signs with. */
export function keyClassInWords(strength: string, type: string): string {
  return `${type} (${strength})`
}

/** How a step was held to. */
export type Gate = 'signature' | 'prompt' | 'tried' | 'asked'

/** Steps that nothing but a signature lets happen, and those that are tried or asked at the provider; at all others somebody answered a prompt. */
export function gateOf(kind: string): Gate {
  if (kind === 'quorum' || kind === 'sign-off' || approvedKinds.includes(kind)) return 'signature'
  if (kind === 'attest') return 'asked'
  return kind === 'key.verify' ? 'tried' : 'prompt'
}

export const strengths: readonly Block[] = [
  heading(2, 'How strong each statement is'),
  paragraph('Nothing here is stronger than the word beside it.'),
  facts([
    [
      'signature',
      'Gate: the step could not be done without the signatures of the people it names, over exactly this plan or transcript. They can be checked.',
    ],
    ['tried', 'Gate: the program tried it at the provider, and records what came of it.'],
    ['asked', 'Gate: the program asked the provider; how strong the answer is stands beside it.'],
    [
      'prompt',
      'Gate: somebody at the terminal answered. That it was so is their word, and that of those who signed the transcript.',
    ],
    [
      'attested',
      'Evidence: a signature by the hardware’s maker says so, and was verified. Of a person’s key: it lies in such hardware.',
    ],
    ['verified', 'Evidence: the program tried it and saw it.'],
    [
      'asserted',
      'Evidence: the provider or device says so; nothing else shows it. Of a person’s key: its type is one of security keys.',
    ],
    ['stated', 'Evidence: a person says so. Of a person’s key: nothing shows what holds it.'],
    ['unknown', 'There is no evidence.'],
  ]),
]
