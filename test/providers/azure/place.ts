import type {Place} from '../../../src/providers/azure/index.ts'
import type {Standin} from './standin.ts'

/** The stand-in as a place: a Managed HSM, or a vault with keys in software. */
export function placeOf({vault, tokenFile, ca: caFile}: Standin, kind: 'vault' | 'hsm'): Place {
  return {
    ...{vault, tokenFile, caFile, isHsm: kind === 'hsm', cloud: 'public', credential: 'default'},
    ...{protection: kind === 'hsm' ? 'hsm' : 'software', retentionDays: 90},
  }
}
