/** What a rehearsal leaves to be looked at: script, bundle with minutes, time plan. Every page and line says what it is. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../app.ts'
import {certificatePem, certificatesFold} from '../certificates/index.ts'
import {writeNew} from '../base/files.ts'
import {packageRoot} from '../base/package.ts'
import {makeBundle, recordBundle, rulesOf, verifyBundle, writeFolder} from '../ceremony/bundle/index.ts'
import {ceremonyFold} from '../ceremony/fold.ts'
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

/** What a step made for its key, as it goes out: stand-ins have it to compare. @returns its path. */
export function writeCertificate(
  {ledger}: App,
  {dir}: RehearsalPlaces,
  ceremony: string,
  step: string,
): string {
  const {done} = ledger.of(ceremonyFold).get(ceremony) ?? {done: []}
  const entry = Number(done.find((one) => one.step === step)?.result['entry'])
  const made = ledger.of(certificatesFold).made.get(entry)
  if (made === undefined) throw new TypeError(`step "${step}" made nothing`)
  const path = join(dir, `${step}.pem`)
  if (!existsSync(path))
    writeNew(path, Buffer.from(certificatePem(made.form, ledger.view.blob(made.sha256))), 0o644)
  return path
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
