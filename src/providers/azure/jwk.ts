/** A pair as JSON that never is text: private parts go from DER into bytes that are sent, and both are wiped. */
import {createPrivateKey} from 'node:crypto'

/** RFC 3447, A.1.2: the integers of an RSA private key, after the version. */
const integers = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const
const tags = {bits: 0x03, octets: 0x04, own: 0xa1} as const

type Parts = readonly (readonly [name: string, value: Buffer])[]

/** The members of the JWK, `"n":"…"` and so on with commas between, lent to `use` and wiped. */
export function withPrivateMembers<T>(pkcs8: Uint8Array, isRsa: boolean, use: (members: Buffer) => T): T {
  const key = createPrivateKey({key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8'})
  const der = key.export({format: 'der', type: isRsa ? 'pkcs1' : 'sec1'})
  const members = membersOf(isRsa ? rsaParts(der) : curveParts(der))
  try {
    return use(members)
  } finally {
    for (const one of [der, members]) one.fill(0)
  }
}

/** Views into `der`. */
function rsaParts(der: Buffer): Parts {
  const [whole] = elements(der)
  const [, ...numbers] = elements(whole?.value ?? der)
  return integers.map((name, n) => {
    const value = numbers[n]?.value ?? Buffer.alloc(0)
    return [name, value[0] === 0 ? value.subarray(1) : value]
  })
}

/** RFC 5915. Views into `der`. */
function curveParts(der: Buffer): Parts {
  const [whole] = elements(der)
  const inner = elements(whole?.value ?? der)
  const d = inner.find(({tag}) => tag === tags.octets)?.value ?? Buffer.alloc(0)
  const own = inner.find(({tag}) => tag === tags.own)?.value ?? Buffer.alloc(0)
  // A byte for unused bits, one for "not compressed", then both coordinates.
  const point = (elements(own).find(({tag}) => tag === tags.bits)?.value ?? Buffer.alloc(2)).subarray(2)
  const half = point.length / 2
  return [
    ['d', d],
    ['x', point.subarray(0, half)],
    ['y', point.subarray(half)],
  ]
}

interface Element {
  readonly tag: number
  readonly value: Buffer
}

/** DER that OpenSSL wrote: lengths of three bytes at most. */
function elements(der: Buffer): readonly Element[] {
  const all: Element[] = []
  for (let at = 0; at + 2 <= der.length;) {
    const [tag = 0, first = 0] = der.subarray(at, at + 2)
    const wide = first < 128 ? 0 : first - 128
    const length = wide === 0 ? first : der.readUIntBE(at + 2, wide)
    const from = at + 2 + wide
    all.push({tag, value: der.subarray(from, from + length)})
    at = from + length
  }
  return all
}

function membersOf(parts: Parts): Buffer {
  const pieces = parts.flatMap(([name, value], n) => [
    Buffer.from(`${n === 0 ? '' : ','}"${name}":"`),
    base64url(value),
    Buffer.from('"'),
  ])
  const members = Buffer.concat(pieces)
  for (const one of pieces) one.fill(0)
  return members
}

const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')

/** As bytes: Node's own gives text, which nobody can wipe. */
export function base64url(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(Math.ceil((bytes.length * 4) / 3))
  let [held, bits, at] = [0, 0, 0]
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0x3fff
    bits += 8
    for (; bits >= 6; bits -= 6) out[at++] = letters[(held >> (bits - 6)) & 63] ?? 0
  }
  if (bits > 0) out[at] = letters[(held << (6 - bits)) & 63] ?? 0
  return out
}
