/** The control address, `/_standin/…`: the clock, faults, principals, what was asked. No client of AWS knows it. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {makeBackup} from './cloudhsm/index.ts'
import {settle} from './cloudhsm/state.ts'
import {faultKinds, type Fault, type FaultKind} from './faults.ts'
import type {World} from './world.ts'

export interface Seen {
  readonly operation: string
  readonly account: string
  readonly region: string
  readonly userAgent: string
  /** Of an import: the algorithm that its material is to come under. */
  readonly wrapping?: string
  /** The error's code, or `ok`. */
  outcome: string
}

type Given = Record<string, unknown>

const commands: Readonly<Record<string, (world: World, given: Given, seen: Seen[]) => unknown>> = {
  health: () => ({standin: 'aws', ready: true}),
  clock: (world, given) => {
    world.moveClock(Number(given['addSeconds'] ?? 0))
    return {now: new Date(world.now() * 1000).toISOString()}
  },
  lag: (world, given) => {
    world.lagSeconds = Number(given['seconds'])
    return {}
  },
  fault: (world, given) => {
    if (!Object.hasOwn(faultKinds, String(given['kind'])))
      throw new Error(`there is no fault "${String(given['kind'])}"`)
    world.faults.add(given as Partial<Fault> & {kind: FaultKind})
    return {}
  },
  'clear-faults': (world) => {
    world.faults.clear()
    return {}
  },
  principal: (world, given) => {
    const {accessKey, arn, allow = []} = given as {accessKey: string; arn: string; allow?: string[]}
    world.principals.set(accessKey, {arn, allow})
    return {}
  },
  seen: (_world, _given, seen) => seen.splice(0),
  'activate-cluster': (world, given) => {
    settle(world.cloudHsm, world.now())
    const cluster = world.cloudHsm.clusters.get(String(given['clusterId']))
    if (cluster === undefined) throw new Error('there is no such cluster')
    cluster.state = 'ACTIVE'
    return {}
  },
  'back-up-cluster': (world, given) => {
    const cluster = world.cloudHsm.clusters.get(String(given['clusterId']))
    if (cluster === undefined) throw new Error('there is no such cluster')
    return {backupId: makeBackup(world, cluster).id}
  },
}

export function control(
  world: World,
  seen: Seen[],
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const name = (request.url ?? '').replace('/_standin/', '')
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  const say = (status: number, what: unknown): void => {
    response.writeHead(status, {'content-type': 'application/json'})
    response.end(JSON.stringify(what))
  }
  try {
    if (command === undefined)
      say(404, {error: `there is no control "${name}"`, controls: Object.keys(commands)})
    else say(200, command(world, body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Given), seen))
  } catch (error) {
    say(400, {error: (error as Error).message})
  }
}
