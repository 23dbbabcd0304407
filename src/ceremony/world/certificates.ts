/** Which certificates and requests were made, and which of them were looked at. */
import type {CertificateStep, CertificateVerifyStep} from '../step.ts'
import type {Approvals} from './approvals.ts'
import type {Keys} from './keys.ts'
import type {Room} from './room.ts'

export class Certificates {
  readonly #room: Room
  readonly #approvals: Approvals
  readonly #keys: Keys
  readonly #made: CertificateStep[] = []
  readonly #verified = new Set<string>()

  constructor(room: Room, approvals: Approvals, keys: Keys) {
    this.#room = room
    this.#approvals = approvals
    this.#keys = keys
  }

  make(step: CertificateStep): void {
    this.#approvals.demand(step)
    this.#keys.certify(step)
    this.#made.push(step)
  }

  verify(step: CertificateVerifyStep): void {
    const {report, steps} = this.#room
    const made = steps.find(({id}) => id === step.of)
    if (made?.kind !== 'certificate.self-sign' && made?.kind !== 'certificate.request')
      report(
        step,
        ['of'],
        'certificate-of-what',
        `step "${step.of}" makes no certificate: name a certificate.self-sign or certificate.request step`,
      )
    else if (!this.#made.includes(made))
      report(
        step,
        ['of'],
        'certificate-too-early',
        `it is verified before step "${step.of}" makes it: move this step after it`,
      )
    else if (this.#verified.has(step.of))
      report(
        step,
        ['of'],
        'certificate-verified-twice',
        `what step "${step.of}" makes was verified already: take one of the steps away`,
      )
    this.#verified.add(step.of)
  }

  /** After the last step. */
  finish(): void {
    for (const step of this.#made) {
      if (!this.#verified.has(step.id))
        this.#room.report(
          step,
          ['id'],
          'certificate-unverified',
          `what step "${step.id}" makes is never verified: put a certificate.verify step after it`,
        )
    }
  }
}
