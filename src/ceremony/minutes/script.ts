/** What the minutes say of the script: the template as it was filled, or, where it is withheld, what the entries show of it. */
import type {View} from '../../ledger/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {unrecorded} from '../recorded.ts'
import type {Ceremony} from '../state.ts'
import {fill, parseTemplate, type Filled, type Step} from '../template.ts'

export interface Script extends Pick<Filled, 'title' | 'materials' | 'waivers' | 'after'> {
  /** Null where the template is withheld, as all below. */
  readonly id: string | null
  readonly purpose: string | null
  readonly recording: string | null
  readonly acts: readonly {readonly title: string; readonly steps: readonly ScriptStep[]}[]
  /** Why it is not the template's own; null where it is. */
  readonly instead: string | null
}

export interface ScriptStep {
  readonly id: string
  readonly kind: string
  readonly text: string
  /** The role; null where only the people are known. */
  readonly by: string | null
  readonly minutes: number
  /** What a step of kind record asks for. */
  readonly fields: readonly {readonly name: string; readonly text: string}[]
}

/** @param missing - what stands in place of a private value that is not here, by its commitment */
export function scriptOf(view: View, ceremony: Ceremony, missing: (commitment: string) => string): Script {
  if (!view.holds(ceremony.template)) return fromEntries(ceremony, 'The template is withheld at this level')
  const loaded = parseTemplate(view.blob(ceremony.template), 'template')
  try {
    const values = unrecorded(view, loaded.template, ceremony.opened.data['parameters'], missing)
    const {id, title, purpose, recording, materials, waivers, after, acts} = fill(loaded, values)
    return {
      ...{id, title, purpose, recording, materials, waivers, after, instead: null},
      acts: acts.map((act) => ({title: act.title, steps: act.steps.map(stepOf)})),
    }
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return fromEntries(ceremony, 'The template cannot be filled in without the values that are missing')
  }
}

function stepOf(step: Step): ScriptStep {
  const {id, kind, text, by, minutes} = step
  return {id, kind, text, by, minutes, fields: 'fields' in step ? step.fields : []}
}

function fromEntries({opened, done, signOff}: Ceremony, why: string): Script {
  const said = opened.data['title']
  const nothing = {by: null, fields: []}
  return {
    id: null,
    title: typeof said === 'string' ? said : 'a ceremony',
    purpose: null,
    recording: null,
    materials: [],
    waivers: [],
    after: [],
    acts: [
      {
        title: 'The steps that were done',
        steps: [
          ...done.map(({step, kind, minutes}) => ({
            ...{...nothing, id: step, kind, minutes},
            text: `Step “${step}” (${kind}).`,
          })),
          ...(signOff === null
            ? []
            : [{...nothing, id: 'sign-off', kind: 'sign-off', minutes: 0, text: 'The sign-off.'}]),
        ],
      },
    ],
    instead: why,
  }
}
