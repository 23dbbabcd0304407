/** Making a key: phase `create`, and where the plan says so, phase `activate` once it has been proved. */
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import {Blob, problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import {isPair} from '../../providers/algorithms.ts'
import type {VersionRef} from '../../providers/ports.ts'
import {
  requests,
  undertake,
  type ActContext,
  type Operation,
  type Plan,
  type Request,
} from '../../requests/index.ts'
import {foundOnce, isAsPlanned} from './found.ts'
import {datesToKeep, demandKept, keptInWords, textOfDates} from '../dates.ts'
import {keysFold} from '../fold.ts'
import {keyVersion, proveWithin} from '../prove.ts'
import {demandProtected} from '../protected.ts'
import {parseSpec} from '../spec.ts'
import {openIntent} from '../state.ts'
import {isOfAlgorithm} from '../verify-signature.ts'
import {protectionIn} from '../protection.ts'
import {changeState, demandMove, judgeMove, stateWrites} from './move.ts'
import {aliasWrites, demandReachable, giveAlias, judgeReach, replicate, replicateWrites} from './reach.ts'

export const keyCreate: Operation = {
  name: 'key.create',
  writes: {
    'key.create.intended': 'create',
    'key.created': 'create',
    'key.create.failed': 'create',
    ...replicateWrites,
    ...aliasWrites,
    ...stateWrites,
  },
  begins: ['key.create.intended', 'key.replicate.intended', 'key.alias.intended', 'key.state.intended'],
  inWords: createInWords,
  stillTrue(view, plan, phase) {
    if (phase === 'activate') {
      const {name, version} = demandMove(view, plan, 'activate')
      demandProtected(view, name, version)
    } else if (phase === 'create') demandNameFree(view, parseSpec(plan.change).key)
    else demandReachable(view, parseSpec(plan.change).key, 1, phase === 'alias' ? 'give an alias to' : 'copy')
  },
  judge(view, plan, entry) {
    if (entry.type in aliasWrites) return judgeReach(plan, entry, ['version', 'alias'])
    if (entry.type in replicateWrites) return judgeReach(plan, entry, ['version', 'regions', 'primary'])
    return entry.type.startsWith('key.state')
      ? judgeMove(view, plan, entry)
      : judgeCreation(view, plan, entry)
  },
  matterOf: () => null,
  async act(context, plan, phase) {
    if (phase === 'create') return create(context, plan)
    const spec = parseSpec(plan.change)
    const made = {key: spec.key, version: spec.version}
    if (phase === 'replicate')
      return replicate(context, {...made, regions: spec.regions ?? [], primary: null})
    if (phase === 'alias') return giveAlias(context, {...made, alias: spec.alias ?? '', taken: false})
    const {key, version} = keyVersion(context, spec.key, 1)
    // In a ceremony a step of its own has proved it; elsewhere that is done here, recorded like any proof.
    if (version.tried?.ok !== true) await proveWithin(context, key.name, version.version)
    return changeState(context, {
      key: key.name,
      version: version.version,
      event: 'activate',
      enforced: null,
    })
  },
}

function createInWords({change, phases, profile}: Plan): readonly string[] {
  const spec = parseSpec(change)
  const where =
    profile === null ? '' : ` in profile "${profile.name}" (${profile.kind}, ${profile.environment})`
  return [
    `Make key "${spec.key}"${where}: ${spec.algorithm}, scheme ${spec.scheme}, to ${spec.purpose}, class ${spec.class}.`,
    `Classification ${spec.classification}; owner {${spec.owner}}; ${spec.consumers.length === 0 ? 'no consumer named' : `used by ${spec.consumers.map((party) => `{${party}}`).join(', ')}`}; ${spec.expires === null ? 'no expiry date' : `expires ${spec.expires}`}${spec.parent === null ? '' : `; under key "${spec.parent}"`}.`,
    ...keptInWords(profile?.kind ?? '', spec),
    ...(spec.external_key === undefined
      ? []
      : [
          `Its material is not made: it lies outside the service, where its key manager calls it "${spec.external_key}". Who made it, and who holds it, nothing here tells.`,
        ]),
    ...(spec.regions === undefined ? [] : [`Copy it to ${spec.regions.join(', ')}.`]),
    ...(spec.alias === undefined
      ? []
      : [`Give it the alias "${spec.alias}", which nothing there has until then.`]),
    phases.some(({name}) => name === 'activate')
      ? 'Then, when it has been proved to work, make it active.'
      : 'It stays pre-active: activating it takes another request.',
  ]
}

/** @throws KeyriteError `KEY_EXISTS`, with what is left to do of the request that made it. */
export function demandNameFree(view: Pick<View, 'of'>, name: string): void {
  if (!view.of(keysFold).keys.has(name)) return
  const begun = unfinishedMaking(view, name)
  if (begun === undefined)
    throw new KeyriteError('KEY_EXISTS', `cannot make key "${name}": there is one`, {
      hints: [`keyrite key show ${name}`, 'another name'],
    })
  const left = begun.plan.phases.filter((one) => !begun.done.has(one.name)).map((one) => one.name)
  throw new KeyriteError(
    'KEY_EXISTS',
    `cannot make key "${name}": request ${begun.id} made it, and is not at its end: ${left.join(', ')}`,
    {hints: [`keyrite request apply ${begun.id}`, `keyrite key show ${name}`]},
  )
}

/** The request outside a ceremony that made or brought the key, and whose other phases are approved and not done. */
export function unfinishedMaking(view: Pick<View, 'of'>, name: string): Request | undefined {
  if (!view.of(keysFold).keys.has(name)) return undefined
  return [...view.of(requests).all.values()].find(
    ({operation, plan, ceremony, met, failed, withdrawn, voided, done}) =>
      (operation === 'key.create' || operation === 'key.import') &&
      plan.change['key'] === name &&
      ceremony === null &&
      met !== null &&
      !failed &&
      !withdrawn &&
      voided === null &&
      done.size < plan.phases.length,
  )
}

function judgeCreation(_view: View, plan: Plan, entry: Entry): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('plan', entry, message)]
  const {key, version, profile, spec} = entry.data
  if (key !== plan.change['key'] || version !== plan.change['version'] || profile !== plan.profile?.name)
    return wrong('key, version or profile is not that of the plan')
  if (entry.type === 'key.created' && jcs(spec ?? null) !== jcs(plan.change))
    return wrong('the key that was made is not the one of the plan')
  return []
}

