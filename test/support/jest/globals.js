/** What tests import as `@jest/globals`: of the file of tests that runs now. Whoever has imported them sees the change. */
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, test

/** @param globals - as jest-circus makes them for one file */
export function set(globals) {
  ;({afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} = globals)
}
