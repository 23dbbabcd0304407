/** The stage of a demo or a rehearsal: a ledger of its own, founded by people whose keys are in this process, and software tokens. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import {writeNew} from '../base/files.ts'
import {Secret} from '../base/secret.ts'
import {custodyFold, findPerson, foundingData, foundPeople, signFounding} from '../custody/index.ts'
import {foundLedger} from '../ledger/index.ts'
import type {Policy} from '../policy/index.ts'
import {addProfile} from '../ui/add-profile.ts'
import type {Player} from './players.ts'

export interface Stage {
  readonly organisation: string
  readonly policy: Policy
  readonly rehearsal: boolean
}

/** Founds the ledger; everyone signs. The first of them is who says so. */
export async function foundStage(
  app: App,
  players: readonly Player[],
  {organisation, policy, rehearsal}: Stage,
): Promise<void> {
  const people = foundPeople(players, app.world.random)
  const first = people.find(({address}) => address === players[0]?.address)
  app.adopt(
    await foundLedger(app.ledgerWorld, {
      organisation,
      data: foundingData(people, policy),
      actor: {person: first?.id ?? null, evidence: 'stated'},
      rehearsal,
    }),
  )
  for (const {address, signer} of players)
    await signFounding(app.ledger, findPerson(app.ledger.of(custodyFold).roster, address), signer)
}

/** Makes a software token under a random PIN, and adds its profile. @param pinFile - where the PIN is written down; with none it is nowhere. */
export async function stageToken(app: App, name: string, pinFile?: string): Promise<void> {
  // 24 letters of 16: 96 bits, and never a string.
  const pin = app.world.random.bytes(24).map((byte) => 0x61 + (byte % 16))
  if (pinFile !== undefined) writeNew(pinFile, Buffer.concat([pin, Buffer.from('\n')]))
  const token = join(app.world.home, 'tokens', `${name}.token`)
  await addProfile(app, {name, kind: 'local', environment: 'test', token, pinFile}, null, new Secret(pin))
  pin.fill(0)
}
