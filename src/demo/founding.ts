/** What the demo begins with: a ledger of made-up people, and a software token. */
import {join} from 'node:path'
import {stringify} from 'yaml'
import type {App} from '../app.ts'
import {makePrivateDir, writeNew} from '../base/files.ts'
import {Secret} from '../base/secret.ts'
import {custodyFold, findPerson, foundingData, foundPeople, signFounding} from '../custody/index.ts'
import {foundLedger} from '../ledger/index.ts'
import {defaultPolicy, policyFold} from '../policy/index.ts'
import {writeConfig} from '../profiles/index.ts'
import {createProvider} from '../providers/registry.ts'
import {profileAdd} from '../requests/index.ts'
import {contextFor} from '../ui/gather.ts'
import {demoAnswers, profileName} from './ceremony.ts'
import type {DemoPerson} from './people.ts'
import type {Places} from './places.ts'

/** Founds the ledger; everyone signs. */
export async function foundDemo(app: App, cast: readonly DemoPerson[]): Promise<void> {
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

/** Makes the token, under a random PIN that only `keep` writes down, and adds its profile. */
export async function addToken(app: App, {dir, home}: Places, keep: boolean): Promise<void> {
  const {clock, random} = app.world
  const path = join(home, 'tokens', `${profileName}.token`)
  makePrivateDir(join(home, 'tokens'))
  // 24 letters of 16: 96 bits, and never a string.
  const pin = random.bytes(24).map((byte) => 0x61 + (byte % 16))
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

/** Writes the private keys of the people, and the answers file, for going on. */
export function keepPeople({people: dir, home}: Places, people: readonly DemoPerson[]): void {
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
