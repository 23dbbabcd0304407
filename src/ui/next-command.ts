/** Which command asks for what a rule speaks of. */
import type {OperationName} from '../policy/index.ts'

/** The words of the command, then what follows them. Operations of parts that are not there yet have none. */
const commands: Readonly<
  Partial<Record<OperationName, readonly (readonly [words: string, rest: string])[]>>
> = {
  'key.create': [
    ['key create', 'NAME --profile PROFILE --algorithm A --purpose P --class CLASS --owner OWNER'],
  ],
  'key.import': [
    ['key import', 'NAME --from FILE --profile P --algorithm A --purpose P --class C --owner O'],
  ],
  'key.adopt': [['key adopt', '--profile P --class C --owner O --all']],
  'key.activate': [['key activate', 'KEY']],
  'key.suspend': [['key suspend', 'KEY']],
  'key.resume': [['key resume', 'KEY']],
  'key.deactivate': [['key deactivate', 'KEY']],
  'key.compromise': [['key compromise', 'KEY --reason R']],
  'key.rotate': [['rotation plan', 'KEY']],
  'key.rollback': [['rotation rollback', 'KEY --reason R']],
  'key.destroy': [['key destroy', 'KEY --wait P30D --reason R']],
  'key.delete': [['key delete', 'KEY --reason R']],
  'key.destroy-held': [['key destroy', 'KEY --reason gdpr-erasure --due DATE']],
  'key.cancel-destroy': [['key cancel-destroy', 'KEY']],
  'key.hold': [['key hold', 'KEY --until DATE --reason R']],
  'key.release-hold': [['key release-hold', 'KEY --reason R']],
  'key.schedule': [['rotation policy', 'KEY --set']],
  'key.standby': [['key standby', 'KEY']],
  'key.set': [['key set', 'KEY --owner OWNER']],
  'key.alias': [['key alias', 'KEY ALIAS']],
  'key.replicate': [['key replicate', 'KEY --region R']],
  'key.grant': [['key grant', 'KEY --to ARN --operation OP']],
  'key.ungrant': [['key ungrant', 'KEY GRANT']],
  'policy.adopt': [['policy adopt', 'FILE']],
  'profile.add': [['profile add', 'NAME --kind KIND --environment E']],
  'profile.make': [['profile make', 'NAME --kind KIND --environment E --key-ring RING']],
  'profile.remove': [['profile remove', 'PROFILE']],
  'profile.setting': [['profile set', 'PROFILE --setting NAME=false']],
  'custodian.change': [
    ['custodian enroll', 'PERSON --key FILE.pub --role ROLE'],
    ['custodian retire', 'PERSON'],
  ],
  'custodian.suspend': [['custodian suspend', 'PERSON']],
  'ledger.writer': [['ledger hand-over', '--to VKEY --out FILE']],
  'share.split': [['share split', '--secret-file FILE --threshold K --holder PERSON … --out DIR']],
  'share.combine': [['share combine', 'FILE … --out FILE --ticket T']],
  'certificate.sign': [['ceremony new', 'root-ca --out FILE']],
  'backup.copy': [['backup copy', 'PROFILE BACKUP --region R']],
  'backup.delete': [['backup delete', 'PROFILE BACKUP']],
  'backup.restore': [['backup restore', 'PROFILE BACKUP']],
  'backup.take': [['backup take', 'KEY --recipient age1… --out FILE']],
  'backup.put-back': [['backup put-back', 'FILE --profile PROFILE --identity-file FILE']],
  'backup.start': [['backup start', 'PROFILE --to URL']],
  'backup.load': [['backup load', 'PROFILE --from URL']],
  'backup.domain': [['backup domain', 'PROFILE --holder FILE --needed K --out FILE']],
  'backup.domain-load': [['backup domain-load', 'PROFILE --domain FILE --opened FILE …']],
  'ledger.erase': [['ledger erase', '--person PERSON --reason R']],
}

export interface Known {
  readonly key: string | null
  readonly profile: string | null
  readonly class: string | null
  readonly person: string | null
}

/** Whole command lines, with what is known put in. @param exists - whether this keyrite has a command, by its words. */
export function nextCommands(
  operation: OperationName,
  known: Known,
  exists: (words: string) => boolean,
): readonly string[] {
  return (commands[operation] ?? [])
    .filter(([words]) => exists(words))
    .map(([words, rest]) => {
      const filled = rest
        .replace(/\bPROFILE\b/, known.profile ?? 'PROFILE')
        .replace(/\bCLASS\b/, known.class ?? 'CLASS')
        .replace(/\bPERSON\b/, known.person ?? 'PERSON')
        .replace(/^KEY\b/, known.key ?? 'KEY')
      return `keyrite ${words} ${filled}`
    })
}
