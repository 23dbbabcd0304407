/** CBOR (RFC 8949), as much as AWS's newer protocol (smithy-rpc-v2-cbor) uses: newer clients speak it with CloudHSM v2. */

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value])
  const out = Buffer.alloc(5)
  out[0] = (major << 5) | 26
  out.writeUInt32BE(value, 1)
  return out
}

function double(value: number): Buffer {
  const out = Buffer.alloc(9)
  out[0] = 0xfb
  out.writeDoubleBE(value, 1)
  return out
}

export function encode(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.from([0xf6])
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4])
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? head(0, value) : double(value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Date) return Buffer.concat([Buffer.from([0xc1]), double(value.getTime() / 1000)])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)])
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([name, each]) => [encode(name), encode(each)]),
  ])
}

export function decode(bytes: Buffer): unknown {
  let at = 0
  const next = (): number => bytes.readUInt8(at++)
  const length = (info: number): number => {
    if (info < 24) return info
    const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : 0
    if (size > 0) return ((at += size), bytes.readUIntBE(at - size, size))
    if (info === 27) return ((at += 8), Number(bytes.readBigUInt64BE(at - 8)))
    throw new Error('CBOR of a kind that is not read here')
  }
  const isEnd = (): boolean => (bytes[at] === 0xff ? ((at += 1), true) : false)
  const several = (info: number, one: () => void): void => {
    if (info === 31) while (!isEnd()) one()
    else for (let left = length(info); left > 0; left -= 1) one()
  }
  const chunks = (info: number): Buffer => {
    if (info === 31) {
      const all: Buffer[] = []
      while (!isEnd()) all.push(chunks(next() & 31))
      return Buffer.concat(all)
    }
    const size = length(info)
    at += size
    return bytes.subarray(at - size, at)
  }
  const item = (): unknown => {
    const first = next()
    const info = first & 31
    switch (first >> 5) {
      case 0:
        return length(info)
      case 1:
        return -1 - length(info)
      case 2:
        return chunks(info)
      case 3:
        return chunks(info).toString('utf8')
      case 4: {
        const list: unknown[] = []
        several(info, () => list.push(item()))
        return list
      }
      case 5: {
        const map: Record<string, unknown> = {}
        several(info, () => {
          const name = String(item())
          map[name] = item()
        })
        return map
      }
      case 6:
        length(info)
        return item()
      default:
        if (info === 20 || info === 21) return info === 21
        if (info === 22 || info === 23) return null
        if (info === 26) return ((at += 4), bytes.readFloatBE(at - 4))
        if (info === 27) return ((at += 8), bytes.readDoubleBE(at - 8))
        throw new Error('CBOR of a kind that is not read here')
    }
  }
  return item()
}
