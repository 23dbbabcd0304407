/** Custom key stores: of a CloudHSM cluster of this stand-in, or external (XKS), whose proxy nobody asks. */
import {randomBytes} from 'node:crypto'
import {
  AwsError,
  notModelled,
  optionalText,
  paged,
  text,
  truncation,
  without,
  type Call,
  type Json,
} from '../call.ts'
import {clusterAt} from '../cloudhsm/state.ts'
import type {World} from '../world.ts'
import type {Context, Handler} from './key.ts'

export interface CustomKeyStore {
  readonly id: string
  name: string
  readonly account: string
  readonly region: string
  readonly type: 'AWS_CLOUDHSM' | 'EXTERNAL_KEY_STORE'
  readonly clusterId?: string
  readonly createdAt: number
  readonly proxy?: Json
  state: 'DISCONNECTED' | 'CONNECTED' | 'FAILED'
  error?: string
}

const own = ({world, call}: Context): CustomKeyStore[] =>
  [...world.stores.values()].filter(({account, region}) => account === call.account && region === call.region)

function storeOf(context: Context): CustomKeyStore {
  const id = text(context.call.input, 'CustomKeyStoreId')
  const store = own(context).find((each) => each.id === id)
  if (store === undefined)
    throw new AwsError('CustomKeyStoreNotFoundException', `there is no custom key store ${id}`)
  return store
}

export const createCustomKeyStore: Handler = async (context) => {
  const {world, call} = context
  const {input} = call
  const name = text(input, 'CustomKeyStoreName')
  if (own(context).some((store) => store.name === name))
    throw new AwsError('CustomKeyStoreNameInUseException', name)
  const type = (optionalText(input, 'CustomKeyStoreType') ?? 'AWS_CLOUDHSM') as CustomKeyStore['type']
  const id = `cks-${randomBytes(9).toString('hex').slice(0, 17)}`
  const common = {id, name, account: call.account, region: call.region, type, createdAt: world.now()}
  const more = type === 'AWS_CLOUDHSM' ? {clusterId: cluster(context)} : {proxy: proxyOf(input)}
  world.stores.set(id, {...common, ...more, state: 'DISCONNECTED'})
  return {CustomKeyStoreId: id}
}

function cluster(context: Context): string {
  const {world, call} = context
  const id = text(call.input, 'CloudHsmClusterId')
  for (const required of ['KeyStorePassword', 'TrustAnchorCertificate']) text(call.input, required)
  const found = clusterAt(world.cloudHsm, call, id)
  if (found === undefined) throw new AwsError('CloudHsmClusterNotFoundException', id)
  if (found.state !== 'ACTIVE') throw new AwsError('CloudHsmClusterNotActiveException', id)
  const zones = new Set(found.hsms.filter(({state}) => state === 'ACTIVE').map(({zone}) => zone))
  if (zones.size < 2)
    throw new AwsError(
      'CloudHsmClusterInvalidConfigurationException',
      'two active HSMs in different Availability Zones are needed',
    )
  if (own(context).some(({clusterId}) => clusterId === id))
    throw new AwsError('CloudHsmClusterInUseException', id)
  return id
}

function proxyOf(input: Json): Json {
  const credential = input['XksProxyAuthenticationCredential'] as Json | undefined
  if (credential === undefined)
    throw new AwsError('ValidationException', 'XksProxyAuthenticationCredential is required')
  return {
    Connectivity: text(input, 'XksProxyConnectivity'),
    AccessKeyId: credential['AccessKeyId'],
    UriEndpoint: text(input, 'XksProxyUriEndpoint'),
    UriPath: text(input, 'XksProxyUriPath'),
  }
}

export const describeCustomKeyStores: Handler = async (context) => {
  const {input} = context.call
  const [id, name] = [optionalText(input, 'CustomKeyStoreId'), optionalText(input, 'CustomKeyStoreName')]
  const all = own(context).filter(
    (store) => (id ?? store.id) === store.id && (name ?? store.name) === store.name,
  )
  if (all.length === 0 && (id ?? name) !== undefined)
    throw new AwsError('CustomKeyStoreNotFoundException', String(id ?? name))
  const {page, next} = paged(all, input, 100, 1000)
  return {CustomKeyStores: page.map(listing), ...truncation(next)}
}

