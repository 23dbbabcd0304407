/** What came of one try. */

export type Result =
  | {readonly status: 'sent'; readonly detail: string}
  /** It may work later. */
  | {readonly status: 'waiting'; readonly detail: string; readonly afterMs?: number | undefined}
  /** It will not work however often it is tried. */
  | {readonly status: 'failed'; readonly detail: string}

/** What of an answer counts, by RFC 9110: 2xx is done; 408, 429 and 5xx are worth another try; anything else is not. */
export function resultOf(status: number, retryAfter: string | undefined): Result {
  if (status >= 200 && status < 300) return {status: 'sent', detail: `answered ${status}`}
  const seconds = retryAfter !== undefined && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined
  if (status === 408 || status === 429 || status >= 500)
    return {
      status: 'waiting',
      detail: `answered ${status}`,
      afterMs: seconds === undefined ? undefined : seconds * 1000,
    }
  return {status: 'failed', detail: `answered ${status}`}
}
