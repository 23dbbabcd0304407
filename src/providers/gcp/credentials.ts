/** Who we are to Google: a key file of a service account, or whatever the machine has by default. */
import {GoogleAuth, JWT, PassThroughClient, type AuthClient} from 'google-auth-library'
import {KeyriteError} from '../../base/errors.ts'

/**
 * @param file - the bytes of a key file; null for the application default credentials (gcloud, workload identity, the machine's own).
 * @throws KeyriteError `CREDENTIALS_REFUSED` if the file is not one; what the library throws where there are no credentials.
 */
export async function credentialsFrom(
  file: Buffer | null,
  path: string,
  scope: string,
  service: string,
): Promise<AuthClient> {
  if (file === null) {
    const auth = new GoogleAuth({scopes: [scope]})
    Object.assign(auth, {useJWTAccessWithScope: true, defaultServicePath: service})
    return auth.getClient()
  }
  const {type, client_email: email, private_key: key} = parsed(file)
  if (type !== 'service_account' || typeof email !== 'string' || typeof key !== 'string')
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      `cannot use "${path}": it is no key file of a service account`,
      {
        hints: [
          'gcloud iam service-accounts keys create FILE.json --iam-account ACCOUNT',
          'other kinds of credentials: leave the file away and set GOOGLE_APPLICATION_CREDENTIALS',
        ],
      },
    )
  const client = new JWT({email, key, scopes: [scope]})
  // It signs its tokens itself: no second service is asked.
  return Object.assign(client, {useJWTAccessWithScope: true, defaultServicePath: service})
}

/** Who we are where nothing secret may be sent. */
export function nobody(): AuthClient {
  return new PassThroughClient()
}

function parsed(file: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(file.toString('utf8'))
    return typeof value === 'object' && value !== null ? {...value} : {}
  } catch {
    return {} // not JSON: no key file
  }
}
