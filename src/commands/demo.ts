import {cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {stringify} from 'yaml'
import {App, folds, operations} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir, writeNew} from '../base/files.ts'
import {packageRoot} from '../base/package.ts'
import {Secret} from '../base/secret.ts'
import {words} from '../base/words.ts'
import {makeBundle, recordBundle, verifyBundle, writeFolder} from '../ceremony/bundle/index.ts'
import {custodyFold, findPerson, foundingData, foundPeople, signFounding} from '../custody/index.ts'
import {crossCheck} from '../demo/cross-check.ts'
import {demoAnswers, profileName, runDemoCeremony} from '../demo/ceremony.ts'
import {demoPeople, type DemoPerson} from '../demo/people.ts'
import {foundLedger, storePin, verifyLedger} from '../ledger/index.ts'
import {defaultPolicy, policyFold} from '../policy/index.ts'
import {writeConfig} from '../profiles/index.ts'
import {createProvider} from '../providers/registry.ts'
import {profileAdd} from '../requests/index.ts'
import {documentOf, findCeremony} from '../ui/ceremony.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'
import {contextFor} from '../ui/gather.ts'

/** Paths of one demonstration. */
interface Places {
  readonly dir: string
  readonly home: string
  readonly bundle: string
  readonly people: string
}

export default class Demo extends KeyriteCommand {
  static override summary =
    'The main job, unattended, on the embedded software token: found, run a ceremony, sign off, bundle, verify, refuse a tampered copy.'
  static override description =
    'The people are made up; their keys are made here, used in this process, and gone afterwards, as is the key that writes the ledger: it can be read and verified, not written. With --keep they stay, for going on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --dir ~/keyrite-demo --keep',
  ]
  static override flags = {
    dir: Flags.string({
      summary: 'where it all goes: a folder that is new or empty (default: a new one for temporary files)',
      helpValue: 'DIR',
    }),
    keep: Flags.boolean({summary: 'keep the keys of people, token and ledger, so that you can go on'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(Demo)
    const places = placesIn(flags.dir)
    const {app: outer} = this
    // Without --keep the writer key goes where it is removed again; the pin of what was verified stays with this user.
    const state = flags.keep ? outer.world.state : {path: join(places.dir, 'state')}
    const app = new App({...outer.world, home: places.home, state})
    try {
      return await this.#run(app, places, flags.keep)
    } finally {
      await app.close()
      if (!flags.keep) rmSync(state.path, {recursive: true, force: true})
    }
  }

  async #run(app: App, places: Places, keep: boolean): Promise<Shown> {
    const people = demoPeople()
    this.say('1. Found a ledger: nine people, each signs the first entry with a key of their own.')
    await found(app, people)
    this.say(
      `2. Add profile "${profileName}": a software token, encrypted under a random PIN. It is no hardware, and never called so.`,
    )
    await addToken(app, places, keep)
    this.say('3. Run the ceremony of the shipped template jwt-signing-rsa-4096.')
    const id = await runDemoCeremony(app, packageRoot(), people, (line) => {
      this.say(`   ${line}`)
    })
    this.say('4. Bundle it: one folder that proves it to someone who has no keyrite.')
    const ceremony = findCeremony(app, id)
    const {tool} = app.world
    const files = makeBundle({
      ledger: app.ledger,
      rules: {folds, operations},
      ceremony,
      tool,
      packageRoot: packageRoot(),
      level: 'full',
    })
    writeFolder(places.bundle, files)
    await recordBundle(app.ledger, ceremony, files, {person: null, evidence: 'stated'})
    if (keep) keepPeople(places, people)
    return this.#verify(app, places, id, keep)
  }

  #verify(app: App, {dir, home, bundle, people}: Places, id: string, keep: boolean): Shown {
    const {facts} = app.ledger.view
    const {state} = this.app.world
    this.say('5. Verify: the ledger and the bundle with keyrite, then the bundle with what others made.')
    const ledger = verifyLedger({home, state: app.world.state, folds, pins: []})
    const verifying = {
      rules: {folds, operations},
      anchor: {fingerprint: facts.fingerprint, pins: []},
      tool: app.world.tool,
      packageRoot: packageRoot(),
    }
    const verdict = verifyBundle(bundle, verifying)
    const [wrong] = [...ledger.problems, ...verdict.problems]
    if (wrong !== undefined)
      throw new KeyriteError(
        'BUNDLE_TAMPERED',
        `what the demo made does not verify: ${wrong.message} (${wrong.rule})`,
        {changed: true, hints: [`look into ${dir}`]},
      )
    if (ledger.note !== null) storePin(state, facts.fingerprint, ledger.note)
    const checked = crossCheck(bundle, facts, (line) => {
      this.say(line)
    })
    this.say('6. Change one byte in a copy of the bundle, and verify that.')
    const refused = tamperedIsRefused(bundle, dir, verifying)
    const document = documentOf(app, findCeremony(app, id))
    const minutes = join(bundle, 'minutes.html')
    return this.show(
      {
        schema: 'keyrite.demo/1',
        home,
        ledger: facts.name,
        fingerprint: facts.fingerprint,
        words: words(Buffer.from(facts.fingerprint, 'hex')),
        ceremony: id,
        bundle,
        minutes,
        keys: document.keys,
        verified: verdict.ok,
        checkedWith: ['keyrite', ...checked.with],
        notCheckedWith: checked.without,
        tamperedRefused: refused !== null,
        kept: keep,
      },
      [
        'The ceremony is signed off, and its bundle verifies.',
        '',
        ...this.print.facts([
          ['Everything', dir],
          ['Minutes', minutes],
          ['Bundle', bundle],
          ['Ledger', `${home} (${app.ledger.size} entries)`],
          ['Fingerprint', facts.fingerprint],
          ['Keys', document.keys.map(({name, version}) => `${name} version ${version} (software token)`)],
          ['Verified by', ['keyrite', ...checked.with]],
          ['Not here', checked.without],
          ['Tampered copy', `refused: ${refused ?? ''}`],
        ]),
        '',
        'Next:',
        `  open ${minutes}`,
        `  follow ${join(bundle, 'VERIFY.md')}, with no keyrite at all`,
        `  keyrite ceremony verify ${bundle} --ledger ${facts.fingerprint}`,
        `  keyrite --home ${home} ledger show --last 5`,
        ...(keep
          ? [
              `  keyrite --home ${home} key create orders-dek --profile ${profileName} --algorithm aes-256 --purpose encrypt --class dek --owner alice --as frank --sign-with alice=${join(people, 'alice')} --sign-with bob=${join(people, 'bob')} --sign-with carol=${join(people, 'carol')}`,
            ]
          : []),
        `  rm -r ${dir}, when you have seen enough`,
      ],
    )
  }
}

