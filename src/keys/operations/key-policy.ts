/** The policy that a service keeps with a key, set as people approved it: whole, statement by statement in the plan. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {isObject, jcs, type Json, type JsonObject} from '../../base/jcs.ts'
import {seenAs} from '../../base/seen-as.ts'
import {undertake, type ActContext, type Plan} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {openIntent} from '../state.ts'
import {offeredTo} from './offered.ts'

export interface PolicyChange {
  readonly key: string
  readonly version: number
  readonly region: string
  /** The SHA-256 of the document's JCS. */
  readonly policy: string
  readonly document: JsonObject
  /** What stood when it was planned, as the service gave it back. */
  readonly before: JsonObject
}

export const policyDigest = (document: JsonObject): string => sha256Hex(Buffer.from(jcs(document)))

export function policyInWords(
  {profile}: Plan,
  {key, version, region, policy, document, before}: PolicyChange,
): readonly string[] {
  const [stood, comes] = [statementsOf(before), statementsOf(document)]
  const goes = stood.filter((one) => !comes.includes(one))
  return [
    `Set the policy of key "${key}", version ${version}, of profile "${profile?.name ?? ''}" in ${region}, in place of the one that stands. Copies in other regions have policies of their own, which stay.`,
    `SHA-256 of it: ${policy}. ${jcs(Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'Statement')))}`,
    ...comes.map((one, at) => {
      const how = stood.includes(one) ? 'stays' : 'comes'
      return `Statement ${at + 1} of ${comes.length}, which ${how}: ${inWords(JSON.parse(one) as Json)}`
    }),
    ...goes.map((one) => `Goes: ${inWords(JSON.parse(one) as Json)}`),
    ...(comes.length + goes.length > stood.length || goes.length > 0 ? [] : ['No statement comes or goes.']),
  ]
}

/** Each as its JCS: what is written otherwise counts as another. */
function statementsOf({Statement: said = []}: JsonObject): readonly string[] {
  return (Array.isArray(said) ? (said as readonly Json[]) : [said]).map((one) => jcs(one))
}

function inWords(statement: Json): string {
  if (!isObject(statement)) return jcs(statement)
  const {Effect: effect = null, ...terms} = statement
  const said = Object.entries(terms).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : jcs(value)}`,
  )
  return `${typeof effect === 'string' ? effect : jcs(effect)}: ${said.join('; ')}`
}

/**
 * @throws KeyriteError `UNSUPPORTED`, `PLAN_MOVED` where by now another one stands than people were told of, `PROVIDER_FAILED` where that
 * one stands after a yes, `KEY_NOT_AS_PLANNED` where a third one does, what the provider throws.
 */
export async function setPolicy(context: ActContext, change: PolicyChange): Promise<void> {
  const {region, policy, document, before} = change
  const {
    key,
    version,
    offered: policies,
  } = await offeredTo(
    context,
    change,
    (provider) => provider.policies,
    (kind) => noPolicy(change.key, kind),
  )
  const isSame = (read: string): boolean => policies.isSame(document, read)
  const open = openIntent(context.ledger.of(keysFold), 'grant', key.name, version.version)
  await policies.permit(version.ref, document)
  const stands = await policies.read(version.ref)
  if (open === undefined && !isSame(stands) && !policies.isSame(before, stands))
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot set the policy of key "${key.name}": another one stands by now than when it was planned`,
      {hints: [`keyrite key grants ${key.name}`, `keyrite key grant ${key.name} --policy FILE, again`]},
    )
  await undertake<true>(context, {
    types: {intended: 'key.grant.intended', done: 'key.granted', failed: 'key.grant.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {policy, region},
    open,
    approved: context.approved,
    // Setting it again does no harm; what stands already is not set twice.
    find: () => Promise.resolve(isSame(stands) ? true : undefined),
    act: async () => {
      await policies.set(version.ref, document)
      return true
    },
    confirm: async () => {
      const read = await seenAs(() => policies.read(version.ref), isSame)
      if (isSame(read)) return {policy, region, id: policyDigest(JSON.parse(read) as JsonObject)}
      const isStill = policies.isSame(before, read)
      throw new KeyriteError(
        isStill ? 'PROVIDER_FAILED' : 'KEY_NOT_AS_PLANNED',
        `cannot set the policy of key "${key.name}": the service ${isStill ? 'said yes, and gives back the one that stood' : 'gives back another one'}`,
        {
          changed: true,
          hints: isStill
            ? ['the same command again: it asks what was done']
            : [`keyrite key grants ${key.name}`],
        },
      )
    },
  })
}

export function noPolicy(key: string, kind: string): KeyriteError {
  return new KeyriteError(
    'UNSUPPORTED',
    `cannot set a policy of key "${key}": a place of kind ${kind} keeps none with its keys that keyrite sets`,
    {hints: [`keyrite key permissions ${key} --role ROLE, which writes what lets somebody use it there`]},
  )
}
