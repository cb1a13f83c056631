/** The whole lines of a text that comes in pieces, as many at a time as a piece ends. The last one needs no end. */
export async function* toLines(pieces: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const piece of pieces) {
    const end = piece.lastIndexOf('\n')
    if (end < 0) {
      rest += piece
      continue
    }
    const whole = rest + piece.slice(0, end)
    rest = piece.slice(end + 1)
    yield whole.split('\n')
  }
  if (rest !== '') yield [rest]
}
