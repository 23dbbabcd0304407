/** What the demo ends with: a bundle, verified, and a tampered copy of it, refused. */
import {cpSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {packageRoot} from '../base/package.ts'
import {
  makeBundle,
  recordBundle,
  rulesOf,
  verifyBundle,
  writeFolder,
  type Verifying,
} from '../ceremony/bundle/index.ts'
import {storePin, verifyLedger, type StateDir} from '../ledger/index.ts'
import {findCeremony} from '../ui/ceremony.ts'
import type {Places} from './places.ts'

/** Bundles the ceremony and records that. */
export async function bundleDemo(app: App, id: string, {bundle}: Places): Promise<void> {
  const {folds, ledger, operations, world} = app
  const ceremony = findCeremony(app, id)
  const files = makeBundle({
    ledger,
    rules: await rulesOf({folds, operations}),
    ceremony,
    tool: world.tool,
    packageRoot: packageRoot(),
    level: 'full',
  })
  writeFolder(bundle, files)
  await recordBundle(ledger, ceremony, files, 'full', {person: null, evidence: 'stated'})
}

/** How the bundle is looked at: with the fingerprint as if from the paper. */
export async function verifyingOf({folds, ledger, operations, world}: App): Promise<Verifying> {
  return {
    rules: await rulesOf({folds, operations}),
    anchor: {fingerprint: ledger.view.facts.fingerprint, pins: []},
    rehearsal: ledger.view.facts.rehearsal,
    tool: world.tool,
    packageRoot: packageRoot(),
  }
}

/** Verifies ledger and bundle, and keeps the pin of what was verified. @throws KeyriteError `BUNDLE_TAMPERED` naming the first problem. */
export async function verifyDemo(app: App, {dir, home, bundle}: Places, pins: StateDir): Promise<void> {
  const {facts} = app.ledger.view
  const ledger = verifyLedger({home, state: app.world.state, folds: app.folds, pins: []})
  const verdict = verifyBundle(bundle, await verifyingOf(app))
  const [wrong] = [...ledger.problems, ...verdict.problems]
  if (wrong !== undefined) {
    throw new KeyriteError(
      'BUNDLE_TAMPERED',
      `what the demo made does not verify: ${wrong.message} (${wrong.rule})`,
      {changed: true, hints: [`look into ${dir}`]},
    )
  }
  if (ledger.note !== null) storePin(pins, facts.fingerprint, ledger.note)
}

/** What is said of a copy with one byte changed in an entry. @throws KeyriteError `BUNDLE_TAMPERED` if it passes. */
export function tamperedIsRefused(bundle: string, dir: string, verifying: Verifying): string {
  const copy = join(dir, 'tampered-bundle')
  cpSync(bundle, copy, {recursive: true})
  const file = join(copy, 'entries', readdirSync(join(copy, 'entries')).sort().at(-1) ?? '')
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"time":"20') + 8
  bytes[at + 3] = (bytes[at + 3] ?? 0) ^ 1
  writeFileSync(file, bytes)
  const verdict = verifyBundle(copy, verifying)
  const [first] = verdict.problems
  if (verdict.ok || first === undefined)
    throw new KeyriteError('BUNDLE_TAMPERED', `a copy with one byte changed was not refused: "${copy}"`, {
      changed: true,
      hints: ['this is a bug in keyrite: report it'],
    })
  return `${first.file ?? `entry ${String(first.seq)}`}: ${first.message}`
}
