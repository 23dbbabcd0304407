/** `machine`: what the ceremony runs on, and the device that will hold the key (C3). */
import {arch, platform, release} from 'node:os'
import type {DraftObject} from '../../ledger/index.ts'
import type {StepBase} from '../step.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import {demandYes} from './confirm.ts'

export async function runMachine(context: RunContext, step: StepBase): Promise<DraftObject> {
  const {app, room} = context
  const machine = {
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    openssl: process.versions.openssl,
    keyrite: app.tool.version,
    keyriteSha256: app.tool.sha256,
  }
  const {profile} = ceremonyOf(context)
  const device = profile === null ? null : await (await app.provider(profile)).evidence.device()
  room.say([
    ...Object.entries(machine).map(([name, value]) => `${name}: ${value}`),
    ...Object.entries(device ?? {}).map(([name, value]) => `device ${name}: ${value}`),
  ])
  await demandYes(context, step.id, 'Are these the machine and the device that were expected')
  return {machine, device: device === null ? null : {...device}, deviceEvidence: 'asserted'}
}
