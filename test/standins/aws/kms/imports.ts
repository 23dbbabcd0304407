/** Import by the emulator, with the end of its material by the stand-in's clock. */
import {AwsError, optionalNumber, optionalText} from '../call.ts'
import {needed, type Handler} from './key.ts'

const daySeconds = 86_400

export const getParametersForImport: Handler = async (context) => {
  const {world, call, up} = context
  const key = needed(context)
  const answer = await up('GetParametersForImport', call.input)
  key.note.importTokenUntil = world.now() + daySeconds
  return {...answer, ParametersValidTo: key.note.importTokenUntil}
}

export const importKeyMaterial: Handler = async (context) => {
  const {world, call, up} = context
  const key = needed(context)
  const until = key.note.importTokenUntil
  if (until !== undefined && until < world.now())
    throw new AwsError('ExpiredImportTokenException', 'the import token has expired')
  const validTo = optionalNumber(call.input, 'ValidTo')
  const expires =
    (optionalText(call.input, 'ExpirationModel') ?? 'KEY_MATERIAL_EXPIRES') === 'KEY_MATERIAL_EXPIRES'
  if (!expires && validTo !== undefined)
    throw new AwsError('ValidationException', 'ValidTo is not valid with KEY_MATERIAL_DOES_NOT_EXPIRE')
  if (validTo !== undefined && (validTo <= world.now() || validTo > world.now() + 365 * daySeconds))
    throw new AwsError('ValidationException', 'ValidTo must be in the future, and within 365 days')
  const answer = await up('ImportKeyMaterial', call.input)
  if (expires && validTo !== undefined) key.note.importValidTo = validTo
  else delete key.note.importValidTo
  return answer
}

export const deleteImportedKeyMaterial: Handler = async (context) => {
  const key = needed(context)
  const answer = await context.up('DeleteImportedKeyMaterial', context.call.input)
  delete key.note.importValidTo
  return answer
}
