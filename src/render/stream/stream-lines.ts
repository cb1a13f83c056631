import type { StreamText, StreamValue } from '../../core/workflow.ts'
import { toJsonLine } from '../to-json.ts'

const lineEnd = '}\n'
const beforeValue = viewOf(Buffer.from(',"value":'))
const longestOffset = 20
/** Fewer bytes are copied as fast here: to call what copies many costs as much. */
const fewBytes = 100

/** Makes lines as `toStreamValueJson` has them, of values of one stream: bytes, in memory that the next ones take again. */
export function createStreamLines({
  workflowId,
  key,
}: Pick<StreamValue, 'workflowId' | 'key'>): (values: readonly StreamText[]) => Buffer {
  const head = `${toJsonLine({ workflowId, key }).slice(0, -1)},"offset":`
  /** The end of the line before, which the first one has not, and all that is the same in each line. */
  const between = Buffer.from(lineEnd + head)
  const frameLength = between.length + longestOffset + beforeValue.byteLength
  let memory: Buffer = Buffer.alloc(0)
  let to = viewOf(memory)
  let source = memory
  let from = to
  return (values) => {
    let most = lineEnd.length
    for (const { start, end } of values) most += frameLength + end - start
    if (most > memory.length) {
      memory = Buffer.allocUnsafeSlow(most)
      to = viewOf(memory)
    }
    let at = 0
    for (const { offset, bytes, start, end } of values) {
      if (bytes !== source) {
        source = bytes
        from = viewOf(bytes)
      }
      memory.set(between, at)
      at = writeNumber(offset, memory, at + between.length)
      at = copyFew(beforeValue, 0, beforeValue.byteLength, to, at)
      if (end - start <= fewBytes) at = copyFew(from, start, end, to, at)
      else {
        memory.set(bytes.subarray(start, end), at)
        at += end - start
      }
    }
    if (at > 0) at += memory.write(lineEnd, at)
    return memory.subarray(Math.min(at, lineEnd.length), at)
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/** Four at a time, and then one. Returns where they end. */
function copyFew(from: DataView, start: number, end: number, to: DataView, at: number): number {
  const shift = at - start
  let index = start
  for (; index <= end - 4; index += 4) to.setInt32(index + shift, from.getInt32(index))
  for (; index < end; index++) to.setUint8(index + shift, from.getUint8(index))
  return end + shift
}

const zero = '0'.charCodeAt(0)

/** Of a whole number that is not negative. Returns where it ends. */
function writeNumber(number: number, bytes: Buffer, at: number): number {
  let length = 1
  for (let power = 10; power <= number; power *= 10) length++
  let rest = number
  for (let index = at + length - 1; index >= at; index--) {
    bytes[index] = zero + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return at + length
}
