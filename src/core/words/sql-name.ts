/** The name of a role, a schema or a table as it stands in a statement to type: quoted where it must be. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
