/** The gRPC side: Google's own `.proto` files, our answers. */
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type GrpcObject,
  type handleUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import {loadSync} from '@grpc/proto-loader'
import {demandBearer, type Account} from './account.ts'
import {denied, notModelled, Refused} from './failures.ts'
import {iamMethods} from './iam.ts'
import {importMethods} from './importing.ts'
import {keyMethods} from './keys.ts'
import {text, type Message} from './messages.ts'
import {permissionFor} from './permissions.ts'
import {answered, asked, refused, type Quirk} from './quirks.ts'
import {rawMethods} from './raw.ts'
import {retiredMethods} from './retired.ts'
import {singleTenantMethods} from './single-tenant.ts'
import {useMethods} from './using.ts'
import {versionMethods} from './versions.ts'
import type {World} from './world.ts'

/** @param lies - whether it shall say yes and do nothing. */
export type Methods = Readonly<Record<string, (world: World, request: Message, lies: boolean) => Message>>

const packages = join(import.meta.dirname, '../../../node_modules')

const methods: Methods = {
  ...keyMethods,
  ...versionMethods,
  ...useMethods,
  ...rawMethods,
  ...retiredMethods,
  ...importMethods,
  ...iamMethods,
  ...singleTenantMethods,
}

export interface Listening {
  readonly port: number
  stop(): void
}

/**
 * @param account - who may call; null: anybody, as with emulators.
 * @param tls - certificate and key of 127.0.0.1 and localhost, PEM; null: in the clear.
 */
export async function listen(
  world: World,
  account: Account | null,
  tls: {certificate: Buffer; key: Buffer} | null,
  port = 0,
): Promise<Listening> {
  const server = new Server()
  for (const {service} of services())
    server.addService(
      service,
      Object.fromEntries(
        Object.entries(service).map(([path]) => {
          const method = path.charAt(0).toLowerCase() + path.slice(1)
          return [
            path,
            handler(world, account, method, () => {
              drain(server, bound.port)
            }),
          ]
        }),
      ),
    )
  const bound = {port: 0}
  bound.port = await new Promise<number>((resolve, reject) => {
    const credentials =
      tls === null
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [{cert_chain: tls.certificate, private_key: tls.key}])
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, at) => {
      if (error === null) resolve(at)
      else reject(error)
    })
  })
  return {
    port: bound.port,
    stop: () => {
      server.forceShutdown()
    },
  }
}

const protos = [
  'google/cloud/kms/v1/service.proto',
  'google/cloud/kms/v1/hsm_management.proto',
  'google/iam/v1/iam_policy.proto',
]

function services(): ServiceClientConstructor[] {
  const kms = join(packages, '@google-cloud/kms/build/protos')
  const gax = join(packages, 'google-gax/build/protos')
  const definition = loadSync(protos, {
    includeDirs: [kms, gax],
    keepCase: false,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  })
  const found = loadPackageDefinition(definition)
  const service = (path: string): ServiceClientConstructor =>
    path.split('.').reduce<unknown>((at, name) => (at as GrpcObject)[name], found) as ServiceClientConstructor
  return [
    service('google.cloud.kms.v1.KeyManagementService'),
    service('google.cloud.kms.v1.HsmManagement'),
    service('google.iam.v1.IAMPolicy'),
  ]
}

const isRead = /^(get|list)/
const isChange = /^(create|update|set|delete|destroy|restore|import)/

function handler(
  world: World,
  account: Account | null,
  method: string,
  cut: () => void,
): handleUnaryCall<Message, Message> {
  return (call, callback) => {
    world.seen.push({operation: method, userAgent: String(call.metadata.get('user-agent')[0] ?? '')})
    answer(world, account, method, call.request, call.metadata.get('authorization')[0])
      .then(({message, isCut}) => {
        // The work is done, and nobody hears of it.
        if (isCut) cut()
        else callback(null, message)
      })
      .catch((error: unknown) => {
        const said = refused((quirk) => world.quirks.has(quirk), error)
        callback(said instanceof Refused ? said : new Refused('INTERNAL', String(error)))
      })
  }
}

async function answer(
  world: World,
  account: Account | null,
  method: string,
  given: Message,
  bearer: unknown,
): Promise<{message: Message; isCut: boolean}> {
  const fault = world.fault(method)
  const has = (quirk: Quirk): boolean => world.quirks.has(quirk)
  const request = asked(has, method, given)
  if (account !== null) demandBearer(account, fault?.fault === 'unauthenticated' ? '' : bearer)
  if (fault?.fault === 'throttle')
    throw new Refused(
      'RESOURCE_EXHAUSTED',
      "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute' of service 'cloudkms.googleapis.com' for consumer 'project_number:1'.",
    )
  if (fault?.fault === 'unavailable')
    throw new Refused('UNAVAILABLE', 'The service is currently unavailable.')
  // Somebody else was faster.
  if (fault?.fault === 'conflict') throw new Refused('ABORTED', 'There were concurrent policy changes.')
  if (fault?.fault === 'internal') throw new Refused('INTERNAL', 'Internal error encountered.')
  const wanted = permissionFor(method, request)
  if (wanted !== null && world.denied.has(wanted.permission)) throw denied(wanted.permission, wanted.resource)
  const act = methods[method]
  if (act === undefined) throw notModelled(method)
  const lies = fault?.fault === 'lie'
  const said = isRead.test(method)
    ? world.reading(method, () => act(world, request, lies))
    : isChange.test(method)
      ? world.changing(() => act(world, request, lies))
      : act(world, request, lies)
  const message = answered(has, method, spoiled(said, fault?.fault))
  if (fault?.fault === 'late') await sleep(fault.milliseconds ?? 1000)
  return {message, isCut: fault?.fault === 'cut'}
}

/** A bit that changed on the way back, or on the way here, which the service did not notice. */
function spoiled(message: Message, fault: string | undefined): Message {
  if (fault === 'unverified')
    return Object.fromEntries(
      Object.entries(message).map(([name, value]) => [name, name.startsWith('verified') ? false : value]),
    )
  if (fault === 'misnamed')
    return {...message, name: text(message, 'name').replace(/(\d*)$/, (number) => `${Number(number) + 1}`)}
  if (fault !== 'damaged') return message
  const {pem, publicKey} = message
  if (typeof pem === 'string') return {...message, pem: pem.replace(/[A-Z](?=[a-z])/, 'a')}
  if (publicKey !== undefined) return {...message, publicKey: spoiled(publicKey as Message, fault)}
  const [name, content] =
    Object.entries(message).find(
      (one): one is [string, Buffer] => Buffer.isBuffer(one[1]) && one[1].length > 0,
    ) ?? []
  if (name === undefined || content === undefined) return message
  const touched = Buffer.from(content)
  touched.writeUInt8((touched[0] ?? 0) ^ 1, 0)
  return {...message, [name]: touched}
}

/** Every connection is cut, and the port stays open. */
function drain(server: Server, port: number): void {
  server.drain(`127.0.0.1:${port}`, 0)
}