async function create(context: ActContext, plan: Plan): Promise<void> {
  const {ledger} = context
  const spec = parseSpec(plan.change)
  const profile = plan.profile?.name ?? ''
  const provider = await context.provider(profile)
  const dates = datesToKeep(provider.kind, spec)
  await undertake<VersionRef>(context, {
    types: {intended: 'key.create.intended', done: 'key.created', failed: 'key.create.failed'},
    about: {key: spec.key, version: spec.version, profile},
    intended: {before: []},
    open: openIntent(ledger.of(keysFold), 'create', spec.key, spec.version),
    approved: context.approved,
    find: ({id}) => foundOnce(provider.store, id, 'made'),
    act: ({id}) =>
      provider.store.create(
        {
          ...{label: spec.key, algorithm: spec.algorithm, scheme: spec.scheme, purpose: spec.purpose},
          ...(spec.external_key === undefined ? {} : {outside: spec.external_key}),
        },
        id,
        dates,
      ),
    confirm: async (ref) => {
      const now = await provider.store.describe(ref)
      if (!isAsPlanned(now, spec)) {
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot accept key "${spec.key}": the provider made another than was planned`,
          {changed: true, hints: ['look at the provider']},
        )
      }
      demandKept(spec.key, dates, now)
      const spki = isPair(spec.algorithm) ? await provider.use.publicKey(ref) : null
      if (spki !== null && !isOfAlgorithm(spec.algorithm, spki)) {
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot accept key "${spec.key}": its public key is not ${spec.algorithm}`,
          {changed: true, hints: ['look at the provider']},
        )
      }
      return {
        ref: {...ref},
        spec: {...plan.change},
        public: spki === null ? null : new Blob(spki, 'application/pkix-spki'),
        protection: await protectionIn(provider, ref),
        generation: await provider.evidence.generation(),
        ...(dates === undefined ? {} : {dates: {...textOfDates(dates)}}),
      }
    },
  })
}