function placesIn(typed: string | undefined): Places {
  const dir = typed === undefined ? mkdtempSync(join(tmpdir(), 'keyrite-demo-')) : resolve(typed)
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new KeyriteError('EXISTS', `cannot use "${dir}": it is not empty`, {
      hints: ['--dir DIR, a folder that is new or empty'],
    })
  }
  makePrivateDir(dir)
  return {dir, home: join(dir, 'home'), bundle: join(dir, 'bundle'), people: join(dir, 'people')}
}

async function found(app: App, cast: readonly DemoPerson[]): Promise<void> {
  const people = foundPeople(cast, app.world.random)
  const first = people.find(({address}) => address === 'alice@example.com')
  app.adopt(
    await foundLedger(app.ledgerWorld, {
      organisation: 'example.com',
      data: foundingData(people, defaultPolicy),
      actor: {person: first?.id ?? null, evidence: 'stated'},
    }),
  )
  for (const {address, signer} of cast)
    await signFounding(app.ledger, findPerson(app.ledger.of(custodyFold).roster, address), signer)
}

async function addToken(app: App, {dir, home}: Places, keep: boolean): Promise<void> {
  const {clock, random} = app.world
  const path = join(home, 'tokens', `${profileName}.token`)
  makePrivateDir(join(home, 'tokens'))
  const pin = Buffer.from(random.bytes(16).toString('hex'))
  const pinFile = join(dir, 'demo-token.pin')
  if (keep) writeNew(pinFile, Buffer.concat([pin, Buffer.from('\n')]))
  const provider = await createProvider('local', profileName, {
    settings: {path},
    secret: new Secret(pin),
    clock,
    random,
  })
  app.lend(profileName, provider)
  pin.fill(0)
  writeConfig(home, profileName, {settings: {path}, pinFile: keep ? pinFile : undefined})
  const profile = {
    name: profileName,
    kind: 'local',
    environment: 'test' as const,
    identity: await provider.evidence.identity(),
  }
  const {policy, seq} = app.ledger.of(policyFold)
  const plan = {
    type: 'keyrite.plan/1' as const,
    operation: 'profile.add' as const,
    change: {},
    phases: [{name: 'add', earliest: null, latest: null}],
    profile,
    rests: [],
    rule: policy.rules.find(({id}) => id === 'local-profile')?.id ?? '',
  }
  await profileAdd.act({...contextFor(app, null), approved: seq}, plan, 'add')
}

function keepPeople({people: dir, home}: Places, people: readonly DemoPerson[]): void {
  makePrivateDir(dir)
  for (const {handle, key, address, openSsh} of people) {
    const bytes = openSsh()
    writeNew(join(dir, handle), bytes)
    bytes.fill(0)
    writeNew(join(dir, `${handle}.pub`), Buffer.from(`${key} ${address}\n`), 0o644)
  }
  writeNew(
    join(home, '..', 'answers.yaml'),
    Buffer.from(stringify(demoAnswers((handle) => join(dir, handle), people))),
  )
}

/** What was said of a copy with one byte changed in an entry; null if it was not refused. */
function tamperedIsRefused(
  bundle: string,
  dir: string,
  verifying: Parameters<typeof verifyBundle>[1],
): string | null {
  const copy = join(dir, 'tampered-bundle')
  cpSync(bundle, copy, {recursive: true})
  const file = join(copy, 'entries', readdirSync(join(copy, 'entries')).sort().at(-1) ?? '')
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"time":"20') + 8
  bytes[at + 3] = (bytes[at + 3] ?? 0) ^ 1
  writeFileSync(file, bytes)
  const verdict = verifyBundle(copy, verifying)
  const [first] = verdict.problems
  if (verdict.ok || first === undefined) return null
  return `${first.file ?? `entry ${String(first.seq)}`}: ${first.message}`
}
