/** The stand-in for AWS, in a process of its own in front of ministack. What a test sees here was never seen on AWS. */
import {join} from 'node:path'
import type {Fault, FaultKind} from '../standins/aws/faults.ts'
import {startMinistack, type Emulator} from './aws.ts'
import type {Brought} from './bring.ts'
import {answers, launch} from './launch.ts'

const main = join(import.meta.dirname, '../standins/aws/main.ts')

export interface SeenCall {
  readonly operation: string
  readonly account: string
  readonly region: string
  readonly userAgent: string
  readonly wrapping?: string
  readonly outcome: string
}

export interface AwsStandin extends Emulator {
  /** Of `faultKinds`: for one operation (any, unless told), once unless told, after `skip` calls of it. */
  fault(kind: FaultKind, more?: Partial<Fault>): Promise<void>
  clearFaults(): Promise<void>
  /** Moves the clock on. @returns what it shows then. */
  clock(addSeconds: number): Promise<Date>
  /** How long background work of AWS takes from now on: rotations, copies, clusters. */
  lag(seconds: number): Promise<void>
  /** Lets an access key be somebody of an account, and not its root. @param allow - what identity policies allow. */
  principal(accessKey: string, arn: string, allow?: readonly string[]): Promise<void>
  /** The calls since the last time this was asked. */
  seen(): Promise<readonly SeenCall[]>
  activateCluster(clusterId: string): Promise<void>
  /** AWS backs up by itself; here it is told when. @returns the backup's id. */
  backUpCluster(clusterId: string): Promise<string>
}

/** @param ministack - as `bring('ministack')` gave it. */
export async function startAwsStandin(ministack: Brought): Promise<AwsStandin> {
  const behind = await startMinistack(ministack)
  try {
    const running = await launch({
      name: 'standin-aws',
      host: '127.0.0.1',
      program: ({port}) => [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        main,
        '--port',
        String(port),
        '--emulator',
        behind.url,
      ],
      ready: ({port}) => answers(`http://127.0.0.1:${port}/_standin/health`),
      withinMs: 60_000,
    })
    const url = `http://127.0.0.1:${running.port}`
    const ask = async (name: string, given: object = {}): Promise<unknown> => {
      const answer = await fetch(`${url}/_standin/${name}`, {method: 'POST', body: JSON.stringify(given)})
      const said = (await answer.json()) as {readonly error?: string}
      if (!answer.ok) throw new Error(`the stand-in says: ${String(said.error)}`)
      return said
    }
    const tell = async (name: string, given: object = {}): Promise<void> => {
      await ask(name, given)
    }
    const stop = running.stop.bind(running)
    return Object.assign(running, {
      url,
      fault: (kind: FaultKind, more: Partial<Fault> = {}) => tell('fault', {...more, kind}),
      clearFaults: () => tell('clear-faults'),
      clock: async (addSeconds: number) =>
        new Date(((await ask('clock', {addSeconds})) as {now: string}).now),
      lag: (seconds: number) => tell('lag', {seconds}),
      principal: (accessKey: string, arn: string, allow: readonly string[] = []) =>
        tell('principal', {accessKey, arn, allow}),
      seen: async () => (await ask('seen')) as readonly SeenCall[],
      activateCluster: (clusterId: string) => tell('activate-cluster', {clusterId}),
      backUpCluster: async (clusterId: string) =>
        ((await ask('back-up-cluster', {clusterId})) as {backupId: string}).backupId,
      stop: async () => {
        await stop()
        await behind.stop()
      },
    })
  } catch (error) {
    await behind.stop()
    throw error
  }
}
