/** How the service refuses. Each text is the one of the facts it is taken from (R recording, T official suite, K* a report with a real text). */
import {Metadata, status} from '@grpc/grpc-js'
import {detailsOf} from './details.ts'

/** A refusal as gRPC has it. */
export class Refused extends Error {
  readonly code: number
  readonly metadata: Metadata

  constructor(code: keyof typeof status, text: string, violation?: {type: string; subject: string}) {
    super(text)
    this.code = status[code]
    this.metadata = new Metadata()
    if (violation !== undefined)
      this.metadata.set('grpc-status-details-bin', detailsOf(this.code, text, violation))
  }
}

/** What the facts do not tell is refused, and never guessed. */
export function notModelled(what: string): Refused {
  return new Refused('UNIMPLEMENTED', `not modelled by this stand-in: ${what}`)
}

export function notFound(kind: string, name: string): Refused {
  return new Refused('NOT_FOUND', `${kind} ${name} not found.`)
}

export function alreadyExists(kind: string, name: string): Refused {
  return new Refused('ALREADY_EXISTS', `${kind} ${name} already exists.`)
}

export function invalid(text: string): Refused {
  return new Refused('INVALID_ARGUMENT', text)
}

/** K*: four independent logs. */
export function wrongState(name: string, state: string): Refused {
  return new Refused(
    'FAILED_PRECONDITION',
    `The request cannot be fulfilled. Resource ${name} has value ${state} in field crypto_key_version.state.`,
  )
}

const violations: Readonly<Record<string, string>> = {
  DISABLED: 'KEY_DISABLED',
  DESTROY_SCHEDULED: 'KEY_DESTROY_SCHEDULED',
  DESTROYED: 'KEY_DESTROYED',
  PENDING_GENERATION: 'KEY_PENDING_GENERATION',
}

/** T; text K*. */
export function notEnabled(name: string, state: string): Refused {
  return new Refused('FAILED_PRECONDITION', `${name} is not enabled, current state is: ${state}.`, {
    type: violations[state] ?? 'KEY_DISABLED',
    subject: name,
  })
}

/** T; text K*. */
export function wrongPurpose(version: string, purpose: string): Refused {
  return new Refused(
    'FAILED_PRECONDITION',
    `Operation requested for Key ${version} has incorrect key purpose: ${purpose}`,
    {type: 'CRYPTO_SCHEME_MISMATCH', subject: version},
  )
}

/** K*. */
export function denied(permission: string, resource: string): Refused {
  return new Refused(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
  )
}
