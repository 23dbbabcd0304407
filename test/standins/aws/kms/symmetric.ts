/** Encryption under keys that a rotation gave new material, and ReEncrypt, which the emulator lacks. */
import {randomBytes} from 'node:crypto'
import {AwsError, bytes, notModelled, optionalNumber, optionalText, text, type Json} from '../call.ts'
import {findKey, needed, setName, type Context, type Handler, type Key} from './key.ts'
import {completed, seal, sealedUnder, unseal} from './material.ts'
import {mayUse} from './policy.ts'
import {stateAllows} from './states.ts'
import {used} from './usage.ts'

const symmetric = 'SYMMETRIC_DEFAULT'

function newestOf({world, call}: Context, key: Key): ReturnType<typeof completed>[number] | undefined {
  return completed(world, setName(call.account, key.id)).at(-1)
}

export const encrypt: Handler = async (context) => {
  const key = needed(context)
  const material = newestOf(context, key)
  const {input, account} = context.call
  if (material === undefined) return context.up('Encrypt', input)
  const blob = seal(material, setName(account, key.id), bytes(input, 'Plaintext'), input['EncryptionContext'])
  return {KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: symmetric}
}

/** Without a key named, the ciphertext names it; so what it is under is looked at first. */
export const decrypt: Handler = async (context) => {
  const {world, call, up, upstream} = context
  const {input} = call
  const blob = bytes(input, 'CiphertextBlob')
  const under = sealedUnder(blob)
  if (under === undefined) {
    const answer = await up('Decrypt', input)
    if (context.key === undefined) await judged(context, String(answer['KeyId']), 'Decrypt')
    return answer
  }
  const key = await findKey(world, upstream, call, under.set.slice(under.set.indexOf('/') + 1))
  if (context.key !== undefined && context.key.arn !== key.arn)
    throw new AwsError('IncorrectKeyException', '')
  if (context.key === undefined) await judged(context, key.arn, 'Decrypt')
  const {plaintext, id} = unseal(world, blob, input['EncryptionContext'])
  return {
    KeyId: key.arn,
    Plaintext: plaintext.toString('base64'),
    EncryptionAlgorithm: symmetric,
    KeyMaterialId: id,
  }
}

async function judged({world, call, upstream}: Context, named: string, operation: string): Promise<Key> {
  const key = await findKey(world, upstream, call, named)
  await mayUse(world, upstream, call, key, operation)
  stateAllows(operation, key)
  return key
}

const dataKeyBytes = ({input}: Context['call']): number =>
  optionalNumber(input, 'NumberOfBytes') ?? (text(input, 'KeySpec') === 'AES_128' ? 16 : 32)

export const generateDataKey: Handler = async (context) => {
  const key = needed(context)
  const {operation, input, account} = context.call
  const material = newestOf(context, key)
  if (material === undefined) return context.up(operation, input)
  const plaintext = randomBytes(dataKeyBytes(context.call))
  const blob = seal(material, setName(account, key.id), plaintext, input['EncryptionContext'])
  const hidden = operation === 'GenerateDataKeyWithoutPlaintext'
  return {
    KeyId: key.arn,
    CiphertextBlob: blob.toString('base64'),
    KeyMaterialId: material.id,
    ...(hidden ? {} : {Plaintext: plaintext.toString('base64')}),
  }
}

export const generateDataKeyPair: Handler = async (context) => {
  if (newestOf(context, needed(context)) !== undefined) throw notModelled('data key pairs under rotated keys')
  return context.up(context.call.operation, context.call.input)
}

/** Decrypts and encrypts within the service; each key may refuse, and each counts it as use. */
export const reEncrypt: Handler = async (context): Promise<Json> => {
  const {world, call, upstream} = context
  const {input} = call
  const named = optionalText(input, 'SourceKeyId')
  const source = named === undefined ? undefined : await findKey(world, upstream, call, named)
  if (source !== undefined) {
    await mayUse(world, upstream, call, source, 'ReEncryptFrom')
    stateAllows('ReEncrypt', source)
  }
  const target = await findKey(world, upstream, call, text(input, 'DestinationKeyId'))
  await mayUse(world, upstream, call, target, 'ReEncryptTo')
  stateAllows('ReEncrypt', target)
  const sourceAlgorithm = optionalText(input, 'SourceEncryptionAlgorithm') ?? symmetric
  const opened = await decrypt({
    ...context,
    key: source,
    call: {
      ...call,
      input: {
        CiphertextBlob: input['CiphertextBlob'],
        ...(named === undefined ? {} : {KeyId: named}),
        ...(input['SourceEncryptionContext'] === undefined
          ? {}
          : {EncryptionContext: input['SourceEncryptionContext']}),
        ...(sourceAlgorithm === symmetric ? {} : {EncryptionAlgorithm: sourceAlgorithm}),
      },
    },
  })
  const targetAlgorithm = optionalText(input, 'DestinationEncryptionAlgorithm') ?? symmetric
  const sealed = await encrypt({
    ...context,
    key: target,
    call: {
      ...call,
      input: {
        KeyId: target.arn,
        Plaintext: opened['Plaintext'],
        ...(input['DestinationEncryptionContext'] === undefined
          ? {}
          : {EncryptionContext: input['DestinationEncryptionContext']}),
        ...(targetAlgorithm === symmetric ? {} : {EncryptionAlgorithm: targetAlgorithm}),
      },
    },
  })
  for (const arn of [String(opened['KeyId']), target.arn]) used(world, arn, 'ReEncrypt')
  const newest = newestOf(context, target)
  return {
    CiphertextBlob: sealed['CiphertextBlob'],
    SourceKeyId: opened['KeyId'],
    KeyId: target.arn,
    SourceEncryptionAlgorithm: sourceAlgorithm,
    DestinationEncryptionAlgorithm: targetAlgorithm,
    ...(opened['KeyMaterialId'] === undefined ? {} : {SourceKeyMaterialId: opened['KeyMaterialId']}),
    ...(newest === undefined ? {} : {DestinationKeyMaterialId: newest.id}),
  }
}
