/** Which printers may print what nobody else may see. */
import {KeyriteError} from '../../base/errors.ts'
import type {Policy} from '../document.ts'

/** @throws KeyriteError `POLICY_REFUSES`: a printer keeps what it prints, so in production the policy names those that may. */
export function demandPrinter(
  {name, printers}: Pick<Policy, 'name' | 'printers'>,
  printer: string,
  production: boolean,
): void {
  if (printers?.includes(printer) === true || (printers === undefined && !production)) return
  throw new KeyriteError(
    'POLICY_REFUSES',
    printers === undefined
      ? `cannot print shares on "${printer}": in production only on printers that the policy names, and "${name}" names none`
      : `cannot print shares on "${printer}": policy "${name}" ${printers.length === 0 ? 'lets no printer print them' : `names ${printers.join(', ')}`}`,
    {hints: ['--card-to DIR, or --holder PERSON=passphrase', 'keyrite policy adopt FILE, with "printers"']},
  )
}
