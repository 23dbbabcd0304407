/** Lists without what is gone by the stand-in's clock, in pages: the emulator gives them whole. */
import {optionalText, paged, truncation, type Json} from '../call.ts'
import {needed, type Handler} from './key.ts'

export const describeKey: Handler = async (context) => ({KeyMetadata: needed(context).metadata})

export const listKeys: Handler = async ({world, call, up}) => {
  const {Keys: all} = await up('ListKeys', {Limit: 1_000_000})
  const there = (all as Json[]).filter((key) => world.keys.get(String(key['KeyArn']))?.gone === undefined)
  const {page, next} = paged(there, call.input, 100, 1000)
  return {Keys: page, ...truncation(next)}
}

export const listAliases: Handler = async ({call, up}) => {
  const keyId = optionalText(call.input, 'KeyId')
  const {Aliases: all} = await up('ListAliases', keyId === undefined ? {} : {KeyId: keyId})
  const {page, next} = paged(all as Json[], call.input, 50, 100)
  return {Aliases: page, ...truncation(next)}
}
