/**
 * `doctor`: what may keep this machine, this home and this ledger from working, each with the command that mends it.
 * Reads only. A check that cannot be made because an earlier one failed is left out.
 */
import {accessSync, constants, existsSync, readFileSync, statfsSync, statSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {checkPrivateDir} from '../base/files.ts'
import {custodyFold} from '../custody/index.ts'
import {keysFold} from '../keys/index.ts'
import {verifyLedger, type Ledger} from '../ledger/index.ts'
import {profilesFold, readConfig, type Profile} from '../profiles/index.ts'
import type {CheckLine} from '../providers/ports.ts'
import {called} from './actor.ts'
import {checkProfile} from './check-profile.ts'

/** Programs that keyrite can use, and what is lost without them. */
const programs: readonly (readonly [name: string, use: string, debian: string])[] = [
  ['ssh-keygen', 'people with key files and security keys sign by it', 'openssh-client'],
  ['ssh-agent', 'people sign with keys that it holds', 'openssh-client'],
  ['openssl', 'others verify public keys and signatures with it', 'openssl'],
  ['python3', 'bundles are verified by it without keyrite', 'python3'],
]
const leastFreeBytes = 100_000_000

const good = (name: string, detail: string): CheckLine => ({name, ok: true, detail, fix: null})
const bad = (name: string, detail: string, fix: string): CheckLine => ({name, ok: false, detail, fix})

/** @param opens - the profiles that are opened, and not only looked for. */
export async function doctor(
  app: App,
  env: NodeJS.ProcessEnv,
  opens: 'all' | readonly string[],
): Promise<readonly CheckLine[]> {
  const {home} = app.world
  const machine = [
    nodeCheck(process.versions.node),
    ...programs.map((one) => programCheck(one, env)),
    diskCheck(home),
    ...memoryChecks(),
  ]
  if (!existsSync(join(home, 'ledger.db')))
    return [
      ...machine,
      bad(
        'home',
        `there is no ledger in "${home}"`,
        'keyrite init --org example.com --person you@example.com=KEY.pub',
      ),
    ]
  const ledger = ledgerChecks(app)
  if (!ledger.every(({ok}) => ok)) return [...machine, homeCheck(home), ...ledger]
  return [
    ...machine,
    homeCheck(home),
    ...ledger,
    writerCheck(app.ledger),
    foundersCheck(app.ledger),
    clockCheck(app),
    intentsCheck(app.ledger),
    ...(await profileChecks(app, opens)),
  ]
}

/** Node 24.15 or newer, or 26 and later. */
export function nodeCheck(version: string): CheckLine {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const suits = (major === 24 && minor >= 15) || major >= 26
  return suits
    ? good('node', `Node ${version}`)
    : bad(
        'node',
        `Node ${version} is not one that keyrite is made for`,
        'install Node 24.15 or newer, or start bin/keyrite of a checkout',
      )
}

function programCheck([name, use, debian]: (typeof programs)[number], env: NodeJS.ProcessEnv): CheckLine {
  const found = (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram)
  return found === undefined
    ? bad(name, `not on PATH: ${use}`, `apt-get install ${debian}`)
    : good(name, found)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not ours to run
  }
}

function diskCheck(home: string): CheckLine {
  let folder = home
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder)
  const {bavail, bsize} = statfsSync(folder)
  const free = bavail * bsize
  const detail = `${Math.floor(free / 1_000_000)} MB free at "${folder}"`
  return free >= leastFreeBytes ? good('disk', detail) : bad('disk', detail, `make room: df -h ${folder}`)
}

/** Where secrets in memory could reach a disk. Noted: whether it matters is the operator's to say. */
function memoryChecks(): CheckLine[] {
  const swaps = lines('/proc/swaps').slice(1).length
  const core = lines('/proc/self/limits').find((line) => line.startsWith('Max core file size'))
  const off = core === undefined || /^Max core file size\s+0\s/.test(core)
  return [
    good(
      'swap',
      swaps === 0
        ? 'no swap'
        : 'there is swap: secrets in memory may reach that disk (swapoff -a, or encrypt it)',
    ),
    good('core dumps', off ? 'off' : 'on: a crash may write secrets to a file (ulimit -c 0)'),
  ]
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return [] // not a Linux
  }
}

