import {inspect} from 'node:util'

/** Secret bytes: never printed by string, JSON or inspect, and wiped by `consume`. The bytes given become this object's own. */
export class Secret {
  #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Lends the bytes to `use`, which must not keep them. */
  use<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#bytes)
  }

  /** Lends the bytes once more and then overwrites them, also when `use` throws. */
  consume<T>(use: (bytes: Uint8Array) => T): T {
    try {
      return use(this.#bytes)
    } finally {
      this.wipe()
    }
  }

  wipe(): void {
    this.#bytes.fill(0)
    this.#bytes = new Uint8Array(0)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
