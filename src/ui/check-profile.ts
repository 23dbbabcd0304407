/** Opens a profile and asks it how it is: every failure is a line, and the worst is what the run ends with. What hangs is said, and not waited for. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import {exitOf, KeyriteError} from '../base/errors.ts'
import {Allowance} from '../base/allowance.ts'
import {looksUpNames} from '../base/leave.ts'
import {keysFold, profileOf, type Key} from '../keys/index.ts'
import {demandSamePlace, filledWith, readConfig, type Profile, type ProfileFacts} from '../profiles/index.ts'
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

/** In ms: for each answer while it is opened, and for everything together. */
export const patience: Patience = {answer: 3_000, all: 3_500}
/** A command is to be through within five seconds: what it took to start, on a machine that is busy, is not there any more. Some of the rest is for its end. */
const whole = 4_200
const least = 1_500

/** What is left for a place where a program has run for so long, in ms. */
export function patienceAfter(spent: number): Patience {
  const all = Math.max(least, Math.min(patience.all, whole - spent))
  return {answer: all - (patience.all - patience.answer), all}
}

/** Keys that are looked for; of more the newest. */
const looked = 20

/** What is wrong with its settings on this machine is a finding too. @throws KeyriteError `NO_TERMINAL`, `CANCELLED` where its PIN cannot be asked for. */
export async function checkProfile(
  app: App,
  profile: Profile,
  waits: Patience = patienceAfter(app.world.spent?.() ?? 0),
): Promise<ProfileCheck> {
  const look = lookWithin(waits)
  const checks: CheckLine[] = []
  let identity: Identity | null = null
  try {
    const provider = await look.open(app, profile.name, profile)
    identity = await look.asked('who it is', provider.evidence.identity())
    checks.push(good('opens', 'it answers with the identity that was approved'))
    checks.push(...named(profile, await look.asked('whether it is well', provider.evidence.check())))
    checks.push(...providerClock(app.world.clock.now(), provider.time()))
    checks.push(...(await keysThere(app, profile, provider, look.asked)))
    checks.push(...(await waitLines(app, profile)), ...(await proverLines(app, profile, look)))
    return {identity, checks, exit: exitFor(checks), failure: null}
  } catch (error) {
    if (!(error instanceof KeyriteError) || notOfTheProfile.includes(error.code)) throw error
    app.giveUp(profile.name)
    const name = checks.length === 0 ? 'opens' : 'answers in time'
    return {
      identity,
      checks: [...checks, bad(app, name, error, profile)],
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

/** What it says of itself does not know what it is called here. */
function named({name}: Profile, lines: readonly CheckLine[]): CheckLine[] {
  return lines.map(({name: what, ok, detail, fix, code}) => ({
    ...{name: what, ok, detail, fix: fix === null ? null : filledWith(name, fix)},
    ...(code === undefined ? {} : {code}),
  }))
}

type Asked = <T>(what: string, answer: Promise<T>) => Promise<T>

interface Look {
  readonly open: (app: App, name: string, facts?: ProfileFacts) => Promise<Provider>
  /** Names the question that found no answer. */
  readonly asked: Asked
}

/** All that is asked of a place, and of its prover, has one end. */
function lookWithin({answer, all}: Patience): Look {
  const time = new Allowance(all)
  const late = (message: string) => () =>
    new KeyriteError('PROVIDER_UNREACHABLE', message, {
      hints: ['look whether it is busy, or the way to it slow, and the same command again'],
    })
  return {
    open: (app, name, facts) =>
      time.within(
        app.provider(name, facts, {answer, standing: (work) => time.standing(work)}),
        late(`cannot open profile "${name}": it is not open after ${Math.round(all / 100) / 10} seconds`),
      ),
    asked: (what, one) =>
      time.within(one, late(`it opened, and then gave no answer in time when asked ${what}`)),
  }
}

/** Whether the keys that the ledger knows are there: a token that was made anew has the old serial number, and nothing in it. */
async function keysThere(app: App, {name}: Profile, {store}: Provider, asked: Asked): Promise<CheckLine[]> {
  const keys = [...app.ledger.of(keysFold).keys.values()].filter(
    (key) => key.profile === name && versionOf(key)?.state !== 'destroyed',
  )
  if (keys.length === 0) return []
  const some = keys.slice(-looked)
  const slow: KeyriteError[] = []
  const missing: string[] = []
  await Promise.all(
    some.map(async (key) => {
      const ref = versionOf(key)?.ref
      if (ref === undefined) return
      try {
        if ((await asked(`for key "${key.name}"`, store.describe(ref))) === undefined) missing.push(key.name)
      } catch (error) {
        if (!(error instanceof KeyriteError) || error.code !== 'PROVIDER_UNREACHABLE') throw error
        slow.push(error)
      }
    }),
  )
  // One that answers slowly is not one that hangs.
  const [late] = slow
  if (late !== undefined && slow.length === some.length) throw late
  const [first] = missing
  const asFar = slow.length === 0 ? '' : ` (there was no time for ${slow.length} of them)`
  const which =
    some.length < keys.length
      ? `the newest ${some.length} of ${keys.length} keys`
      : counted(keys.length, 'key')
  return first === undefined
    ? [good('keys', `${which} that the ledger knows: there${asFar}`)]
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

async function proverLines(app: App, {prover}: Profile, look: Look): Promise<CheckLine[]> {
  if (prover === null) return []
  try {
    const provider = await look.open(app, prover)
    const {identity} = profileOf(app.ledger.view, prover)
    await look.asked('who it is', demandSamePlace({name: prover, identity}, provider))
    return [good('prover', `profile "${prover}" answers as the same place`)]
  } catch (error) {
    if (!(error instanceof KeyriteError) || notOfTheProfile.includes(error.code)) throw error
    app.giveUp(prover)
    return [bad(app, 'prover', error, profileOf(app.ledger.view, prover))]
  }
}

const good = (name: string, detail: string): CheckLine => ({name, ok: true, detail, fix: null})

const resolver = 'cat /etc/resolv.conf: whether the server of names that it has can be reached from here'

function bad(app: App, name: string, error: KeyriteError, profile: ProfileFacts): CheckLine {
  const {code, message, hints} = error
  if (code === 'PROVIDER_UNREACHABLE' && looksUpNames() && !isHere(app, profile))
    return {name, ok: false, detail: `${message}; no name is looked up here in time (DNS)`, fix: resolver}
  // Another place than was approved is none to be made: it was meant for no one.
  const isNotThere = hints[0]?.startsWith('keyrite profile make') === true
  const moved = code === 'PROFILE_MOVED' || isNotThere ? otherSetting(app, profile) : undefined
  const fix =
    moved !== undefined || code === 'USAGE'
      ? inConfig(app, profile, moved ?? hints[0])
      : ((hints[0] === undefined ? undefined : filledWith(profile.name, hints[0])) ??
        `keyrite profile show ${profile.name}`)
  return {name, ok: false, detail: message, fix}
}

/** Whether it lies on this machine, for which no server of names is asked. */
function isHere({world}: App, {name}: ProfileFacts): boolean {
  const here = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/|$)/
  return Object.values(readConfig(world.home).get(name)?.settings ?? {}).some((one) => here.test(one))
}

/** The setting on this machine that leads to another place than was approved, as it would have to be. */
function otherSetting({world}: App, {name, identity}: ProfileFacts): string | undefined {
  const settings = readConfig(world.home).get(name)?.settings ?? {}
  // As a kind calls it among its settings: `key-ring`, `vault-url`.
  const known = (one: string): string | undefined =>
    [one, one.replaceAll('_', '-'), `${one}-url`].find((name) => name in settings)
  const [other] = Object.entries(identity).flatMap(([one, value]) => {
    const name = known(one)
    return name === undefined || settings[name] === value ? [] : [`${name}: ${value}`]
  })
  return other
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
