// The world that a file of tests runs in: that of Node, which the next file in the same worker finds as this one found it.

/** Events of the process on which Jest, its workers and backends of tests rely for longer than one file. */
const lasting = new Set(['exit', 'beforeExit', 'message', 'disconnect'])

module.exports = class Environment {
  global = globalThis
  #env = {...process.env}
  #folder = process.cwd()
  #umask = process.umask()
  #exit = process.exit
  #listeners = new Map(process.eventNames().map((event) => [event, process.listeners(event)]))

  async setup() {}

  async teardown() {
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name]
    Object.assign(process.env, this.#env)
    process.chdir(this.#folder)
    process.umask(this.#umask)
    process.exit = this.#exit // Jest puts its own around it, for each file
    for (const event of process.eventNames()) {
      const before = this.#listeners.get(event) ?? []
      if (lasting.has(event)) continue
      for (const each of process.listeners(event)) if (!before.includes(each)) process.off(event, each)
    }
  }

  getVmContext() {
    return null
  }

  exportConditions() {
    return ['node']
  }
}
