/** What each entry changes of a ceremony; it was checked before. */
import type {Json} from '../base/jcs.ts'
import {signedStatement} from '../custody/index.ts'
import type {Entry, View} from '../ledger/index.ts'
import {schemas} from './schemas.ts'
import type {Ceremony, Deviation, Note, Present} from './state.ts'

/** A ceremony as `ceremony.opened` begins it. */
export function openedBy(entry: Entry, id: string): Ceremony {
  const opened = schemas['ceremony.opened'].parse(entry.data)
  return {
    id,
    seq: entry.seq,
    title: opened.title,
    template: opened.template.blob,
    opened: entry,
    participants: opened.participants,
    profile: opened.profile?.name ?? null,
    stopped: false,
    aborted: false,
    done: [],
    notes: [],
    present: [],
    deviations: [],
    leaves: [],
    keys: [],
    sets: [],
    signOff: null,
    signed: [],
    signedBefore: [],
    bundles: [],
    lastSeq: entry.seq,
  }
}

/** The ceremony after an entry of its own. */
export function changed(view: View, ceremony: Ceremony, entry: Entry): Ceremony {
  const note = (what: Note['what']): Ceremony['notes'] => {
    const reason = view.open(entry.data['reason'])
    return [
      ...ceremony.notes,
      {
        seq: entry.seq,
        at: entry.time,
        what,
        reason: typeof reason === 'string' ? reason : null,
        step: textOf(entry.data['step']),
        people: textsIn(entry.data['remain'] ?? entry.data['present']),
        left: textsIn(entry.data['left']),
      },
    ]
  }
  switch (entry.type) {
    case 'step.done': {
      const done = schemas['step.done'].parse(entry.data)
      return {
        ...ceremony,
        done: [...ceremony.done, {...done, result: done.result, seq: entry.seq, at: entry.time}],
      }
    }
    case 'ceremony.stopped':
      return {...ceremony, stopped: true, notes: note('stopped')}
    case 'ceremony.paused':
      return {...ceremony, stopped: true, notes: note('paused')}
    case 'ceremony.resumed':
      return {...ceremony, stopped: false, notes: note('resumed')}
    case 'participant.present':
      return {...ceremony, present: [...ceremony.present, signatureOf(entry)]}
    case 'deviation.recorded':
      return {...ceremony, deviations: [...ceremony.deviations, deviationOf(view, ceremony, entry)]}
    case 'ceremony.aborted':
      return {...ceremony, aborted: true, notes: note('aborted')}
    case 'key.created':
    case 'key.imported':
      return {
        ...ceremony,
        keys: [...ceremony.keys, {key: textOf(entry.data['key']), version: Number(entry.data['version'])}],
      }
    case 'shares.split':
      return {...ceremony, sets: [...ceremony.sets, textOf(entry.data['set'])]}
    case 'signoff.opened':
      return {
        ...ceremony,
        signOff: {
          round: (ceremony.signOff?.round ?? 0) + 1,
          seq: entry.seq,
          leaf: entry.leaf,
          at: entry.time,
        },
        signed: [],
        signedBefore: [...ceremony.signedBefore, ...ceremony.signed],
      }
    case 'transcript.signed':
      return {
        ...ceremony,
        signed: [...ceremony.signed, {...signatureOf(entry), round: ceremony.signOff?.round ?? 0}],
      }
    case 'bundle.made':
      return {
        ...ceremony,
        bundles: [...ceremony.bundles, {seq: entry.seq, sha256: textOf(entry.data['sha256'])}],
      }
    default:
      return ceremony
  }
}

function signatureOf(entry: Entry): Present {
  const {person, key} = signedStatement(entry.data).statement
  return {person, seq: entry.seq, at: entry.time, key}
}

function deviationOf(view: View, {deviations}: Ceremony, {seq, time, data}: Entry): Deviation {
  const {step, decided_by: decidedBy, agreed_by: agreedBy} = schemas['deviation.recorded'].parse(data)
  const opened = (name: string): string | null => {
    const value = view.open(data[name])
    return typeof value === 'string' ? value : null
  }
  return {
    name: `D${deviations.length + 1}`,
    seq,
    at: time,
    step,
    what: opened('what'),
    why: opened('why'),
    decidedBy,
    agreedBy,
  }
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : []
}

/** A member whose form was checked. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
