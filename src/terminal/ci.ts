/** What the usual CI systems set in the environment of a job; most of them set `CI` too. */
const markers = ['GITHUB_ACTIONS', 'GITLAB_CI', 'BUILDKITE', 'JENKINS_URL', 'TEAMCITY_VERSION', 'TF_BUILD']

export function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  const { CI: ci } = env
  if (ci !== undefined) return !['', '0', 'false'].includes(ci)
  return markers.some((marker) => Boolean(env[marker]))
}
