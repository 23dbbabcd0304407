/** Bringing a key from outside, from a file: phase `import`, and where the plan says so, phase `activate` once it has been proved. */
import {KeyriteError} from '../../base/errors.ts'
import type {Secret} from '../../base/secret.ts'
import type {View} from '../../ledger/index.ts'
import {isPair} from '../../providers/algorithms.ts'
import {broughtInWords} from '../../providers/of-kind.ts'
import {providerKind} from '../../providers/registry.ts'
import type {ActContext, Operation, Plan} from '../../requests/index.ts'
import type {KeyWish, Planned} from '../plans.ts'
import {planCreate} from '../plans.ts'
import {policyFold, ruleFor} from '../../policy/index.ts'
import {demandUncompromised} from '../compromised.ts'
import {keptInWords} from '../dates.ts'
import {keyVersion, proveWithin} from '../prove.ts'
import {materialPrefix, materialSha256} from '../material.ts'
import {demandProtected} from '../protected.ts'
import {parseSpec, type KeyPlanSpec} from '../spec.ts'
import {demandNameFree} from './create.ts'
import {importKey, importTypes, judgeImport} from './import.ts'
import {changeState, demandMove, judgeMove, stateWrites} from './move.ts'

/** Whoever runs it brings the material, once it is approved. */
export interface ImportContext extends ActContext {
  readonly material?: () => Promise<Secret>
}

export const keyImport: Operation = {
  name: 'key.import',
  writes: {...importTypes, ...stateWrites},
  begins: ['key.import.intended', 'key.state.intended'],
  formed: ({change}) => void parseSpec(change),
  inWords,
  stillTrue(view, plan, phase) {
    if (phase === 'activate') {
      const {name, version} = demandMove(view, plan, 'activate')
      demandProtected(view, name, version)
    } else demandNameFree(view, parseSpec(plan.change).key)
  },
  judge: (view, plan, entry) =>
    entry.type.startsWith('key.state') ? judgeMove(view, plan, entry) : judgeImport(plan, plan.change, entry),
  matterOf: () => null,
  typed: ({change}, done) =>
    done.has('import') ? undefined : `keyrite key import ${parseSpec(change).key} … --from FILE`,
  async act(context, plan, phase) {
    const spec = parseSpec(plan.change)
    if (phase === 'import') {
      demandAhead(spec, context.ledger.time)
      const material = await materialFor(context, plan)
      await importKey(context, {spec, profile: plan.profile?.name ?? '', material})
      return
    }
    const {key, version} = keyVersion(context, spec.key, 1)
    if (version.tried?.ok !== true) await proveWithin(context, key.name, version.version)
    await changeState(context, {key: key.name, version: version.version, event: 'activate', enforced: null})
  },
}

