/** What is known of certificates and requests. */
import {Versions} from '../base/versions.ts'
import type {Form} from './spec.ts'

export interface Certificate {
  /** Of `certificate.made`. */
  readonly seq: number
  readonly key: string
  readonly version: number
  readonly form: Form
  /** SHA-256 of its DER, hex: its fingerprint, and the name of its blob. */
  readonly sha256: string
  /** Hex; null of a request. */
  readonly serial: string | null
  readonly at: string
  readonly ceremony: string | null
  /** The seq of the `quorum.met` that allowed it. */
  readonly approved: number
}

/** An intent without an outcome: whether the key signed is not known, and harmless. */
export interface OpenCertificate {
  readonly seq: number
  readonly id: string
  readonly key: string
  readonly version: number
  readonly form: Form
  readonly profile: string
  readonly serial: string | null
  readonly tbs: string
  readonly approved: number | null
  readonly ceremony: string | null
}

export interface Certificates {
  readonly made: Versions<number, Certificate>
  readonly open: Versions<number, OpenCertificate>
}

/** Those of a key, oldest first. */
export function certificatesOf({made}: Certificates, key: string): readonly Certificate[] {
  return [...made.values()].filter((one) => one.key === key)
}

/** The one that is being made of this key, if that has no outcome yet. */
export function openCertificate(
  {open}: Certificates,
  key: string,
  version: number,
): OpenCertificate | undefined {
  return [...open.values()].find((one) => one.key === key && one.version === version)
}
