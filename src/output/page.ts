import { harmless } from './clean.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as HTML takes it, in an element and in a quoted attribute alike, whatever it holds. */
export const escapeHtml = (text: string): string => harmless(text).replace(/[&<>"']/g, sign => ENTITIES[sign] ?? sign)

/**
 * One self-contained page: no script, nothing loaded, light and dark, fit for paper.
 * @param body HTML, with every text in it escaped already
 */
export const htmlPage = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #23272e; --soft: #626a75; --line: #e3e0d8; --code: #f3f1eb; --accent: #0b6e5f; --open: #9a5b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16191d; --card: #1d2126; --ink: #e6e3dc; --soft: #9aa3ad; --line: #31363d; --code: #14171a; --accent: #5cc7b2; --open: #e5ac5b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 3rem 1.25rem 0; max-width: 50rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; counter-reset: ticked;
}
h1 { margin: 0; font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1.15rem; line-height: 1.3; overflow-wrap: anywhere; }
p { margin: .4rem 0 0; overflow-wrap: anywhere; }
code, pre { font: .84rem/1.5 ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
var { color: var(--open); font-style: normal; }
a { color: var(--accent); overflow-wrap: anywhere; }
.over, .soft, .id { color: var(--soft); }
.over { margin: 0 0 .35rem; font-size: .85rem; }
.soft { font-size: .93rem; }
.id { display: block; margin-bottom: .2rem; }
.mark { color: var(--open); font-size: .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; margin: 1.75rem 0 2.25rem; border-top: 1px solid var(--line); font-size: .93rem; }
dt, dd { margin: 0; padding: .4rem 0; border-bottom: 1px solid var(--line); }
dt { padding-right: 1.5rem; color: var(--soft); }
dd { overflow-wrap: anywhere; }
.steps { margin: 0; padding: 0; list-style: none; }
.steps > li { position: relative; margin: 0 0 1rem; padding: 1.15rem 1.25rem 1.25rem 3.6rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
.number { position: absolute; left: 1.1rem; top: 1.1rem; width: 1.65rem; height: 1.65rem; border: 1.5px solid var(--accent); border-radius: 50%; color: var(--accent); font-size: .8rem; font-weight: 600; line-height: 1.5rem; text-align: center; }
.boxes { margin: .85rem 0 0; padding: 0; list-style: none; }
.boxes > li + li { margin-top: .8rem; }
label { display: flex; gap: .6rem; align-items: baseline; cursor: pointer; overflow-wrap: anywhere; }
input { flex: none; width: 1.05rem; height: 1.05rem; margin: 0; accent-color: var(--accent); transform: translateY(.15rem); }
input:checked { counter-increment: ticked; }
input:checked + span { color: var(--soft); text-decoration: line-through; text-decoration-thickness: 1px; }
pre { margin: .35rem 0 0 1.65rem; padding: .5rem .7rem; border-radius: .4rem; background: var(--code); white-space: pre-wrap; overflow-wrap: anywhere; }
pre.wire { border-left: 3px solid var(--line); border-radius: 0; background: none; color: var(--soft); padding-block: .1rem; }
.person { margin: .3rem 0 0 1.65rem; }
footer { position: sticky; bottom: 0; margin: 2rem -1.25rem 0; padding: .7rem 1.25rem; border-top: 1px solid var(--line); background: var(--paper); color: var(--soft); font-size: .88rem; }
footer b::before { content: counter(ticked); }
@media (max-width: 32rem) {
  dl { grid-template-columns: 1fr; }
  dt { padding-bottom: 0; border: 0; }
  dd { padding-top: 0; }
  .steps > li { padding: 1rem; }
  .number { position: static; display: inline-block; margin-bottom: .4rem; }
  pre, .person { margin-left: 0; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #fff; --accent: #000; --open: #000; }
  @page { margin: 16mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .steps > li { padding-block: .7rem; border-width: 0 0 1px; border-radius: 0; }
  .number { top: .7rem; }
  .boxes > li, dl, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
  pre { border: 1px solid var(--line); }
  footer { display: none; }
}
`
