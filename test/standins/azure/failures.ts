/** How the service refuses: status, code, words, inner code. R: recorded from the service; T: its official tests; K*: a report with a real text; D: documentation. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly inner: string | undefined

  constructor(status: number, code: string, message: string, inner?: string) {
    super(message)
    this.status = status
    this.code = code
    this.inner = inner
  }
}

const help = 'For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182'

/** R. */
export function keyNotFound(name: string): Refused {
  return new Refused(
    404,
    'KeyNotFound',
    `A key with (name/id) ${name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. ${help}`,
  )
}

/** R. */
export function deletedNotFound(name: string): Refused {
  return new Refused(404, 'KeyNotFound', `Deleted Key not found: ${name}`)
}

/** T, K*. */
export function stillDeleted(name: string): Refused {
  return new Refused(
    409,
    'Conflict',
    `Key ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
    'ObjectIsDeletedButRecoverable',
  )
}

/** R, T. */
export function beingDeleted(text: string): Refused {
  return new Refused(409, 'Conflict', text, 'ObjectIsBeingDeleted')
}

/** D, K*: the twin of a recorded one for secrets. */
export function disabled(operation: string): Refused {
  return new Refused(
    403,
    'Forbidden',
    `Operation ${operation} is not allowed on a disabled key.`,
    'KeyDisabled',
  )
}

/** D. */
export function notPermitted(operation: string): Refused {
  return new Refused(
    403,
    'Forbidden',
    `Operation ${operation} is not permitted on this key.`,
    'KeyOperationForbidden',
  )
}

/** D: that it is 403 Forbidden. Its words and inner code are in no source: these say so, and there is none. */
export function outsideItsTime(operation: string): Refused {
  return new Refused(
    403,
    'Forbidden',
    `${operation}: not before nbf, not from exp on (words of this stand-in alone)`,
  )
}

export function badParameter(text: string): Refused {
  return new Refused(400, 'BadParameter', text)
}

/** What the facts do not tell is refused, and never guessed. */
export function notModelled(what: string): Refused {
  return new Refused(501, 'NotModelled', `not modelled by this stand-in: ${what}`)
}

/** K*. */
export function forbidden(action: string): Refused {
  return new Refused(
    403,
    'Forbidden',
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nAction: 'Microsoft.KeyVault/vaults/${action}'`,
    'ForbiddenByRbac',
  )
}
