/** `record`: facts that only people in the room know, as they type them. */
import {Private, type DraftObject} from '../../ledger/index.ts'
import type {StepBase} from '../step.ts'
import type {RunContext} from '../run-context.ts'

export interface RecordStep extends StepBase {
  readonly fields: readonly {readonly name: string; readonly text: string; readonly private: boolean}[]
}

export async function runRecord({room}: RunContext, step: RecordStep): Promise<DraftObject> {
  const fields: Record<string, string | Private> = {}
  for (const field of step.fields) {
    const value = await room.text(step.id, field.name, field.text)
    fields[field.name] = field.private ? new Private(value) : value
  }
  return {fields}
}
