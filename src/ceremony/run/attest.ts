/** `attest`: what the provider says of a key's protection or of its device, with the strength that its evidence has and no more. */
import {KeyriteError} from '../../base/errors.ts'
import {keysFold, keyVersion} from '../../keys/index.ts'
import {Blob, type DraftObject} from '../../ledger/index.ts'
import {strengths, type Protection, type Provider, type Strength} from '../../providers/ports.ts'
import type {AttestStep as Shape} from '../step.ts'
import type {RunContext} from '../run-context.ts'
import {notMet} from './not-met.ts'

export interface AttestStep extends Shape {
  readonly level?: 'hardware' | undefined
  readonly evidence?: Strength | undefined
}

export async function runAttest(context: RunContext, step: AttestStep): Promise<DraftObject> {
  const asked = keyAsked(context, step)
  const provider = await context.app.provider(asked.profile)
  const protection = await protectionOf(provider, asked.ref)
  const device = await provider.evidence.device()
  context.room.say([
    ...(step.key === undefined
      ? []
      : [
          `What protects key "${step.key}": ${protection.level}${protection.fips === null ? '' : `, FIPS ${protection.fips}`} (${protection.evidence}).`,
        ]),
    protection.detail,
    ...Object.entries(device).map(([name, value]) => `device ${name} (asserted): ${value}`),
  ])
  const compared = compareSerial(context, step, device['serial'])
  const faults = [...protectionFaults(context, step, protection), ...compared]
  const unmet = faults.map((fault) => notMet(context, fault))
  return {
    profile: asked.profile,
    ...(step.key === undefined ? {} : {key: step.key, version: asked.version}),
    level: protection.level,
    fips: protection.fips,
    evidence: protection.evidence,
    detail: protection.detail,
    device: {...device},
    device_evidence: 'asserted',
    ...(protection.attestation === undefined
      ? {}
      : {attestation: new Blob(protection.attestation, 'application/json')}),
    ...(step.material === undefined || compared.length > 0 ? {} : {serial_of: step.material}),
    ...(unmet.length === 0 ? {} : {not_met: unmet}),
  }
}

interface Asked {
  readonly profile: string
  readonly version: number
  readonly ref: Parameters<Provider['evidence']['protection']>[0] | null
}

function keyAsked({app: {ledger}}: RunContext, step: AttestStep): Asked {
  if (step.key === undefined) return {profile: step.profile ?? '', version: 0, ref: null}
  const primary = ledger.of(keysFold).keys.get(step.key)?.primary ?? 1
  const {key, version} = keyVersion({ledger}, step.key, primary)
  return {profile: key.profile, version: version.version, ref: version.ref}
}

/** Without a key there is only what the provider says of itself. */
async function protectionOf(provider: Provider, ref: Asked['ref']): Promise<Protection> {
  if (ref !== null) return provider.evidence.protection(ref)
  return {
    level: 'unknown',
    fips: null,
    evidence: 'asserted',
    detail: 'No key was asked about: this is what the provider says of its device.',
  }
}

/** `KEY_NOT_AS_PLANNED` where the template demands more. */
function protectionFaults(
  {id}: Pick<RunContext, 'id'>,
  step: AttestStep,
  {level, evidence}: Protection,
): readonly KeyriteError[] {
  const fault = (fact: string): KeyriteError =>
    new KeyriteError('KEY_NOT_AS_PLANNED', `key "${step.key ?? ''}": ${fact}`, {
      hints: [`keyrite key show ${step.key ?? ''}`, abortHint(id)],
    })
  return [
    ...(step.level === undefined || level === step.level
      ? []
      : [fault(`the template demands ${step.level}, and what protects it is ${level} (${evidence})`)]),
    ...(step.evidence === undefined || strengths.indexOf(evidence) <= strengths.indexOf(step.evidence)
      ? []
      : [fault(`the template demands that its protection is ${step.evidence}, and it is ${evidence}`)]),
  ]
}

/** `KEY_NOT_AS_PLANNED` if the device is not the material that the step names. */
function compareSerial(
  {filled, id: ceremony}: RunContext,
  step: AttestStep,
  serial: string | undefined,
): readonly KeyriteError[] {
  if (step.material === undefined) return []
  const expected = filled.materials.find(({id}) => id === step.material)?.number
  if (expected !== undefined && serial === expected) return []
  return [
    new KeyriteError(
      'KEY_NOT_AS_PLANNED',
      serial === undefined
        ? `the device gives no serial number to compare with that of "${step.material}"`
        : `the device is not "${step.material}": its serial number is ${serial}`,
      {hints: ['look at the label of the device that is connected', abortHint(ceremony)]},
    ),
  ]
}

function abortHint(id: string): string {
  return `keyrite ceremony abort ${id.slice(0, 8)} --reason R`
}
