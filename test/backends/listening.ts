/** Where the processes of a group listen, as Linux says it. */
import {readdirSync, readFileSync, readlinkSync} from 'node:fs'

/** Local addresses, in the kernel's hex, of every socket on which a process of this group waits for connections. */
export function listening(group: number): string[] {
  const inodes = new Set(pidsOf(group).flatMap(socketsOf))
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
      .map(([, local = '']) => local.replace(/:.*/, '')),
  )
}

/** 127.0.0.1 and ::1 in the kernel's hex. */
export const loopback: readonly string[] = ['0100007F', '00000000000000000000000001000000']

function pidsOf(group: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
      return Number(rest.split(' ')[2]) === group
    } catch {
      return false // it ended meanwhile
    }
  })
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []
      return inode === undefined ? [] : [inode]
    })
  } catch {
    return []
  }
}
