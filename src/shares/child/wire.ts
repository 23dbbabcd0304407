/**
 * What parent and child say to each other over two pipes: a line of JSON with the sizes of what follows it, then those bytes.
 * Secrets are only ever among the bytes, which stay Buffers.
 */
import type {Readable, Writable} from 'node:stream'

export interface Message {
  readonly line: Readonly<Record<string, unknown>>
  readonly parts: readonly Buffer[]
}

const mostLine = 65_536
const mostPart = 4_194_304

/** @param wipe - whether the parts are overwritten once they are on their way. */
export async function send(to: Writable, {line, parts}: Message, wipe = false): Promise<void> {
  const head = Buffer.from(`${JSON.stringify({...line, sizes: parts.map((part) => part.length)})}\n`)
  const whole = Buffer.concat([head, ...parts])
  await new Promise<void>((resolve, reject) => {
    to.write(whole, (error) => {
      whole.fill(0)
      if (error) reject(error)
      else resolve()
    })
  })
  if (wipe) for (const part of parts) part.fill(0)
}

/** Every message that comes, in order. @throws TypeError for anything else. */
export async function* messages(from: Readable): AsyncGenerator<Message> {
  let held = Buffer.alloc(0)
  for await (const chunk of from) {
    const more = Buffer.from(chunk as Buffer)
    const joined = Buffer.concat([held, more])
    for (const old of [held, more, chunk as Buffer]) old.fill(0)
    held = joined
    for (;;) {
      const found = take(held)
      if (found === undefined) break
      const rest = Buffer.from(held.subarray(found.end))
      held.fill(0)
      held = rest
      yield found.message
    }
  }
}

function take(bytes: Buffer): {readonly message: Message; readonly end: number} | undefined {
  const newline = bytes.indexOf(0x0a)
  if (newline === -1) {
    if (bytes.length > mostLine) throw new TypeError('a line without an end')
    return undefined
  }
  const line = JSON.parse(bytes.subarray(0, newline).toString('utf8')) as Message['line']
  const sizes = line['sizes']
  if (!Array.isArray(sizes) || sizes.some((size) => !Number.isInteger(size) || size < 0 || size > mostPart))
    throw new TypeError('sizes that are none')
  const parts: Buffer[] = []
  let at = newline + 1
  for (const size of sizes as readonly number[]) {
    if (at + size > bytes.length) return undefined
    parts.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return {message: {line, parts}, end: at}
}
