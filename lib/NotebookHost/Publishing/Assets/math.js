// Renders formulas as MathML, which needs neither fonts nor style sheets. Without scripts their TeX stays.
// What one formula defines those after it know.
const macros = {
  '\\DeclareMathOperator': '\\@ifstar\\declareoperatorwithlimits\\declareoperator',
  '\\declareoperator': '\\def#1{\\operatorname{#2}}',
  '\\declareoperatorwithlimits': '\\def#1{\\operatorname*{#2}}',
};
// KaTeX has no labels, and other names for some environments; for it a new command must be new, a renewed one old.
const known = tex => tex
  .replace(/\\(?:re)?newcommand\*?\s*(\{\s*\\[A-Za-z]+\s*\}|\\[A-Za-z]+)/g, '\\providecommand$1{}\\renewcommand$1')
  .replace(/\\label\{[^{}]*\}/g, '')
  .replace(/\\(begin|end)\{multline(\*?)\}/g, '\\$1{gather$2}')
  .replace(/\\begin\{eqnarray\*?\}/g, '\\begin{array}{rcl}')
  .replace(/\\end\{eqnarray\*?\}/g, '\\end{array}')
  .replace(/\\(begin|end)\{(displaymath|math)\}/g, '');
for (const formula of document.querySelectorAll('.math')) {
  const tex = formula.textContent.trim().replace(/^\\[([]/, '').replace(/\\[)\]]$/, '');
  const displayMode = formula.matches('div, .display');
  katex.render(known(tex), formula, { displayMode, output: 'mathml', throwOnError: false, strict: 'ignore', trust: false, macros, globalGroup: true });
  if (formula.querySelector('semantics > mrow:empty')) formula.remove(); // only definitions
}