/** @throws KeyriteError `PLAN_MOVED`. */
function demandAhead({key, material_ends: ends}: KeyPlanSpec, now: Date): void {
  if (ends === undefined || Date.parse(ends) > now.getTime()) return
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot import key "${key}": it was to end at ${ends}, which is over`,
    {
      hints: ['ask anew, with a later --material-ends'],
    },
  )
}

function inWords({change, phases, profile}: Plan): readonly string[] {
  const spec = parseSpec(change)
  const how = broughtInWords(profile?.kind ?? '')
  const where =
    profile === null ? '' : ` in profile "${profile.name}" (${profile.kind}, ${profile.environment})`
  return [
    `Bring key "${spec.key}" from outside${where}: ${spec.algorithm}, scheme ${spec.scheme}, to ${spec.purpose}, class ${spec.class}.`,
    `Classification ${spec.classification}; owner {${spec.owner}}; ${spec.consumers.length === 0 ? 'no consumer named' : `used by ${spec.consumers.map((party) => `{${party}}`).join(', ')}`}; ${spec.expires === null ? 'no expiry date' : `expires ${spec.expires}`}${spec.parent === null ? '' : `; under key "${spec.parent}"`}.`,
    ...keptInWords(profile?.kind ?? '', spec),
    ...(spec.material_ends === undefined
      ? []
      : [
          `Its service deletes it by itself at ${spec.material_ends}: from then on nothing that it protects can be opened, until somebody brings the same material again.`,
        ]),
    namedIn(spec),
    ...(how === null ? [] : [how]),
    'It has been outside: copies of it may be anywhere, and nothing here can say that there are none.',
    phases.some(({name}) => name === 'activate')
      ? 'Then, when it has been proved to work, make it active.'
      : 'It stays pre-active: activating it takes another request.',
  ]
}

/**
 * @param material - `materialSha256` of what will be brought, which people are told and what is brought later is held against; null in a rehearsal alone.
 * @throws KeyriteError as `planCreate`, `UNSUPPORTED`, `KEY_STATE` for a pair that was called compromised.
 */
export function planImport(
  view: Pick<View, 'of'>,
  wish: KeyWish,
  material: string | null,
  now: Date,
): Planned {
  const {plan, names} = planCreate(view, wish, now)
  const ends = materialEnds(wish, plan, now)
  const {policy} = view.of(policyFold)
  const rule = ruleFor(policy, {
    operation: 'key.import',
    class: wish.class,
    kind: plan.profile?.kind ?? '',
  }).id
  const [first, ...others] = plan.phases
  if (first === undefined) throw new TypeError('a plan has a phase')
  if (material !== null && isPair(wish.algorithm)) demandUncompromised(view, wish.name, material)
  return {
    names,
    plan: {
      ...plan,
      operation: 'key.import',
      change: {
        ...plan.change,
        ...(ends === null ? {} : {material_ends: ends.toISOString()}),
        ...(material === null ? {} : {material_sha256: material}),
      },
      phases: [{...first, name: 'import'}, ...others],
      rule,
    },
  }
}

/** @throws KeyriteError `UNSUPPORTED` where the service ends nothing by itself, `USAGE` for a time that it does not keep. */
function materialEnds({materialEnds: ends}: KeyWish, {profile}: Plan, now: Date): Date | null {
  if (ends === null || ends === undefined) return null
  const kind = profile?.kind ?? ''
  const {materialEnds: possible} = providerKind(kind)
  if (possible === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot let what is brought to profile "${profile?.name ?? ''}" end: a place of kind ${kind} keeps it until it is destroyed`,
      {hints: ['--expires DATE: from that day on keyrite calls it due, and nothing is deleted']},
    )
  const days = (ends.getTime() - now.getTime()) / 86_400_000
  if (days > 0 && days <= possible.mostDays) return ends
  throw new KeyriteError(
    'USAGE',
    `cannot let it end at ${ends.toISOString()}: expected a time within the next ${possible.mostDays} days`,
    {hints: ['another --material-ends']},
  )
}

/** Which one it is: what is brought later is held against it. */
function namedIn({algorithm, material_sha256: sha256}: KeyPlanSpec): string {
  if (sha256 === undefined)
    return 'In a rehearsal a key made for it is brought: nothing is known of it beforehand, and nothing is compared.'
  return isPair(algorithm)
    ? `Its public half, as DER, has SHA-256 ${sha256}. Nothing else is taken.`
    : `"${materialPrefix}", a line feed and its 32 bytes have SHA-256 ${sha256}. Nothing else is taken.`
}

async function materialFor(context: ImportContext, plan: Plan): Promise<Secret> {
  const spec = parseSpec(plan.change)
  if (context.material === undefined)
    throw new KeyriteError('USAGE', `cannot import key "${spec.key}" here: its file is not named`, {
      hints: [`keyrite key import ${spec.key} … --from FILE, with the same flags as when it was asked for`],
    })
  const material = await context.material()
  const approved = spec.material_sha256
  // A rehearsal names nothing: what is brought in it is made up.
  const rehearsed = approved === undefined && context.ledger.view.facts.rehearsal
  if (rehearsed || materialSha256(spec.algorithm, material) === approved) return material
  material.wipe()
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot import key "${spec.key}": the file holds another key than was approved`,
    {
      hints: [`keyrite key import ${spec.key} --from FILE, the one that was approved`, 'ask anew'],
    },
  )
}
