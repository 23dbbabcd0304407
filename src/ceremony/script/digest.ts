/** A digest as it is compared: in hex, and in words to be read aloud. */
import {fromHex} from '../../base/bytes.ts'
import {wordLines} from '../../base/words.ts'
import {codeLines, type Block} from '../../paper/document.ts'

export function digest(hex: string): Block {
  return codeLines([...(hex.match(/.{32}/g) ?? []), ...wordLines(fromHex(hex))])
}
