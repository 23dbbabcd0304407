/** A ceremony in which every step on shares occurs: split, received, checked, recovered to a file and as a key. */
export const escrowTemplate = `
keyrite: ceremony/1
id: escrow
title: Shares in every way
purpose: Split, and put together again.
location: Room 4
recording: none
parameters:
  set: {type: key-label, text: The set}
  key: {type: key-label, text: The key that is recovered}
  holders: {type: person-list, text: The holders}
roles:
  operator: {count: 1, excludes: [custodian]}
  custodian: {minimum: 4, excludes: [operator]}
acts:
  - id: shares
    title: Shares
    steps:
      - {id: clock, kind: clock, by: operator, minutes: 1, text: The clock is compared.}
      - {id: approve-split, kind: quorum, for: [split], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: split, kind: shares.split, set: "\${set}", threshold: 3, holders: "\${holders}", by: operator, minutes: 5, text: The secret is split.}
      - {id: receive, kind: shares.receive, of: split, by: custodian, minutes: 5, text: Each holder signs for theirs.}
      - {id: check, kind: share.check, set: "\${set}", by: custodian, minutes: 5, text: Each holder shows theirs.}
      - {id: approve-file, kind: quorum, for: [to-file], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: to-file, kind: shares.combine, set: "\${set}", ticket: INC-1, by: custodian, minutes: 5, text: It is given out.}
      - {id: approve-key, kind: quorum, for: [to-key], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: to-key, kind: shares.combine, set: "\${set}", ticket: INC-1, key: "\${key}", profile: main, algorithm: hmac-sha256, purpose: mac, class: mac, classification: internal, owner: carol, by: custodian, minutes: 5, text: It becomes a key.}
      - {id: verify, kind: key.verify, key: "\${key}", by: operator, minutes: 1, text: The key is tried.}
      - {id: sign-off, kind: sign-off, by: operator, minutes: 5, text: Everybody signs.}
`
