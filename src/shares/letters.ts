/** Bytes as letters that people type: those of bech32 (BIP 173), 5 bits each, without 1, b, i and o. */

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const codes = Buffer.from(letters, 'latin1')
/** By code of a letter; -1 for what is none. */
const values = Int8Array.from({length: 256}, (_, code) => codes.indexOf(code))

/** Value of a lower-case letter, by its code; -1 for what is none. */
export function valueOf(code: number): number {
  return values[code] ?? -1
}

export function letterOf(value: number): string {
  return letters[value] ?? ''
}

/** Of bytes whose number of bits is a multiple of 5. */
export function toLetters(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc((bytes.length * 8) / 5)
  for (let at = 0; at < out.length; at++) out[at] = codes[fiveBits(bytes, at * 5)] ?? 0
  return out
}

/** Values of letters (each from 0 to 31) as bytes; bits that fill no byte are left out. */
export function toBytes(fives: readonly number[]): Buffer {
  const out = Buffer.alloc((fives.length * 5) >> 3)
  let [bits, held, at] = [0, 0, 0]
  for (const five of fives) {
    held = ((held << 5) | five) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    out[at++] = held >> bits
  }
  return out
}

/** The five bits that begin at a bit. */
function fiveBits(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3
  const two = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  return (two >> (11 - (bit & 7))) & 31
}
