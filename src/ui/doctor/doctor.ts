/**
 * `doctor`: what may keep this machine, this home and this ledger from working, or from being safe, each with the command
 * that mends it. Reads only. A check that cannot be made because an earlier one failed is left out.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../../app.ts'
import {fault, worstFirst, type Finding} from './finding.ts'
import {machineFindings, readSystem} from './machine.ts'
import {cutOff, placeFindings} from './places.ts'
import {profileFindings} from './profiles.ts'
import {clockFinding, ledgerFinding, pinFinding} from './record.ts'
import {writerFindings} from './writer.ts'
import {workFindings} from './work.ts'

export interface Wanted {
  readonly env: NodeJS.ProcessEnv
  /** The profiles that are opened, and not only looked for. */
  readonly opens: 'all' | readonly string[]
  /** Whether what takes long is done too. */
  readonly full: boolean
}

/** Worst first. */
export async function doctor(app: App, wanted: Wanted): Promise<readonly Finding[]> {
  return worstFirst(await findings(app, wanted))
}

async function findings(app: App, {env, opens, full}: Wanted): Promise<Finding[]> {
  const {home, state, clock} = app.world
  const machine = machineFindings({
    node: process.versions.node,
    env,
    instruments: app.world.instruments(),
    home,
    read: readSystem,
  })
  if (!existsSync(join(home, 'ledger.db')))
    return [
      ...machine,
      fault(
        'home',
        `there is no ledger in "${home}"`,
        'keyrite init --org example.com --person you@example.com=KEY.pub',
      ),
    ]
  const places = placeFindings({home, state, now: clock.now()})
  const cut = cutOff(home)
  if (cut !== undefined) return [...machine, ...places, cut]
  const ledger = ledgerFinding(app, full)
  if (!ledger.ok) return [...machine, ...places, ledger]
  const pins = pinFinding(app)
  return [
    ...machine,
    ...places,
    ledger,
    pins,
    // Where a pin saw more, that is why nothing is written here.
    ...(pins.level === 'fault' ? [] : writerFindings(app)),
    clockFinding(app),
    ...workFindings(app, env),
    ...(await profileFindings(app, opens)),
  ]
}
