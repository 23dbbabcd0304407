/** What a rehearsal leaves to be looked at: script, bundle with minutes, time plan. Every page and line says what it is. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import {writeNew} from '../base/files.ts'
import {packageRoot} from '../base/package.ts'
import {makeBundle, recordBundle, rulesOf, verifyBundle, writeFolder} from '../ceremony/bundle/index.ts'
import type {Ceremony} from '../ceremony/state.ts'
import type {Loaded, Values} from '../ceremony/template.ts'
import {KeyriteError} from '../base/errors.ts'
import {textOf} from '../paper/text.ts'
import type {RehearsalPlaces} from './places.ts'
import {timePage, type TimePlan} from './times.ts'

/** The script for the room, before the first step. @returns its path. */
export async function writeScript(
  app: App,
  {dir}: RehearsalPlaces,
  {loaded, values}: {readonly loaded: Loaded; readonly values: Values},
): Promise<string> {
  const {scriptFiles} = await import('../ceremony/script/index.ts')
  const {view} = app.ledger
  const {files} = scriptFiles({
    ...{loaded, values, view, zone: 'UTC'},
    ...{paper: 'a4', packageRoot: packageRoot()},
  })
  for (const [name, bytes] of files) writeNew(join(dir, name), bytes, 0o644)
  return join(dir, [...files.keys()].find((name) => name.endsWith('.pdf')) ?? 'script.html')
}

/** Bundles what was rehearsed, minutes within, and verifies it as a rehearsal. @throws KeyriteError `BUNDLE_TAMPERED`. */
export async function writeRecord(app: App, {bundle}: RehearsalPlaces, ceremony: Ceremony): Promise<void> {
  const {folds, ledger, operations, world} = app
  const rules = await rulesOf({folds, operations})
  const files = makeBundle({
    ...{ledger, rules, ceremony, tool: world.tool},
    ...{packageRoot: packageRoot(), level: 'full'},
  })
  writeFolder(bundle, files)
  await recordBundle(ledger, ceremony, files, 'full', {person: null, evidence: 'stated'})
  const {problems} = verifyBundle(bundle, {
    rules,
    anchor: {fingerprint: ledger.view.facts.fingerprint, pins: []},
    rehearsal: true,
    tool: world.tool,
    packageRoot: packageRoot(),
  })
  const [wrong] = problems
  if (wrong !== undefined)
    throw new KeyriteError(
      'BUNDLE_TAMPERED',
      `the bundle of the rehearsal does not verify: ${wrong.message}`,
      {
        changed: true,
        hints: [`look into ${bundle}`],
      },
    )
}

/** The time plan, as text and as JSON. */
export function writeTimes(
  {dir}: RehearsalPlaces,
  plan: TimePlan,
  about: Parameters<typeof timePage>[1],
): void {
  writeNew(join(dir, 'time-plan.txt'), Buffer.from(textOf(timePage(plan, about))), 0o644)
  const document = {rehearsal: true, title: about.title, ...plan}
  writeNew(join(dir, 'time-plan.json'), Buffer.from(`${JSON.stringify(document, null, 2)}\n`), 0o644)
}
