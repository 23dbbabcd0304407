/** google.rpc.Status with one PreconditionFailure, as it travels in `grpc-status-details-bin`. Written by hand: a dozen bytes of protocol buffers. */

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) + 128)
  }
}

export const textField = (number: number, value: string): Buffer => field(number, Buffer.from(value))

export function detailsOf(
  code: number,
  message: string,
  {type, subject}: {type: string; subject: string},
): Buffer {
  const violation = Buffer.concat([textField(1, type), textField(2, subject), textField(3, message)])
  const any = Buffer.concat([
    textField(1, 'type.googleapis.com/google.rpc.PreconditionFailure'),
    field(2, field(1, violation)),
  ])
  return Buffer.concat([varint(8), varint(code), textField(2, message), field(3, any)])
}
