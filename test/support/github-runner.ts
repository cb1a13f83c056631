/** What GitHub's runner takes from the log of a step: see ActionCommandManager in actions/runner. */
export function createRunner() {
  const commands: string[] = []
  let stopToken: string | undefined
  const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
  return {
    commands,
    read: (log: string): void => {
      for (const line of log.split(/\r\n|\r|\n/)) {
        // It compares by the rules of a culture, which pass over what cannot be seen.
        const seen = line.replaceAll(ignorable, '').trim()
        if (stopToken !== undefined) {
          if (seen === `::${stopToken}::`) stopToken = undefined
          continue
        }
        const [, stopped] = /^::stop-commands::(.+)$/.exec(seen) ?? []
        if (stopped !== undefined) stopToken = stopped
        else if (seen.startsWith('::') || seen.includes('##[')) commands.push(line)
      }
    },
  }
}
