/** The client of Google Cloud KMS for one key ring: opened lazily, with limits of time, and with our name. */
import {readFileSync} from 'node:fs'
import type {KeyManagementServiceClient, protos, v1} from '@google-cloud/kms'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {endpointOf, isLocal, publicHost, type Endpoint} from './endpoint.ts'
import {failure} from './failures.ts'

export type CryptoKey = protos.google.cloud.kms.v1.ICryptoKey
export type CryptoKeyVersion = protos.google.cloud.kms.v1.ICryptoKeyVersion
export type PublicKey = protos.google.cloud.kms.v1.IPublicKey

export type HsmManagementClient = v1.HsmManagementClient

interface Named {
  readonly keys: (agent: string) => KeyManagementServiceClient
  readonly hsms: (agent: string) => HsmManagementClient
}

export interface Place {
  /** `projects/P/locations/L/keyRings/R`. */
  readonly ring: string
  /** As `endpointOf` reads it; null for the public one. */
  readonly endpoint: string | null
  /** A key file of a service account; null for the application default credentials. */
  readonly credentials: string | null
  /** Certificates to trust instead of the usual ones, PEM. */
  readonly ca: string | null
  readonly protection: 'hsm' | 'software'
  /** How long a version waits before it is destroyed: fixed when a key is made. */
  readonly destroyDays: number
  /** Whether new AES keys encrypt as anybody would with them, and not in Google's own form. */
  readonly rawAes?: boolean
  /** Labels of somebody's own for new keys. */
  readonly labels?: Readonly<Record<string, string>>
}

const scope = 'https://www.googleapis.com/auth/cloudkms'
/** Milliseconds for one call, and for a call with its repetitions. */
const patience = {call: 15_000, all: 25_000}

/** What may be asked twice. Whatever makes or changes something is asked once: then `find` tells what happened. */
const repeated = [
  ...['ListCryptoKeys', 'ListCryptoKeyVersions', 'ListImportJobs', 'GetKeyRing', 'GetCryptoKey'],
  ...['GetCryptoKeyVersion', 'GetPublicKey', 'GetImportJob', 'Encrypt', 'Decrypt', 'AsymmetricSign'],
  ...['AsymmetricDecrypt', 'MacSign', 'MacVerify', 'RawEncrypt', 'RawDecrypt', 'GenerateRandomBytes'],
]
const once = [
  ...[
    'CreateKeyRing',
    'CreateCryptoKey',
    'CreateCryptoKeyVersion',
    'CreateImportJob',
    'ImportCryptoKeyVersion',
  ],
  ...['UpdateCryptoKey', 'UpdateCryptoKeyVersion', 'UpdateCryptoKeyPrimaryVersion'],
  ...['DestroyCryptoKeyVersion', 'RestoreCryptoKeyVersion', 'DeleteCryptoKeyVersion', 'DeleteCryptoKey'],
]

/** Of single-tenant HSMs, which are only looked at. */
const looked = ['ListSingleTenantHsmInstances', 'ListSingleTenantHsmInstanceProposals']

