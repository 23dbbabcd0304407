/** What goes wrong on demand: for one operation or all, so many times, after letting so many through. */

/** Each with what a client sees. */
export const faultKinds = {
  throttle: 'nothing is done: 400 ThrottlingException',
  'throttle-429': 'nothing is done: 429 TooManyRequestsException',
  error: 'nothing is done: 500 KMSInternalException',
  unavailable: 'nothing is done: 503 with a page of HTML',
  slow: 'it is done, `ms` later',
  'cut-before': 'nothing is done, and the connection is cut',
  'cut-after': 'it is done, and the connection is cut before the answer',
  garbage: 'it is done, and the answer is no JSON',
  hollow: 'the answer is yes, and nothing is done',
  lag: 'the answer is yes, and it is done `seconds` later on the stand-in’s clock',
  refuse: 'nothing is done: 400 UnrecognizedClientException, the credentials are not known',
  expired: 'nothing is done: 400 ExpiredTokenException',
  denied: 'nothing is done: 400 AccessDeniedException',
  unknown: 'nothing is done: 400 UnknownOperationException, as of software that has not all of KMS',
} as const
export type FaultKind = keyof typeof faultKinds

export interface Fault {
  /** Of one operation; `*` for any. */
  readonly operation: string
  readonly kind: FaultKind
  times: number
  /** So many calls are let through first. */
  skip: number
  readonly ms: number
  readonly seconds: number
}

export class Faults {
  #waiting: Fault[] = []

  add(given: Partial<Fault> & {readonly kind: FaultKind}): void {
    this.#waiting.push({operation: '*', times: 1, skip: 0, ms: 0, seconds: 0, ...given})
  }

  clear(): void {
    this.#waiting = []
  }

  /** The fault that this call meets, if any; it is used up by it. */
  take(operation: string): Fault | undefined {
    for (const fault of this.#waiting) {
      if (fault.operation !== '*' && fault.operation !== operation) continue
      if (fault.skip > 0) {
        fault.skip -= 1
        continue
      }
      fault.times -= 1
      if (fault.times <= 0) this.#waiting = this.#waiting.filter((other) => other !== fault)
      return fault
    }
    return undefined
  }
}
