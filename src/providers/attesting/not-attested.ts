/** Why an attestation does not vouch for a key: a fact in words, that stands after "its attestation is not verified:". */
export class NotAttested extends Error {}

export function demand(holds: boolean, fact: string): asserts holds {
  if (!holds) throw new NotAttested(fact)
}
