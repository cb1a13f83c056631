/** What somebody may have stored: text that acts on a terminal, hides, reorders, or is wider than it is long. */
export const hostileTexts: readonly string[] = [
  '\x1b[2J\x1b[1;1Howned',
  '\x1b]0;title\x07',
  '\u009b31mred',
  'over\rwritten',
  'two\nlines',
  'tab\tbed',
  'bell\x07back\b\x7f',
  'user\u202etxt.exe',
  'ze\u200bro',
  '\u034f',
  '日本語テキスト',
  '👩‍👩‍👧👍🏽🇫🇷',
  'z\u0351\u0310\u0333a\u0301lgo',
  '::error::a line that a CI runner would obey',
  '--yes',
  '$(touch /tmp/owned)',
  '',
  ' ',
]

/** Much of that at once. */
export const hostileMix = '\x1b[2J$(id)\u202e\u034f\n::error::--yes 👩‍👩‍👧語'