function homeCheck(home: string): CheckLine {
  try {
    checkPrivateDir(home)
    return good('home', `"${home}" is ours alone`)
  } catch (error) {
    return failure('home', error, `chmod 700 ${home}`)
  }
}

function ledgerChecks(app: App): CheckLine[] {
  const {home, state} = app.world
  try {
    const {problems, entries, pins} = verifyLedger({home, state, folds: app.folds, pins: []})
    const [first] = problems
    if (first !== undefined)
      return [
        bad('ledger', `${problems.length} problems, the first: ${first.message}`, 'keyrite ledger verify'),
      ]
    const size = app.ledger.size // opening it also looks whether it is an older copy
    return [
      good(
        'ledger',
        `${Math.max(entries, size)} entries verified, ${pins === 0 ? '0 pins: a rollback cannot be seen' : `${pins} pins`}`,
      ),
    ]
  } catch (error) {
    return [failure('ledger', error, 'keyrite ledger verify')]
  }
}

function writerCheck({access}: Ledger): CheckLine {
  return access.kind !== 'reader'
    ? good('writer', 'this home is where the ledger is written')
    : bad(
        'writer',
        `reading only: ${access.because}`,
        'run it on the machine and in the home that write this ledger',
      )
}

function foundersCheck(ledger: Ledger): CheckLine {
  const {roster, unsigned} = ledger.of(custodyFold)
  const [first, ...others] = unsigned.flatMap((id) => roster.get(id) ?? [])
  if (first === undefined) return good('founders', `all ${roster.size} have signed`)
  return bad(
    'founders',
    `not signed yet: ${[first, ...others].map(called).join(', ')}`,
    `keyrite request apply founding --sign-with ${first.address ?? first.id}=KEY`,
  )
}

function clockCheck({ledger, world}: App): CheckLine {
  const last = ledger.view.entry(ledger.size - 1)?.time ?? ''
  const now = world.clock.now().toISOString()
  return now >= last
    ? good('clock', `${now}, after the last entry`)
    : bad(
        'clock',
        `this clock says ${now}, the last entry was made ${last}`,
        'set the clock: timedatectl set-ntp true',
      )
}

function intentsCheck(ledger: Ledger): CheckLine {
  const open = [...ledger.of(keysFold).open.values()]
  const [first] = open
  return first === undefined
    ? good('intents', 'nothing was left half-way')
    : bad(
        'intents',
        `${open.length} without an outcome, the first at entry ${first.seq}`,
        first.ceremony === null
          ? `keyrite key show ${first.key}`
          : `keyrite ceremony resume ${first.ceremony}`,
      )
}

async function profileChecks(app: App, opens: 'all' | readonly string[]): Promise<CheckLine[]> {
  const found: CheckLine[] = []
  for (const profile of app.ledger.of(profilesFold).profiles.values()) {
    const called = `profile ${profile.name}`
    if (opens === 'all' || opens.includes(profile.name)) {
      const {checks} = await checkProfile(app, profile)
      found.push(...checks.map((one) => ({...one, name: `${called}: ${one.name}`})))
    } else found.push(reachable(app, profile, called))
  }
  return found
}

/** Whether this machine knows where it lies, without opening it. */
function reachable(app: App, profile: Profile, name: string): CheckLine {
  try {
    const local = readConfig(app.world.home).get(profile.name)
    if (local === undefined)
      return bad(
        name,
        'config.yaml does not say where it lies',
        'copy its settings from the machine that added it',
      )
    const missing = [local.settings['path'], local.pinFile].find(
      (path) => path !== undefined && !existsSync(path),
    )
    return missing === undefined
      ? good(name, `${profile.environment}, known here; open it with --profile ${profile.name}`)
      : bad(name, `"${missing}" is not there`, `keyrite profile show ${profile.name}`)
  } catch (error) {
    return failure(name, error, 'keyrite profile list')
  }
}

function failure(name: string, error: unknown, otherwise: string): CheckLine {
  if (error instanceof KeyriteError) return bad(name, error.message, error.hints[0] ?? otherwise)
  throw error
}
