/** A name that is typed again, before what cannot be taken back. */
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'

/** What is typed again, and what was typed on the command line. */
export interface Final {
  readonly name: string
  readonly given: string | undefined
  /** Another warning than that there is no way back. */
  readonly warning?: string
}

/** @throws KeyriteError `NOT_CONFIRMED`, `NO_TERMINAL`. */
export async function demandName(
  app: App,
  {name, given, warning = 'There is no way back.'}: Final,
): Promise<void> {
  const flag = `--confirm ${name}`
  const said = given ?? (await app.world.ask.text({message: `${warning} Type "${name}" to go on`, flag}))
  if (said.trim() === name) return
  throw new KeyriteError(
    'NOT_CONFIRMED',
    `cannot ask for this: "${said}" is not "${name}"; nothing was changed`,
    {
      hints: [flag],
    },
  )
}
