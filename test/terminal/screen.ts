/** A real terminal, 80 by 24, by tmux: what is typed, and what stands on the screen. */
import {execFileSync} from 'node:child_process'
import {setTimeout as pause} from 'node:timers/promises'
import {writeFileSync, chmodSync} from 'node:fs'
import {join} from 'node:path'
import {cli} from '../support/process.ts'

export interface Screen {
  /** Runs a keyrite command; its exit status is shown as `exit=N` when it ends. */
  run(line: string): void
  type(...keys: readonly string[]): void
  /** The screen, once it matches. @throws Error with the screen if that does not happen in time. */
  until(what: RegExp): Promise<string>
  /** All that was ever shown. */
  history(): string
  /** The exit status of what was run, and the screen. */
  ended(): Promise<{readonly exit: number; readonly screen: string}>
  /** Ends the program that runs in it by a signal. */
  signal(which: 'HUP' | 'TERM'): void
  /** Whether the terminal echoes, reads lines and shows its cursor, as a shell expects it. */
  restored(): Promise<boolean>
  close(): void
}

/** @param name - of its socket, where there are several in one folder. */
export function openScreen(dir: string, env: Readonly<Record<string, string>>, name = 'tmux'): Screen {
  const socket = join(dir, name)
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {encoding: 'utf8'})
  const program = join(dir, 'keyrite')
  writeFileSync(
    program,
    `#!/bin/sh\nexec ${process.execPath} --disable-warning=ExperimentalWarning ${cli} "$@"\n`,
  )
  chmodSync(program, 0o700)
  const given = {...env, PS1: '$ ', PATH: `${dir}:/usr/bin:/bin`, TERM: 'screen'}
  const set = Object.entries(given).map(([variable, value]) => `${variable}=${value}`)
  tmux('new-session', '-d', '-x', '80', '-y', '24', 'env', '-i', ...set, 'sh')
  tmux('set-option', '-g', 'history-limit', '20000')
  const shown = (): string => tmux('capture-pane', '-p')
  const until = async (what: RegExp): Promise<string> => {
    const last = Date.now() + 30_000
    for (;;) {
      const screen = shown()
      if (what.test(screen)) return screen
      if (Date.now() > last) throw new Error(`${String(what)} was not shown:\n${screen}`)
      await pause(50)
    }
  }
  const type = (...keys: readonly string[]): void => void tmux('send-keys', ...keys)
  return {
    run: (line) => {
      tmux('send-keys', '-R') // an empty screen: nothing of before is taken for an answer to this
      type('-l', `${line}; echo exit=$?`)
      type('Enter')
    },
    type,
    until,
    history: () => tmux('capture-pane', '-p', '-S', '-', '-E', '-'),
    async ended() {
      const screen = await until(/^exit=\d+$/m)
      return {exit: Number(/^exit=(\d+)$/m.exec(screen)?.[1]), screen}
    },
    signal: (which) => {
      const shell = tmux('display-message', '-p', '#{pane_pid}').trim()
      const [child = ''] = execFileSync('ps', ['-o', 'pid=', '--ppid', shell], {encoding: 'utf8'})
        .trim()
        .split(/\s+/)
      process.kill(Number(child), `SIG${which}`)
    },
    async restored() {
      // Before the screen is made empty, which would bring back a cursor that was left hidden.
      const cursor = tmux('display-message', '-p', '#{cursor_flag}').trim()
      tmux('send-keys', '-R')

      type('stty -a', 'Enter')
      const screen = await until(/speed/)
      return /\sicanon\b/.test(screen) && /\secho\b/.test(screen) && cursor === '1'
    },
    close: () => {
      tmux('kill-server')
    },
  }
}
