/** Whether keys can be made at a place at all: asked of it before people are asked for one. */
import {KeyriteError} from '../base/errors.ts'
import type {CheckLine, Provider} from '../providers/ports.ts'

/**
 * @param passes - what is let pass, as it may be mended until a key is made.
 * @throws KeyriteError as what stands in the way would end the making of a key, and what asking for it throws.
 */
export async function demandAble(
  name: string,
  {evidence}: Pick<Provider, 'evidence'>,
  passes: (line: CheckLine) => boolean = () => false,
): Promise<void> {
  const lines = await evidence.check()
  const lack = lines.find((line) => !line.ok && line.needed === true && !passes(line))
  if (lack === undefined) return
  const check = `keyrite profile check ${name}`
  const mends = lack.fix === null ? check : filledWith(name, lack.fix)
  throw new KeyriteError(
    lack.code ?? 'PROVIDER_FAILED',
    `cannot make keys in profile "${name}": ${lack.name}: ${lack.detail}`,
    {hints: [...new Set([mends, check])]},
  )
}

/** What a place says of itself does not know what it is called here. */
export const filledWith = (name: string, hint: string): string => hint.replace(/\bPROFILE\b/, name)

/** Of a place that is only about to be added: rights can be given, and a store connected, until a key is made there. */
export const canBeMended = ({code}: CheckLine): boolean => code !== 'PROVIDER_FAILED'
