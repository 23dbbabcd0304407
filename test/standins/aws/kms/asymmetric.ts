/** ML-DSA by Node's own cryptography; all other pairs are the emulator's. */
import {createPublicKey, sign as signWith, verify as verifyWith} from 'node:crypto'
import {AwsError, bytes, notModelled, optionalText, text, type Json} from '../call.ts'
import {needed, type Context, type Handler, type Key} from './key.ts'

const algorithm = 'ML_DSA_SHAKE_256'

export const getPublicKey: Handler = async (context) => {
  const key = needed(context)
  const {mlDsa} = key.note
  if (mlDsa === undefined) return context.up('GetPublicKey', context.call.input)
  const der = createPublicKey(mlDsa.privateKey).export({type: 'spki', format: 'der'})
  return {
    KeyId: key.arn,
    KeySpec: mlDsa.spec,
    CustomerMasterKeySpec: mlDsa.spec,
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: [algorithm],
    PublicKey: der.toString('base64'),
  }
}

export const sign: Handler = async (context) => {
  const key = needed(context)
  const {mlDsa} = key.note
  if (mlDsa === undefined) return context.up('Sign', context.call.input)
  const signature = signWith(null, messageOf(context, key), mlDsa.privateKey)
  return {KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm}
}

export const verify: Handler = async (context): Promise<Json> => {
  const key = needed(context)
  const {mlDsa} = key.note
  if (mlDsa === undefined) return context.up('Verify', context.call.input)
  const good = verifyWith(
    null,
    messageOf(context, key),
    createPublicKey(mlDsa.privateKey),
    bytes(context.call.input, 'Signature'),
  )
  if (!good) throw new AwsError('KMSInvalidSignatureException', '')
  return {KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm}
}

function messageOf({call: {input}}: Context, key: Key): Buffer {
  if (text(input, 'SigningAlgorithm') !== algorithm)
    throw new AwsError(
      'InvalidKeyUsageException',
      `the signing algorithm does not fit the key spec of ${key.arn}`,
    )
  const type = optionalText(input, 'MessageType') ?? 'RAW'
  if (type === 'EXTERNAL_MU') throw notModelled('MessageType EXTERNAL_MU')
  if (type !== 'RAW')
    throw new AwsError('ValidationException', `MessageType ${type} does not fit ${algorithm}`)
  const message = bytes(input, 'Message')
  if (message.length > 4096) throw new AwsError('ValidationException', 'Message may have 4096 bytes at most')
  return message
}
