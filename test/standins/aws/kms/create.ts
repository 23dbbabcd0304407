/** CreateKey: also ML-DSA pairs and keys of custom key stores, which no emulator has. The emulator keeps the books of each. */
import {generateKeyPairSync} from 'node:crypto'
import {AwsError, notModelled, optionalText, without, type Json} from '../call.ts'
import {setName, shown, type Context, type Handler} from './key.ts'
import {staysOpen} from './policy.ts'
import {storeForKey} from './stores.ts'

const mlDsaSpecs: Readonly<Record<string, 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'>> = {
  ML_DSA_44: 'ml-dsa-44',
  ML_DSA_65: 'ml-dsa-65',
  ML_DSA_87: 'ml-dsa-87',
}

export const createKey: Handler = async (context) => {
  const {world, call, up} = context
  const {input} = call
  staysOpen(world, call, optionalText(input, 'Policy'))
  const spec =
    optionalText(input, 'KeySpec') ?? optionalText(input, 'CustomerMasterKeySpec') ?? 'SYMMETRIC_DEFAULT'
  const mlDsa = mlDsaSpecs[spec]
  if (mlDsa !== undefined) return createMlDsa(context, spec, mlDsa)
  const store = storeForKey(world, call, spec)
  const asked =
    store === undefined ? input : {...without(input, 'CustomKeyStoreId', 'XksKeyId'), Origin: 'AWS_KMS'}
  return noted(context, await up('CreateKey', asked), store === undefined ? {} : {store})
}

async function createMlDsa(
  context: Context,
  spec: string,
  type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87',
): Promise<Json> {
  const {call, up} = context
  if (optionalText(call.input, 'KeyUsage') !== 'SIGN_VERIFY')
    throw new AwsError('ValidationException', `KeyUsage must be SIGN_VERIFY for KeySpec ${spec}`)
  if ((optionalText(call.input, 'Origin') ?? 'AWS_KMS') !== 'AWS_KMS')
    throw notModelled('import of ML-DSA keys')
  const {privateKey} = generateKeyPairSync(type as 'ml-dsa-44')
  const made = await up('CreateKey', {
    ...without(call.input, 'CustomerMasterKeySpec'),
    KeySpec: 'ECC_NIST_P256',
  })
  return noted(context, made, {mlDsa: {spec, privateKey}})
}

function noted({world, call}: Context, made: Json, more: object): Json {
  const raw = made['KeyMetadata'] as Json
  const note = world.note(String(raw['Arn']))
  Object.assign(note, more, {createdAt: world.now()})
  if (raw['MultiRegion'] === true)
    world.sets.set(setName(call.account, String(raw['KeyId'])), {
      primary: call.region,
      origin: call.region,
      regions: new Set([call.region]),
    })
  return {KeyMetadata: shown(world, call, raw).metadata}
}
