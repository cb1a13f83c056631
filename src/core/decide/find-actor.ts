import { CliError } from '../errors.ts'
import type { Actor } from './decision.ts'

const ciActorVariables = [
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'BUILDKITE_BUILD_CREATOR',
  'CIRCLE_USERNAME',
  'BITBUCKET_STEP_TRIGGERER_UUID',
  'BUILD_REQUESTEDFOR',
]

/** Who decides. In CI somebody must be named: throws `no-actor`. */
export function findActor(
  claimed: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  userAndHost: () => string,
  isCI: boolean,
): Actor {
  if (claimed) return { name: claimed, source: '--as' }
  const variable = ['DROVER_ACTOR', ...ciActorVariables].find((name) => env[name])
  if (variable) return { name: env[variable] ?? '', source: variable }
  if (isCI) {
    throw new CliError('no-actor', 'No actor is given, and this runs in CI.', {
      hint: 'add --as NAME, or set DROVER_ACTOR',
    })
  }
  return { name: userAndHost(), source: 'operating system' }
}
