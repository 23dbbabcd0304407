/** Blobs that were found to be what they are called: policies and rosters are referred to again and again. */
import {sha256Hex} from '../base/bytes.ts'

/** At most so many, and so large. */
const [most, largest] = [100, 65_536]

export class KnownBlobs {
  readonly #blobs = new Map<string, Uint8Array>()

  get(sha256: string): Uint8Array | undefined {
    return this.#blobs.get(sha256)
  }

  /** Whether these bytes have this digest; hashed once. */
  isBlob(bytes: Uint8Array, sha256: string): boolean {
    if (this.#blobs.get(sha256) === bytes) return true
    if (sha256Hex(bytes) !== sha256) return false
    if (this.#blobs.size >= most) this.#blobs.clear()
    if (bytes.length <= largest) this.#blobs.set(sha256, bytes)
    return true
  }

  /** What was to be stored was not: the store is asked again. */
  forget(): void {
    this.#blobs.clear()
  }
}
