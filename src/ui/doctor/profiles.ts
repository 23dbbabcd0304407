/** The profiles: whether this machine knows where each lies, and can keep to itself what it knows. */
import {lstatSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import type {App} from '../../app.ts'
import {profilesFold, readConfig, type Profile} from '../../profiles/index.ts'
import {providerKind} from '../../providers/registry.ts'
import {checkProfile, patience} from '../check-profile.ts'
import {failure, fault, good, note, shellWord, warning, type Finding} from './finding.ts'

/** @param opens - those that are opened, and not only looked for. */
export async function profileFindings(app: App, opens: 'all' | readonly string[]): Promise<Finding[]> {
  const found: Finding[] = []
  const {profiles} = app.ledger.of(profilesFold)
  for (const profile of profiles.values()) {
    const called = `profile ${profile.name}`
    const lack = (await providerKind(profile.kind).lacking?.()) ?? null
    const opened = opens === 'all' || opens.includes(profile.name)
    const looked =
      lack === null ? looksRight(app, profile, called, opened) : fault(called, lack.fact, lack.fix)
    const opening = opened && (looked.ok || looked.level === 'warning')
    if (!opening || !looked.ok) found.push(looked)
    if (!opening) continue
    // Of several each has its own time.
    const {checks} = await checkProfile(app, profile, opens === 'all' ? patience : undefined)
    found.push(
      ...checks.map((one): Finding => ({
        ...one,
        level: one.ok ? 'ok' : 'fault',
        name: `${called}: ${one.name}`,
      })),
    )
  }
  return [...found, ...forgotten(app, new Set(profiles.keys()))]
}

/** @param opened - it is opened then: what is said of a token of transit there is not said here too. */
function looksRight(app: App, {name, kind, environment}: Profile, called: string, opened: boolean): Finding {
  try {
    const config = join(app.world.home, 'config.yaml')
    const local = readConfig(app.world.home).get(name)
    if (local === undefined)
      return fault(
        called,
        'config.yaml does not say where it lies',
        'copy its settings from the machine that added it',
      )
    const {settings, pinFile} = local
    const tokenFile = opened && kind === 'transit' ? undefined : settings['token-file']
    const files = [
      settings['path'],
      settings['module'],
      pinFile,
      tokenFile,
      settings['credentials-file'],
    ].filter((path) => path !== undefined)
    const missing = files.find((path) => lstatSync(path, {throwIfNoEntry: false}) === undefined)
    if (missing !== undefined && missing === pinFile)
      return fault(
        called,
        `its PIN file "${missing}" is not there`,
        `keyrite profile check ${name} --pin-file FILE; put it there, or the file’s new place into ${config}`,
      )
    if (missing !== undefined && missing === tokenFile)
      return fault(
        called,
        `its token file "${missing}" is not there`,
        kind === 'transit'
          ? `keyrite doctor --profile ${name}`
          : `put it there, or the file’s new place into ${config}`,
      )
    if (missing !== undefined)
      return fault(
        called,
        `"${missing}" is not there`,
        `ls -ld ${shellWord(dirname(missing))}; where it lies elsewhere now, that goes into ${config}`,
      )
    // What lies in the home is looked at with the home; a module is for everybody to read.
    const outside = files.filter(
      (path) => path !== settings['module'] && relative(app.world.home, path).startsWith('..'),
    )
    const open = outside.find((path) => ((lstatSync(path, {throwIfNoEntry: false})?.mode ?? 0) & 0o077) !== 0)
    if (open !== undefined)
      return warning(called, `others may read or change "${open}"`, `chmod go-rwx ${shellWord(open)}`)
    return good(called, `${environment}, known here; open it with --profile ${name}`)
  } catch (error) {
    return failure(called, error, 'keyrite profile list')
  }
}

/** What config.yaml still says of profiles that the ledger does not have. */
function forgotten(app: App, known: ReadonlySet<string>): Finding[] {
  try {
    const names = [...readConfig(app.world.home).keys()].filter((name) => !known.has(name))
    if (names.length === 0) return []
    return [
      note(
        'config.yaml',
        `names places that the ledger does not have: ${names.join(', ')}`,
        'keyrite profile list',
      ),
    ]
  } catch (error) {
    return known.size > 0 ? [] : [toWarning(failure('config.yaml', error, 'keyrite profile list'))]
  }
}

const toWarning = ({name, detail, fix}: Finding): Finding => warning(name, detail, fix ?? '')
