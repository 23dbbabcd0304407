/** What a process did to its files, in order: the file operations of a run under strace, and what it acknowledged meanwhile. */
import {spawn} from 'node:child_process'
import {readFileSync, rmSync} from 'node:fs'

export type FileEvent =
  | {readonly kind: 'create'; readonly path: string}
  | {readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Buffer}
  | {readonly kind: 'truncate'; readonly path: string; readonly size: number}
  /** Of a file or of a folder. */
  | {readonly kind: 'sync'; readonly path: string}
  | {readonly kind: 'unlink'; readonly path: string}
  | {readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string}
  | {readonly kind: 'mkdir'; readonly path: string}
  /** A line on stdout: from here on the process has promised it. */
  | {readonly kind: 'ack'; readonly text: string}

const traced =
  'openat,open,creat,close,pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,lseek,writev,pwritev,fallocate,sync_file_range'

/** Runs it, and reads its trace. Operations outside `roots` are left out. @throws Error if it fails, or does what is not understood here. */
export async function record(
  argv: readonly string[],
  roots: readonly string[],
  file: string,
): Promise<readonly FileEvent[]> {
  const child = spawn(
    'strace',
    ['-f', '-qq', '-y', '-xx', '-s', '10000000', '-e', `trace=${traced}`, '-o', file, ...argv],
    {stdio: ['ignore', 'pipe', 'pipe']},
  )
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()))
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (status !== 0) throw new Error(`the traced program ended with ${String(status)}: ${said}`)
  const events = [...eventsOf(readFileSync(file, 'latin1'), roots)]
  rmSync(file)
  return events
}

/** Calls that threads interrupted stand on two lines: put together. */
function* whole(text: string): Generator<string> {
  const begun = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(call)
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call)
    if (unfinished !== null) begun.set(pid, unfinished[1] ?? '')
    else if (resumed !== null) yield `${begun.get(pid) ?? ''}${resumed[1] ?? ''}`
    else if (call !== '') yield call
  }
}

function* eventsOf(text: string, roots: readonly string[]): Generator<FileEvent> {
  const offsets = new Map<string, number>()
  const ours = (path: string): boolean => roots.some((root) => path === root || path.startsWith(`${root}/`))
  for (const line of whole(text)) {
    const parsed = /^(\w+)\((.*)\) += (-?\d+)/.exec(line)
    if (parsed === null) continue
    const [, name = '', args = '', result = '-1'] = parsed
    if (Number(result) < 0) continue
    const texts = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex))
    const paths = texts.map((bytes) => bytes.toString('utf8'))
    const [, fd = '', at = ''] = /^(\d+)<([^>]*)>/.exec(args) ?? []
    const open = bytesOf(at).toString('utf8')
    const [first = '', second = ''] = paths
    const numbers = args.split(', ').slice(1).map(Number)
    switch (name) {
      case 'openat':
      case 'open': {
        const opened = /= (\d+)<([^>]*)>/.exec(line)
        const path = bytesOf(opened?.[2] ?? '').toString('utf8')
        offsets.set(opened?.[1] ?? '', 0)
        if (!ours(path)) break
        if (args.includes('O_APPEND')) throw new Error(`appending is not understood: ${path}`)
        if (args.includes('O_CREAT')) yield {kind: 'create', path}
        if (args.includes('O_TRUNC')) yield {kind: 'truncate', path, size: 0}
        break
      }
      case 'write': {
        const [bytes = Buffer.alloc(0)] = texts
        if (fd === '1') yield {kind: 'ack', text: bytes.toString('utf8')}
        if (!ours(open)) break
        const offset = offsets.get(fd) ?? 0
        offsets.set(fd, offset + Number(result))
        yield {kind: 'write', path: open, offset, bytes: bytes.subarray(0, Number(result))}
        break
      }
      case 'pwrite64':
        if (ours(open))
          yield {
            kind: 'write',
            path: open,
            offset: numbers.at(-1) ?? 0,
            bytes: (texts[0] ?? Buffer.alloc(0)).subarray(0, Number(result)),
          }
        break
      case 'lseek':
        offsets.set(fd, Number(result))
        break
      case 'ftruncate':
        if (ours(open)) yield {kind: 'truncate', path: open, size: numbers.at(-1) ?? 0}
        break
      case 'fsync':
      case 'fdatasync':
        if (ours(open)) yield {kind: 'sync', path: open}
        break
      case 'unlink':
      case 'unlinkat':
        if (ours(first)) yield {kind: 'unlink', path: first}
        break
      case 'rename':
      case 'renameat':
      case 'renameat2':
      case 'link':
      case 'linkat':
        if (ours(first)) yield {kind: name.startsWith('link') ? 'link' : 'rename', path: first, to: second}
        break
      case 'mkdir':
      case 'mkdirat':
        if (ours(first)) yield {kind: 'mkdir', path: first}
        break
      case 'close':
        break
      default:
        if (ours(open)) throw new Error(`${name} is not understood`)
    }
  }
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex')
}
