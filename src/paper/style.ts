/**
 * How a page looks: a calm record, black on white, that prints on A4 and on Letter alike. The page size is left to the
 * printer; margins are wide enough to punch and to write a note in.
 */
export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
body { margin: 0; color: #111; background: #fff; }
main { max-width: 48rem; margin: 0 auto; padding: 3.5rem 2rem 5rem; }
h1, h2, h3 { line-height: 1.25; margin: 2.2em 0 .6em; }
h1 { font-size: 1.75rem; font-weight: 650; margin-top: 0; padding-bottom: .5rem; border-bottom: 2px solid #111; }
h2 { font-size: 1.2rem; font-weight: 650; }
h3 { font-size: 1rem; font-weight: 650; margin-top: 1.8em; }
p, ul, ol, table, pre, aside { margin: 0 0 1em; }
p, li, td, th, h1, h2, h3 { overflow-wrap: anywhere; white-space: pre-wrap; }
ul, ol { padding-left: 1.5em; }
li { margin-bottom: .3em; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em;
  font-variant-ligatures: none; }
code, .long { overflow-wrap: anywhere; }
pre { padding: .8em 1em; border: 1px solid #bbb; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { font-size: 1em; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; padding: .4em .75em .4em 0; }
td:last-child, th:last-child { padding-right: 0; }
.facts th { width: 22%; font-weight: 400; color: #444; }
.facts tr { border-bottom: 1px solid #ddd; }
.facts tr:first-child { border-top: 1px solid #ddd; }
.grid thead th { font-size: .875em; font-weight: 650; border-bottom: 1.5px solid #111; vertical-align: bottom; }
.grid tbody tr { border-bottom: 1px solid #ddd; }
aside { padding: .8em 1em; border: 1px solid #111; }
aside.warning { border-left-width: 6px; }
aside.note { border-color: #888; }
aside p { margin: 0; }
aside b { margin-right: .4em; }
blockquote { margin: .4em 0; padding: .5em .8em; border-left: 5px solid #111; background: #f1f1f1; font-size: 1.08em; }
blockquote p { margin: 0; }
.sheet { border: 1px solid #111; margin-bottom: 1.2em; }
.sheet th, .sheet td { border: 1px solid #555; padding: .4em .5em; }
.sheet th { font-size: .875em; background: #eee; }
.sheet td > * { margin-bottom: .5em; }
.sheet td > *:last-child { margin-bottom: 0; }
.boxes { display: flex; flex-wrap: wrap; gap: .3em .8em; align-items: center; margin: .4em 0; }
.boxes i { display: inline-block; width: 1.35em; height: 1.9em; border: 1px solid #111; margin-right: 2px; vertical-align: middle; }
.writing { margin: .4em 0; }
.writing hr { border: 0; border-bottom: 1px solid #111; margin: 1.7em 0 .3em; }
figure { margin: 0 0 1em; }
figure svg { width: 34mm; height: 34mm; display: block; }
figcaption { font-size: .875em; }
.break + * { break-before: page; margin-top: 0; }
@media screen { .break { height: 0; border-top: 1px dashed #999; margin: 3rem 0; } }
@page { margin: 22mm 20mm 24mm 25mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; } }
@media print {
  html { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1, h2, h3, p:has(+ table), p:has(+ pre) { break-after: avoid; }
  thead { display: table-header-group; }
  tr, li, aside { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
  .facts th { color: #111; }
}
`.trimStart()

/** Stays in view on a screen, and stands at the top of every page that is printed. */
export const rehearsalStyle = `
.rehearsal { position: fixed; top: 0; left: 0; right: 0; z-index: 1; padding: .3em; text-align: center; font-weight: 700; letter-spacing: .5em;
  color: #fff; background: #a40000; print-color-adjust: exact; }
@media print { .rehearsal { padding: 0; color: #a40000; background: none; } main { padding-top: 2em; } }
`.trimStart()

/** What a page that checks itself has at its top, and where something in it was touched. */
export const checkedStyle = `
#check { max-width: 48rem; margin: 0 auto; padding: 1.2rem 2rem .4rem; border-top: .6rem solid #777; font-size: .9375rem; }
#check.whole { border-top-color: #0a6b2d; }
#check.broken { border-top-color: #c00; }
#check p { margin-bottom: .6em; }
#check .verdict { font-size: 1.25rem; font-weight: 650; }
#check.whole .verdict { color: #0a6b2d; }
#check.broken .verdict, #check .bad { color: #c00; }
#check ul { padding-left: 1.2em; }
#check li { margin-bottom: .15em; }
.touched { outline: 2px solid #c00; outline-offset: 2px; background: #ffe9e9; }
.mark { color: #c00; }
main { padding-top: 1.5rem; }
@media print { #check { max-width: none; padding: .4rem 0; } .touched { outline-width: 1.5pt; } }
`.trimStart()
