/** The look of every page: light and dark, from 360 px on. */
export const styles = `
:root{--ink:#16202a;--faint:#55626f;--paper:#fbfbfa;--card:#fff;--line:#d5dae0;--link:#0b57a4;--good:#146c2e;--bad:#a5231a;--warn:#7a5200;--focus:#0b57a4}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf0;--faint:#a3afbb;--paper:#12171c;--card:#1a2128;--line:#39434d;--link:#8cc2ff;--good:#7fd08f;--bad:#ff9a8f;--warn:#efc26b;--focus:#8cc2ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between;padding:.25rem 1rem;border-bottom:1px solid var(--line)}
header a,header .brand{display:inline-flex;align-items:center;min-height:44px;margin-right:1rem}
.brand{font-weight:700;color:inherit;text-decoration:none}
.where,.faint{color:var(--faint);font-size:.875rem}
main{max-width:46rem;margin:0 auto;padding:1rem}
a{color:var(--link)}
h1{font-size:1.375rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1rem;margin:1.5rem 0 .25rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}
ul.list{list-style:none;margin:0;padding:0}
ul.list li{border-top:1px solid var(--line)}
ul.list a{display:block;padding:.75rem 0;min-height:44px;text-decoration:none}
ul.list a:hover strong,ul.list a:focus strong{text-decoration:underline}
ul.list strong{display:block;color:var(--ink)}
table{width:100%;border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line)}
.card tr:first-child>*{border-top:0}
th{font-weight:400;color:var(--faint);width:12rem}
label{display:block;margin:.75rem 0 .25rem}
input,textarea{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--faint);border-radius:6px;padding:.5rem;min-height:44px}
::placeholder{color:var(--faint);opacity:1}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1rem}
button{font:inherit;font-weight:600;min-height:48px;padding:0 1.5rem;border-radius:6px;border:2px solid;background:var(--card);cursor:pointer;flex:1 1 8rem}
.approve{color:var(--good)}.reject{color:var(--bad)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.notice{white-space:pre-wrap;border-left:4px solid;padding:.25rem .75rem;margin:1rem 0}
pre{white-space:pre-wrap;margin:0;font:.875rem/1.4 ui-monospace,monospace}
ol.stages{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;list-style:none;padding:0;margin:.5rem 0}
ol.stages li::before{content:"○ " / ""}ol.stages li.done::before{content:"● " / ""}
progress{width:100%;height:.75rem}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header a[aria-current]{color:var(--ink)}
h1,td,pre,input,textarea{unicode-bidi:plaintext}strong,span{unicode-bidi:isolate}
main:focus,h1:focus{outline:none}
@media (max-width:30rem){th,td{display:block;width:auto;padding:.25rem 0}td{border-top:0;padding-top:0}}
`