const listing = (store: CustomKeyStore): Json => ({
  CustomKeyStoreId: store.id,
  CustomKeyStoreName: store.name,
  CustomKeyStoreType: store.type,
  ConnectionState: store.state,
  CreationDate: store.createdAt,
  ...(store.error === undefined ? {} : {ConnectionErrorCode: store.error}),
  ...(store.clusterId === undefined ? {} : {CloudHsmClusterId: store.clusterId}),
  ...(store.proxy === undefined ? {} : {XksProxyConfiguration: store.proxy}),
})

/** With no HSM at work it is connected, and failed: the caller learns so by asking. */
export const connectCustomKeyStore: Handler = async (context) => {
  const store = storeOf(context)
  if (store.state !== 'DISCONNECTED')
    throw new AwsError('CustomKeyStoreInvalidStateException', `${store.id} is ${store.state}`)
  const found =
    store.clusterId === undefined
      ? undefined
      : clusterAt(context.world.cloudHsm, context.call, store.clusterId)
  if (store.clusterId !== undefined && found?.state !== 'ACTIVE')
    throw new AwsError('CloudHsmClusterNotActiveException', store.clusterId)
  const hsms = found?.hsms.filter(({state}) => state === 'ACTIVE').length ?? 1
  store.state = hsms > 0 ? 'CONNECTED' : 'FAILED'
  if (hsms === 0) store.error = 'INSUFFICIENT_CLOUDHSM_HSMS'
  return {}
}

export const disconnectCustomKeyStore: Handler = async (context) => {
  const store = storeOf(context)
  if (store.state === 'DISCONNECTED')
    throw new AwsError('CustomKeyStoreInvalidStateException', `${store.id} is ${store.state}`)
  store.state = 'DISCONNECTED'
  delete store.error
  return {}
}

export const updateCustomKeyStore: Handler = async (context) => {
  const store = storeOf(context)
  const rest = without(context.call.input, 'NewCustomKeyStoreName', 'CustomKeyStoreId')
  if (Object.keys(rest).length > 0)
    throw notModelled(`UpdateCustomKeyStore of ${Object.keys(rest).join(', ')}`)
  if (store.state !== 'DISCONNECTED')
    throw new AwsError('CustomKeyStoreInvalidStateException', `${store.id} is ${store.state}`)
  store.name = text(context.call.input, 'NewCustomKeyStoreName')
  return {}
}

export const deleteCustomKeyStore: Handler = async (context) => {
  const {world} = context
  const store = storeOf(context)
  if (store.state !== 'DISCONNECTED')
    throw new AwsError('CustomKeyStoreInvalidStateException', `${store.id} is ${store.state}`)
  if ([...world.keys.values()].some((note) => note.store?.id === store.id && note.gone === undefined))
    throw new AwsError('CustomKeyStoreHasCMKsException', store.id)
  world.stores.delete(store.id)
  return {}
}

/** Where a new key goes, if into a custom key store. */
export function storeForKey(
  world: World,
  call: Call,
  spec: string,
): {readonly id: string; readonly origin: string; readonly xksKeyId?: string} | undefined {
  const {input, account, region} = call
  const id = optionalText(input, 'CustomKeyStoreId')
  const origin = optionalText(input, 'Origin') ?? 'AWS_KMS'
  if (id === undefined) {
    if (origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE')
      throw new AwsError('ValidationException', `Origin ${origin} needs a CustomKeyStoreId`)
    return undefined
  }
  const store = world.stores.get(id)
  if (store?.account !== account || store.region !== region)
    throw new AwsError('CustomKeyStoreNotFoundException', `there is no custom key store ${id}`)
  if (store.type !== origin)
    throw new AwsError('UnsupportedOperationException', `Origin ${origin} does not fit ${id}: ${store.type}`)
  if (spec !== 'SYMMETRIC_DEFAULT' || input['MultiRegion'] === true)
    throw new AwsError(
      'UnsupportedOperationException',
      `a key of ${id} must be SYMMETRIC_DEFAULT, and of one Region`,
    )
  if (store.state !== 'CONNECTED')
    throw new AwsError('CustomKeyStoreInvalidStateException', `${id} is ${store.state}`)
  if (origin === 'AWS_CLOUDHSM') return {id, origin}
  const xksKeyId = text(input, 'XksKeyId')
  if ([...world.keys.values()].some((note) => note.store?.id === id && note.store.xksKeyId === xksKeyId))
    throw new AwsError('XksKeyAlreadyInUseException', xksKeyId)
  return {id, origin, xksKeyId}
}
