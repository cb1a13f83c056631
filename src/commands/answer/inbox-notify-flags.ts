import { CliError } from '../../core/errors.ts'
import { parseWebUrl } from '../../core/links/public-url.ts'
import { command } from '../../core/words/command-line.ts'
import type { NotifyFlags } from '../../http/notify/notifier.ts'

/** Refused before anything connects. */
export function checkNotifyFlags({
  watch,
  links,
  notify = [],
  exec = [],
}: NotifyFlags & { readonly watch: boolean; readonly links: boolean }): void {
  for (const url of notify) parseWebUrl(url, '--notify')
  const [flag] = [...(notify.length > 0 ? ['--notify'] : []), ...(exec.length > 0 ? ['--exec'] : [])]
  if (flag !== undefined && !watch) {
    throw new CliError('usage', `${flag} needs --watch: it tells what comes.`, {
      hint: command('inbox', [], { '--watch': true, [flag]: notify[0] ?? exec[0] }),
    })
  }
  if (links && watch) {
    throw new CliError('usage', '--links cannot be used with --watch.', {
      hint: command('inbox', [], { '--links': true, '--as': 'NAME' }),
    })
  }
}
