/** Opens a profile and asks it how it is: every failure is a line, and the worst is what the run ends with. What hangs is said, and not waited for. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import {exitOf, KeyriteError} from '../base/errors.ts'
import {within} from '../base/within.ts'
import {keysFold, profileOf, type Key} from '../keys/index.ts'
import {demandSamePlace, readConfig, type Profile, type ProfileFacts} from '../profiles/index.ts'
import type {CheckLine, Identity, Provider} from '../providers/ports.ts'
import {providerKind} from '../providers/registry.ts'
import {providerClock} from './clock.ts'
import {shortWait} from './place-wait.ts'
import {counted} from './print.ts'

export interface ProfileCheck {
  /** Who answered; null where nobody did. */
  readonly identity: Identity | null
  readonly checks: readonly CheckLine[]
  readonly exit: number
  /** Why it could not be opened. */
  readonly failure: KeyriteError | null
}

/** Somebody has to be there, and not to cancel: that is not a finding about the profile. */
const notOfTheProfile: readonly string[] = ['NO_TERMINAL', 'CANCELLED']
interface Patience {
  readonly answer: number
  readonly all: number
}

/** In ms: for each answer while it is opened, and for all that is asked of it then. */
export const patience: Patience = {answer: 4_000, all: 4_000}
/** Keys that are looked for one by one; of more the newest. */
const looked = 20

/** What is wrong with its settings on this machine is a finding too. @throws KeyriteError `NO_TERMINAL`, `CANCELLED` where its PIN cannot be asked for. */
export async function checkProfile(
  app: App,
  profile: Profile,
  waits: Patience = patience,
): Promise<ProfileCheck> {
  try {
    const provider = await app.provider(profile.name, profile, waits.answer)
    const until = performance.now() + waits.all
    const asked = asker(until)
    const identity = await asked('who it is', provider.evidence.identity())
    const opened = good('opens', 'it answers with the identity that was approved')
    const checks = [
      opened,
      ...(await asked('whether it is well', provider.evidence.check())),
      ...providerClock(app.world.clock.now(), provider.time()),
      ...(await keysThere(app, profile, provider, asked)),
      ...(await waitLines(app, profile)),
      ...(await proverLines(app, profile, waits)),
    ]
    return {identity, checks, exit: exitFor(checks), failure: null}
  } catch (error) {
    if (!(error instanceof KeyriteError) || notOfTheProfile.includes(error.code)) throw error
    return {
      identity: null,
      checks: [bad(app, 'opens', error, profile)],
      exit: error.exit,
      failure: error,
    }
  }
}

/** Where nothing but permissions is missing, trying again helps nobody. */
function exitFor(checks: readonly CheckLine[]): number {
  const failed = checks.filter(({ok}) => !ok)
  if (failed.length === 0) return 0
  return failed.every(({code}) => code === 'CREDENTIALS_REFUSED')
    ? exitOf.CREDENTIALS_REFUSED
    : exitOf.PROVIDER_FAILED
}

type Asked = <T>(what: string, answer: Promise<T>) => Promise<T>

/** Waits for answers until a moment, and names the question that found none. */
function asker(until: number): Asked {
  return (what, answer) =>
    within(
      until - performance.now(),
      answer,
      () =>
        new KeyriteError(
          'PROVIDER_UNREACHABLE',
          `it opened, and then gave no answer in time when asked ${what}`,
          {
            hints: ['look whether it is busy, and the same command again'],
          },
        ),
    )
}

/** Whether the keys that the ledger knows are there: a token that was made anew has the old serial number, and nothing in it. */
async function keysThere(app: App, {name}: Profile, {store}: Provider, asked: Asked): Promise<CheckLine[]> {
  const keys = [...app.ledger.of(keysFold).keys.values()].filter(
    (key) => key.profile === name && versionOf(key)?.state !== 'destroyed',
  )
  if (keys.length === 0) return []
  const some = keys.slice(-looked)
  const missing: string[] = []
  for (const key of some) {
    const ref = versionOf(key)?.ref
    if (ref === undefined) continue
    if ((await asked(`for key "${key.name}"`, store.describe(ref))) === undefined) missing.push(key.name)
  }
  const [first] = missing
  const which =
    some.length < keys.length
      ? `the newest ${some.length} of ${keys.length} keys`
      : counted(keys.length, 'key')
  return first === undefined
    ? [good('keys', `${which} that the ledger knows: there`)]
    : [
        {
          name: 'keys',
          ok: false,
          detail: `not there any more, though the ledger knows them: ${missing.join(', ')}; it was made anew, or somebody removed them`,
          fix: `keyrite key show ${first}`,
        },
      ]
}

/** A policy may ask more since the profile was added. */
async function waitLines(app: App, {name, kind, environment}: Profile): Promise<CheckLine[]> {
  const local = readConfig(app.world.home).get(name)
  const fact =
    local === undefined ? null : await shortWait(app, {kind, environment, settings: local.settings})
  if (fact === null) return []
  const fix = 'keyrite policy show: what it says of destruction, and whether that is meant for this place'
  return [{name: 'wait before destruction', ok: false, detail: fact, fix}]
}

const versionOf = ({versions, primary}: Key): Key['versions'][number] | undefined =>
  versions.find(({version}) => version === primary)

async function proverLines(app: App, {prover}: Profile, waits: Patience): Promise<CheckLine[]> {
  if (prover === null) return []
  try {
    const provider = await app.provider(prover, undefined, waits.answer)
    const asked = asker(performance.now() + waits.all)
    const {identity} = profileOf(app.ledger.view, prover)
    await asked('who it is', demandSamePlace({name: prover, identity}, provider))
    return [good('prover', `profile "${prover}" answers as the same place`)]
  } catch (error) {
    if (!(error instanceof KeyriteError) || notOfTheProfile.includes(error.code)) throw error
    return [bad(app, 'prover', error, profileOf(app.ledger.view, prover))]
  }
}

const good = (name: string, detail: string): CheckLine => ({name, ok: true, detail, fix: null})

function bad(app: App, name: string, error: KeyriteError, profile: ProfileFacts): CheckLine {
  const {code, message, hints} = error
  const moved = code === 'PROFILE_MOVED' ? otherSetting(app, profile) : undefined
  const fix =
    moved !== undefined || code === 'USAGE'
      ? inConfig(app, profile, moved ?? hints[0])
      : (hints[0]?.replace(/\bPROFILE\b/, profile.name) ?? `keyrite profile show ${profile.name}`)
  return {name, ok: false, detail: message, fix}
}

/** The setting on this machine that leads to another place than was approved, as it would have to be. */
function otherSetting({world}: App, {name, identity}: ProfileFacts): string | undefined {
  const settings = readConfig(world.home).get(name)?.settings ?? {}
  const [other] = Object.entries(identity).filter(([one, value]) => (settings[one] ?? value) !== value)
  return other === undefined ? undefined : `${other[0]}: ${other[1]}`
}

/** Of a profile that is there, a setting is mended where it stands: the flag of that name is `profile add`'s. */
function inConfig(
  {world}: App,
  {name, kind}: ProfileFacts,
  hint = 'only settings that its kind takes',
): string {
  if (hint.includes('config.yaml') || hint.startsWith('mend it')) return hint
  const {settings} = providerKind(kind)
  const said = hint.replace(
    /^(?:the same command with )?--(?:token-(?=serial|label))?([a-z-]+) /,
    (_all, flag: string) => {
      const own = Object.keys(settings).find((one) => one.replaceAll('_', '-') === flag)
      return `${own ?? flag}: `
    },
  )
  return `in ${join(world.home, 'config.yaml')}, for ${name}: ${said}`
}
