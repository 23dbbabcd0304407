/** Proof that a key is dead, as the lines of a revocation say it. */
import {KeyriteError} from '../../base/errors.ts'
import {enough, proveDead, type Incident} from '../../incidents/index.ts'
import type {ActContext} from '../../requests/index.ts'

/** Tries the key until it was refused often enough, and says what is seen; what stands in the way is said, and proves nothing. */
export async function proveAloud(
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  withinMs: number,
  hurry: (line: string) => void,
): Promise<void> {
  let told = ''
  try {
    await proveDead(context, incident, {
      withinMs,
      progress: ({version, refusals, proof}) => {
        const line =
          proof === 'still-usable'
            ? `Version ${version} CAN STILL BE USED: tried, and done.`
            : proof === 'not-proven'
              ? `Version ${version} could not be tried: that proves nothing.`
              : refusals === enough
                ? `Version ${version} was refused ${refusals} times in a row.`
                : ''
        if (line !== '' && line !== told) hurry(line)
        told = line
      },
    })
  } catch (error) {
    if (!(error instanceof KeyriteError) || !unreachable.includes(error.code)) throw error
    hurry(`It could not be tried: ${error.message}`)
  }
}

const unreachable: readonly string[] = [
  'PROVIDER_FAILED',
  'PROVIDER_UNREACHABLE',
  'CREDENTIALS_REFUSED',
  'PROFILE_MOVED',
  'NETWORK',
  'FILE_NOT_FOUND',
  'UNSAFE_FILE',
  'TOKEN_ROLLED_BACK',
  'TOKEN_TAMPERED',
  'PRODUCTION_GUARD',
  'UNSUPPORTED',
  'POLICY_REFUSES',
]
