/**
 * Rights to use a key that its service keeps beside it: taken away where the key cannot be disabled, or goes on being usable, and
 * given back as they were. What there was is saved with the intent, before anything is taken.
 */
import {z} from 'zod'
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {jcsBytes, parseJcs} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {keyVersion, tryerOf, type Version} from '../keys/index.ts'
import {Blob, type View} from '../ledger/index.ts'
import type {Availability, Provider} from '../providers/ports.ts'
import {stripKinds} from '../providers/rights.ts'
import {undertake, type ActContext} from '../requests/index.ts'
import {incidentAt, openAct} from './disable.ts'
import {stripped} from './rules.ts'

/** What is taken away, as it can be given back. */
const savedSchema = lately(
  z.strictObject({
    type: z.literal('keyrite.incident-rights/1'),
    rights: z.array(
      z.strictObject({
        role: z.string(),
        member: z.string(),
        condition: z.record(z.string(), z.string()).nullable(),
      }),
    ),
    grants: z.array(
      z.strictObject({
        id: z.string(),
        region: z.string(),
        grantee: z.string(),
        operations: z.array(z.string()),
      }),
    ),
  }),
)
type Saved = ReturnType<typeof savedSchema.parse>

interface Outcome {
  readonly taken: number
  readonly left: number
}

const types = {
  intended: 'incident.act.intended',
  done: 'incident.acted',
  failed: 'incident.act.failed',
} as const

/**
 * Takes away who else may use one version. May be repeated.
 * @throws KeyriteError `UNSUPPORTED` where the place keeps no such rights, or does not say who keyrite is there: it could lock itself out.
 */
export async function stripVersion(context: ActContext, seq: number, number: number): Promise<void> {
  const incident = incidentAt(context, seq)
  const {key, version} = keyVersion(context, incident.key, number)
  const {ref} = version
  const provider = await context.provider(key.profile)
  const keep = await keptBy(provider, await context.provider(tryerOf(context.ledger.view, key.profile)))
  const open = openAct(incident, 'strip', number)
  const begun = open === undefined ? undefined : incident.acts.find((one) => one.seq === open.seq)
  const before = begun?.saved ?? null
  const saved = before === null ? await savedAt(provider, ref, keep) : savedIn(context.ledger.view, before)
  await undertake<Outcome>(context, {
    types,
    about: {incident: seq, key: key.name, profile: key.profile, act: 'strip', version: number},
    intended: {saved: new Blob(jcsBytes(saved), 'application/json')},
    open,
    approved: context.approved,
    find: () => Promise.resolve(undefined), // taking it away again has the same effect
    act: async () => {
      const {rights, grants} = provider
      for (const one of saved.grants) await grants?.remove(ref, one)
      const left = (await rights?.strip(ref.key, keep))?.left.length ?? 0
      const others = (await grants?.list(ref))?.length ?? 0
      return {taken: saved.rights.length + saved.grants.length, left: left + others}
    },
    confirm: async (done) => ({...done, ...(await standing(provider, version))}),
  })
}

/** Gives back what was taken from one version. May be repeated. @throws KeyriteError `PROFILE_MOVED` and what the place throws. */
export async function giveBack(context: ActContext, seq: number, number: number): Promise<void> {
  const incident = incidentAt(context, seq)
  const {key, version} = keyVersion(context, incident.key, number)
  const {ref} = version
  const provider = await context.provider(key.profile)
  const from = stripped(incident).find((one) => one.version === number)
  const before = from?.saved ?? null
  const saved = before === null ? {rights: [], grants: []} : savedIn(context.ledger.view, before)
  await undertake<Outcome>(context, {
    types,
    about: {incident: seq, key: key.name, profile: key.profile, act: 'return', version: number},
    intended: {},
    open: openAct(incident, 'return', number),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // giving it again has the same effect
    act: async ({id}) => {
      if (saved.rights.length > 0) await provider.rights?.give(ref.key, saved.rights)
      for (const {id: grant, ...wish} of saved.grants)
        await provider.grants?.give(ref, wish, sha256Hex(`${id}:${grant}`).slice(0, 32))
      return {taken: 0, left: saved.rights.length + saved.grants.length}
    },
    confirm: async (done) => ({...done, ...(await standing(provider, version))}),
  })
}

/** Whoever keyrite is there, and whoever proves that the key is dead: without the right to try it a refusal proves nothing. */
async function keptBy(...providers: readonly Provider[]): Promise<readonly string[]> {
  const all: string[] = []
  for (const {rights, grants, kind} of providers) {
    if (rights === undefined && grants === undefined)
      throw new KeyriteError('UNSUPPORTED', `cannot take rights away: a place of kind ${kind} keeps none`)
    // Who keyrite is there Azure's credentials do not say here: what would go first is what it needs to go on.
    if (!stripKinds.has(kind))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot take rights away: at a place of kind ${kind} keyrite leaves all of them, as its own could go with them`,
        {hints: ['keyrite key grants NAME lists them, and keyrite key ungrant NAME GRANT takes one away']},
      )
    if (rights === undefined) continue
    const member = await rights.self()
    if (member === null)
      throw new KeyriteError(
        'UNSUPPORTED',
        'cannot take rights away: the credentials do not say who keyrite is there, and its own could go with them',
        {hints: ['take them away by hand; keyrite key grants NAME lists them']},
      )
    all.push(member)
  }
  return all
}

async function savedAt(provider: Provider, ref: Version['ref'], keep: readonly string[]): Promise<Saved> {
  const [rights, grants] = [
    (await provider.rights?.read(ref.key)) ?? [],
    (await provider.grants?.list(ref)) ?? [],
  ]
  return {
    type: 'keyrite.incident-rights/1',
    rights: rights
      .filter(({uses, member, on}) => uses !== false && on.endsWith(`/${ref.key}`) && !keep.includes(member))
      .map(({role, member, condition}) => ({role, member, condition: condition && {...condition}})),
    // One that a service made for itself, or that holds in one context only, could not be given back as it was.
    grants: grants
      .filter(({grantee, onlyInContext}) => !onlyInContext && !grantee.endsWith('.amazonaws.com'))
      .map(({id, region, grantee, operations}) => ({id, region, grantee, operations: [...operations]})),
  }
}

function savedIn(view: Pick<View, 'blob'>, blob: string): Saved {
  return savedSchema.parse(parseJcs(view.blob(blob)))
}

async function standing(
  {store, evidence}: Provider,
  {ref}: Version,
): Promise<{enforced: Availability; generation: number | null}> {
  const now = (await store.describe(ref))?.availability
  return {
    enforced: now === 'probe' || now === 'enabled' || now === 'historic' ? now : 'disabled',
    generation: await evidence.generation(),
  }
}
