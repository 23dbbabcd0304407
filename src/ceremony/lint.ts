/** Judges a template before the day: what could not be done, or must not be, is found with its line and what to change. */
import type {View} from '../ledger/index.ts'
import {approvers, type Cast} from './lint/approvers.ts'
import {capability, type Offers} from './lint/capability.ts'
import {certificates} from './lint/certificates.ts'
import {escrow} from './lint/escrow.ts'
import {checklist} from './lint/checklist.ts'
import {materials} from './lint/materials.ts'
import {people} from './lint/people.ts'
import {policy} from './lint/policy.ts'
import {presence} from './lint/presence.ts'
import {references} from './lint/references.ts'
import {roles} from './lint/roles.ts'
import {placedSteps, stepAt, type Remark, type Script} from './lint/script.ts'
import {walkThrough} from './lint/walk.ts'
import {waive, type JudgedRemark, type Waived} from './lint/waivers.ts'
import {completeValues, standIns, withoutValue} from './parameters.ts'
import type {Values} from './placeholders.ts'
import type {Path} from '../base/yaml.ts'
import {brings} from './step.ts'
import {read, type Loaded} from './template.ts'

export type {Cast} from './lint/approvers.ts'

export interface Finding {
  readonly rule: string
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  /** The id of the step that it stands at, or null. */
  readonly step: string | null
  /** What is wrong, and what to change. */
  readonly message: string
  /** Who let it pass, why, and until when; null where nobody does, and it counts. */
  readonly waived: Waived | null
}

/**
 * Findings in the order of the rules: form, references, roles and exclusions, policy, capability, the model of the room.
 * @param values - what is known of the parameters; those without value or default are unknown, and what hangs on them is not judged.
 * @param view - the ledger; without one the default policy is the measure, and nothing is said of profiles, names and people.
 * @param offers - what profiles said that they can do; null where none was asked.
 * @param now - the day by which waivers are judged; without it none holds.
 * @param cast - who has which role; null as long as nobody is named.
 * @throws KeyriteError `USAGE` for values that are unknown or not of their type.
 */
export function lint(
  loaded: Loaded,
  values: Values | null,
  view: Pick<View, 'of'> | null,
  offers: Offers | null,
  now: Date | null = null,
  cast: Cast | null = null,
): readonly Finding[] {
  const {parameters} = loaded.template
  const given = values ?? new Map()
  const unknown = withoutValue(parameters, given)
  const all = standIns(parameters, given)
  completeValues(parameters, new Map([...all, ...given]))
  const reading = read(loaded.raw, all)
  const known = new Map([...all].filter(([name]) => !unknown.includes(name)))
  const guessed = reading.references
    .filter(({name}) => name !== null && unknown.includes(name))
    .map(({path}) => path)
  const knows = (path: Path): boolean => !guessed.some((one) => isWithin(one, path))
  const remarks: Remark[] = reading.issues
    .filter(({path}) => knows(path))
    .map(({path, at, message}) => ({rule: 'schema', path, at, message: `${path.join('.')}: ${message}`}))
  const {template} = reading
  let judged: readonly JudgedRemark[] = remarks.map((remark) => ({...remark, waived: null}))
  const steps = template === null ? [] : placedSteps(template)
  if (template !== null) {
    const script: Script = {template, steps, knows}
    remarks.push(
      ...references(script, reading.references),
      ...materials(script),
      ...roles(script, view),
      ...people(template, known, view),
      ...presence(script),
      ...policy(script, view),
      ...approvers(script, view, cast),
      ...checklist(script, view),
      ...capability(script, offers ?? new Map()),
      ...certificates(script, view),
      ...escrow(script, view),
      ...walkThrough(script, view),
    )
    judged = waive(remarks, script, now, view !== null)
  }
  return judged.map(({rule, path, at, message, waived}): Finding => ({
    rule,
    ...loaded.positions.at(path, at),
    step: stepAt({steps}, path),
    message,
    waived,
  }))
}

/** The profiles that keys are to be made in, as far as the values say. */
export function profilesNamed(
  {raw, template: {parameters}}: Loaded,
  values: Values | null,
): readonly string[] {
  const {template} = read(raw, standIns(parameters, values ?? new Map()))
  const steps = template === null ? [] : placedSteps(template)
  return [...new Set(steps.flatMap(({step}) => (brings(step) ? [step.profile] : [])))]
}

/** Those that nobody lets pass. */
export function counting(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({waived}) => waived === null)
}

/** Whether one path is the other, or above it. */
function isWithin(above: Path, path: Path): boolean {
  return above.length <= path.length && above.every((part, at) => part === path[at])
}
