/** The script of the page of minutes, from the sources in `root`. */
export function pageScript(root: string): string
