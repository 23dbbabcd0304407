/** That many days later. */
export function after(time: string, days: number): string {
  return new Date(Date.parse(time) + days * 86_400_000).toISOString()
}
