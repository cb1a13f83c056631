import { execFileSync } from 'node:child_process'

const end = '\u0001end'

/**
 * Each line as a real shell takes it: the argument lists that `drover` is called with there, in order. Anything else that it
 * would run is listed as `ran: …`. One process for all of them.
 */
export function typeIntoShell(lines: readonly string[], shell = 'bash'): readonly (readonly string[])[][] {
  const script = [
    'PATH=/nowhere',
    `drover() { printf '%s\\0' "$#" "$@"; }`,
    `npm() { :; }; npx() { :; }; psql() { :; }; touch() { printf '%s\\0' 1 "ran: touch"; }`,
    ...(shell === 'bash' ? [`command_not_found_handle() { printf '%s\\0' 1 "ran: $1"; }`] : []),
    ...lines.map((line) => `${line}\nprintf '%s\\0' '${end}'`),
    '',
  ].join('\n')
  const output = execFileSync(shell, ['-s'], {
    input: script,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const fields = output.split('\0').slice(0, -1)
  const calls: (readonly string[])[][] = [[]]
  for (let at = 0; at < fields.length; ) {
    const field = fields[at++]
    if (field === end) calls.push([])
    else {
      const last = at + Number(field)
      calls.at(-1)?.push(fields.slice(at, last))
      at = last
    }
  }
  return calls.slice(0, -1)
}
