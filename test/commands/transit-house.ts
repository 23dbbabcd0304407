/** A house with nine people, and an OpenBao beside it, behind TLS with an authority of its own. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {OpenBao} from '../backends/openbao.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {startTransit} from '../providers/transit/bao.ts'

export interface BaoHouse {
  readonly house: House
  readonly bao: OpenBao
  readonly tokenFile: string
  /** Of `profile add`, by alice. */
  flags(): string[]
  signs(...handles: readonly string[]): string[]
  remove(): Promise<void>
}

export async function makeBaoHouse(): Promise<BaoHouse> {
  const house = await makeHouse()
  const bao = await startTransit({tls: true})
  const tokenFile = join(house.dir, 'bao.token')
  writeFileSync(tokenFile, `${bao.token}\n`, {mode: 0o600})
  return {
    house,
    bao,
    tokenFile,
    flags: () => [
      ...['--kind', 'transit', '--environment', 'test', '--address', bao.url, '--as', 'alice'],
      ...['--ca-file', bao.caFile ?? '', '--token-file', tokenFile],
    ],
    signs: (...handles) => handles.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`]),
    async remove() {
      house.remove()
      await bao.stop()
    },
  }
}
