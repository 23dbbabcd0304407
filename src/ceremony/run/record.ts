/** `record`: facts that only people in the room know, as they type them; what is the digest of a public key is compared with that. */
import {sha256Hex} from '../../base/bytes.ts'
import {keysFold, pemOf} from '../../keys/index.ts'
import {Private, type DraftObject} from '../../ledger/index.ts'
import type {RunContext} from '../run-context.ts'
import type {StepBase} from '../step.ts'
import {askCompared, deviationAt} from './compared.ts'

interface Field {
  readonly name: string
  readonly text: string
  readonly private: boolean
  /** Of whose public half it is the SHA-256. */
  readonly 'public-key'?: string | undefined
}

export interface RecordStep extends StepBase {
  readonly fields: readonly Field[]
}

export async function runRecord(context: RunContext, step: RecordStep): Promise<DraftObject> {
  const fields: Record<string, string | Private> = {}
  const compared: Record<string, string> = {}
  for (const field of step.fields) {
    const key = field['public-key']
    const value =
      key === undefined
        ? await context.room.text(step.id, field.name, field.text)
        : await askDigest(context, step, {...field, key})
    fields[field.name] = field.private ? new Private(value) : value
    if (key !== undefined) compared[field.name] = comparedWith(context, key, value)
  }
  if (Object.keys(compared).length === 0) return {fields}
  const deviation = Object.values(compared).includes('other') ? deviationAt(context, step.id) : undefined
  return {fields, compared, ...(deviation === undefined ? {} : {deviation: deviation.name})}
}

/** Words in place of a digest say why there is none: nothing is compared then, and that is recorded. */
async function askDigest(
  context: RunContext,
  step: RecordStep,
  {name, text, key}: Field & {readonly key: string},
): Promise<string> {
  const value = await askCompared(
    context,
    {step: step.id, field: name, question: text},
    {
      isSame: (typed) => comparedWith(context, key, typed) !== 'other',
      problem: `this is not the SHA-256 of the public half of key "${key}", as PEM or DER`,
      deviates: 'if that is what was computed, and people go on all the same',
    },
  )
  if (comparedWith(context, key, value) === 'nothing')
    context.room.say(['NOT COMPARED: that is no SHA-256 (64 digits of 0-9 and a-f). It is recorded so.'])
  return value
}

/** @returns `same`, `other`, or `nothing` where it is no digest, or the key has no public half. Digits that were left out, or doubled, make another. */
function comparedWith({app}: RunContext, key: string, typed: string): 'same' | 'other' | 'nothing' {
  const digest = typed.replaceAll(/[\s:]/g, '').toLowerCase()
  const known = (app.ledger.of(keysFold).keys.get(key)?.versions ?? []).flatMap(({public: blob}) => {
    if (blob === null) return []
    const spki = app.ledger.view.blob(blob)
    return [sha256Hex(spki), sha256Hex(pemOf(spki))]
  })
  if (!/^[0-9a-f]{16,}$/.test(digest) || known.length === 0) return 'nothing'
  return known.includes(digest) ? 'same' : 'other'
}
