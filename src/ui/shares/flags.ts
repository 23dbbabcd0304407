/** Flags and arguments of commands on shares. */
import {Args, Flags} from '@oclif/core'

export const setArg = Args.string({
  description: 'the name of a set, or the first letters of its id',
  required: true,
})

export const identityFlag = Flags.string({
  summary: 'an age identity file that opens sealed shares; one of a plugin, too, by the program age',
  helpValue: 'KEYFILE',
  multiple: true,
  multipleNonGreedy: true,
  default: [],
})
