/** A way to a server whose answers bear the date of a moved clock, so that both sides are in one time. */
import {once} from 'node:events'
import {connect, createServer, type AddressInfo, type Socket} from 'node:net'

export interface Dated {
  readonly url: string
  close(): Promise<void>
}

/** @param to - its address, without TLS. */
export async function datedWay(to: string, now: () => Date): Promise<Dated> {
  const {hostname, port} = new URL(to)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const onward = connect(Number(port), hostname)
    for (const one of [client, onward]) {
      open.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        client.destroy()
        onward.destroy()
        open.delete(one)
      })
    }
    client.pipe(onward)
    onward.on('data', (bytes) => {
      // A date has one length, whenever it is.
      const text = bytes.toString('latin1').replace(/^Date: .{29}\r$/im, `Date: ${now().toUTCString()}\r`)
      client.write(Buffer.from(text, 'latin1'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const one of open) one.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The flags of `profile add` by such a way, where the place speaks without TLS: it has no clock of its own that could be moved. */
export async function datedFlags(
  flags: readonly string[],
  now: () => Date,
): Promise<{readonly flags: readonly string[]; readonly way: Dated | undefined}> {
  const at = flags.findIndex((one) => one.startsWith('http://'))
  if (at < 0) return {flags, way: undefined}
  const way = await datedWay(flags[at] ?? '', now)
  return {flags: flags.toSpliced(at, 1, way.url), way}
}
