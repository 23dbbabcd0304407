import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {App} from '../app.ts'
import {packageRoot} from '../base/package.ts'
import {words} from '../base/words.ts'
import {profileName, runDemoCeremony} from '../demo/ceremony.ts'
import {crossCheck, type CrossChecked} from '../demo/cross-check.ts'
import {runDemoEscrow} from '../demo/escrow.ts'
import {keepPeople} from '../demo/founding.ts'
import {demoPeople} from '../demo/people.ts'
import {placesIn, type Places} from '../demo/places.ts'
import {bundleDemo, tamperedIsRefused, verifyDemo, verifyingOf} from '../demo/proof.ts'
import {defaultPolicy} from '../policy/index.ts'
import type {ShareSet} from '../shares/index.ts'
import {foundStage, stageToken} from '../rehearsal/stage.ts'
import {documentOf, findCeremony} from '../ui/ceremony.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'

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
    keep: Flags.boolean({
      summary: 'keep the keys of people, token and ledger, so that you can go on',
      default: false,
    }),
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
    const indented = (line: string): void => {
      this.say(`   ${line}`)
    }
    this.say('1. Found a ledger: nine people, each signs the first entry with a key of their own.')
    await foundStage(app, people, {organisation: 'example.com', policy: defaultPolicy, rehearsal: false})
    this.say(
      `2. Add profile "${profileName}": a software token, encrypted under a random PIN. It is no hardware, and never called so.`,
    )
    await stageToken(app, profileName, keep ? join(places.dir, 'demo-token.pin') : undefined)
    this.say('3. Run the ceremony of the shipped template jwt-signing-rsa-4096.')
    const id = await runDemoCeremony(app, packageRoot(), people, indented)
    this.say('4. Bundle it: one folder that proves it to someone who has no keyrite.')
    await bundleDemo(app, id, places)
    if (keep) keepPeople(places, people)
    this.say('5. Verify: the ledger and the bundle with keyrite, then the bundle with what others made.')
    await verifyDemo(app, places, this.app.world.state)
    const checked = crossCheck(places.bundle, app.ledger.view.facts, indented)
    this.say('6. Change one byte in a copy of the bundle, and verify that.')
    const refused = tamperedIsRefused(places.bundle, places.dir, await verifyingOf(app))
    this.say('7. Escrow: split a made-up secret among five people, and recover it with three of them.')
    const escrow = await runDemoEscrow(app, people, indented)
    return this.#done(app, places, {id, keep, checked, refused, escrow})
  }

  #done(
    app: App,
    {dir, home, bundle, people}: Places,
    {
      id,
      keep,
      checked,
      refused,
      escrow,
    }: {id: string; keep: boolean; checked: CrossChecked; refused: string; escrow: ShareSet},
  ): Shown {
    const {facts} = app.ledger.view
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
        verified: true,
        checkedWith: ['keyrite', ...checked.with],
        notCheckedWith: checked.without,
        tamperedRefused: true,
        escrow: {set: escrow.set, name: escrow.name, recovered: escrow.recoveries.length > 0},
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
          ['Tampered copy', `refused: ${refused}`],
          ['Escrow', `${escrow.name}, any ${escrow.threshold} of ${escrow.holders.length}: recovered`],
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