function clientConfig(): object {
  const method = (retry_codes_name: string): object => ({
    timeout_millis: patience.call,
    retry_codes_name,
    retry_params_name: 'bounded',
  })
  const config = {
    retry_codes: {
      bounded: ['DEADLINE_EXCEEDED', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED'],
      never: [],
    },
    retry_params: {
      bounded: {
        initial_retry_delay_millis: 200,
        retry_delay_multiplier: 2,
        max_retry_delay_millis: 5000,
        initial_rpc_timeout_millis: patience.call,
        rpc_timeout_multiplier: 1,
        max_rpc_timeout_millis: patience.call,
        total_timeout_millis: patience.all,
      },
    },
  }
  const methods = (names: readonly string[], how: string) => names.map((one) => [one, method(how)] as const)
  return {
    interfaces: {
      'google.cloud.kms.v1.KeyManagementService': {
        ...config,
        methods: Object.fromEntries([...methods(repeated, 'bounded'), ...methods(once, 'never')]),
      },
      'google.cloud.kms.v1.HsmManagement': {
        ...config,
        methods: Object.fromEntries(methods(looked, 'bounded')),
      },
    },
  }
}

export class Service {
  readonly place: Place
  readonly endpoint: Endpoint
  readonly #client: KeyManagementServiceClient
  /** Clients that name themselves so. */
  readonly #named: Named
  #hsm: HsmManagementClient | undefined
  readonly #agent: string
  /** How long an answer is waited for, in ms, with all repetitions; null: as the calls have it. */
  readonly within: number | null
  readonly #lent: Service[] = []
  #closed = false

  private constructor(place: Place, named: Named, agent: string, within: number | null) {
    this.place = place
    this.endpoint = endpointOf(place.endpoint)
    this.#named = named
    this.#client = named.keys(agent)
    this.#agent = agent
    this.within = within
  }

  /**
   * @param within - how long an answer is waited for, in ms, with all repetitions; null: 15 seconds for one call, 25 with repetitions.
   * @throws KeyriteError `CREDENTIALS_REFUSED`, `FILE_NOT_FOUND` if a file that is named is not there.
   */
  static async open(place: Place, agent: string, within: number | null = null): Promise<Service> {
    const {host, port, isPlain} = endpointOf(place.endpoint)
    const [kms, {grpc}, {credentialsFrom, nobody}] = await Promise.all([
      import('@google-cloud/kms'),
      import('google-gax'),
      import('./credentials.ts'),
    ])
    const ca = place.ca === null ? null : fileOf(place.ca)
    const file = place.credentials === null ? null : fileOf(place.credentials)
    try {
      const authClient = isPlain
        ? nobody()
        : await credentialsFrom(file, place.credentials ?? '', scope, publicHost)
      const trusted = isPlain
        ? {sslCreds: grpc.credentials.createInsecure()}
        : ca === null
          ? {}
          : {
              sslCreds: grpc.credentials.combineChannelCredentials(
                grpc.credentials.createSsl(ca),
                grpc.credentials.createFromGoogleCredential({
                  // gRPC takes a plain object.
                  getRequestHeaders: async (url) =>
                    Object.fromEntries(await authClient.getRequestHeaders(url)),
                }),
              ),
            }
      const options = (called: string) => ({
        authClient: authClient as never,
        apiEndpoint: host,
        port,
        clientConfig: clientConfig(),
        'grpc.primary_user_agent': called,
        ...trusted,
      })
      const named: Named = {
        keys: (called) => new kms.KeyManagementServiceClient(options(called)),
        hsms: (called) => new kms.v1.HsmManagementClient(options(called)),
      }
      return new Service(place, named, agent, within)
    } catch (error) {
      throw hinted(failure(`open key ring ${place.ring}`, error), isLocal(host))
    }
  }

  /** Asks the service for one thing. @throws KeyriteError, whatever goes wrong but a bug. */
  async ask<T>(what: string, act: (client: KeyManagementServiceClient) => Promise<T>): Promise<T> {
    try {
      return await this.askPlainly(act)
    } catch (error) {
      throw failure(what, error)
    }
  }

  /** The same, with the service's own error, for those who can tell what it means. */
  async askPlainly<T>(act: (client: KeyManagementServiceClient) => Promise<T>): Promise<T> {
    this.demandOpen()
    if (this.within === null) return act(this.#client)
    let timer: NodeJS.Timeout | undefined
    const seconds = this.within / 1000
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new KeyriteError(
            'PROVIDER_UNREACHABLE',
            `cannot ask Google Cloud KMS: no answer within ${seconds} seconds`,
            {hints: ['the same command again: it asks what was done']},
          ),
        )
      }, this.within ?? 0)
    })
    try {
      return await Promise.race([act(this.#client), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Asks of single-tenant HSMs, which another service of Google's keeps. @throws what it throws. */
  async askHsms<T>(act: (client: HsmManagementClient) => Promise<T>): Promise<T> {
    this.demandOpen()
    this.#hsm ??= this.#named.hsms(this.#agent)
    return act(this.#hsm)
  }

  /** The same key ring, whose calls say that they try a key, and for which intent. It closes with this one. */
  probing(intent: string): Service {
    const service = new Service(this.place, this.#named, `${this.#agent} probe ${intent}`, this.within)
    service.#closed = this.#closed
    this.#lent.push(service)
    return service
  }

  /** What the profile names instead of the machine's own credentials, and trusts instead of its authorities. @throws KeyriteError as `open`. */
  credentialsFile(): Buffer | null {
    return this.place.credentials === null ? null : fileOf(this.place.credentials)
  }

  authorities(): Buffer | null {
    return this.place.ca === null ? null : fileOf(this.place.ca)
  }

  demandOpen(): void {
    if (this.#closed) throw new KeyriteError('PROVIDER_FAILED', 'cannot ask Google Cloud KMS: it is closed')
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.all([
      this.#client.close(),
      this.#hsm?.close(),
      ...this.#lent.map(async (one) => one.close()),
    ])
  }
}

/** On this machine it is an emulator more often than not, and wants no credentials. */
function hinted(error: KeyriteError, isHere: boolean): KeyriteError {
  if (!isHere) return error
  const {code, message, hints, changed} = error
  return new KeyriteError(code, message, {
    ...{changed, cause: error},
    hints: [...hints, 'an emulator on this machine: --endpoint http://localhost:PORT'],
  })
}

/** @throws KeyriteError as `storageError`. */
function fileOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw storageError('read', path, error)
  }
}
