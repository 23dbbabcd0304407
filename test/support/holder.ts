/** A holder of a security domain: a key of RSA and a certificate, made by openssl as people make theirs. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'

/** Makes `NAME.key` and `NAME.pem` in a folder. */
export function makeHolder(folder: string, name: string): void {
  const at = (ending: string): string => join(folder, `${name}.${ending}`)
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=holder ${name}`],
      ...['-keyout', at('key'), '-out', at('pem')],
    ],
    {stdio: 'ignore'},
  )
}
