// Renders formulas as MathML, which needs neither fonts nor style sheets. Without scripts their TeX stays.
// KaTeX has no labels, and other names for some environments.
const known = tex => tex
  .replace(/\\label\{[^{}]*\}/g, '')
  .replace(/\\(begin|end)\{multline(\*?)\}/g, '\\$1{gather$2}')
  .replace(/\\begin\{eqnarray\*?\}/g, '\\begin{array}{rcl}')
  .replace(/\\end\{eqnarray\*?\}/g, '\\end{array}')
  .replace(/\\(begin|end)\{(displaymath|math)\}/g, '');
for (const formula of document.querySelectorAll('.math')) {
  const tex = formula.textContent.trim().replace(/^\\[([]/, '').replace(/\\[)\]]$/, '');
  const displayMode = formula.matches('div, .display');
  katex.render(known(tex), formula, { displayMode, output: 'mathml', throwOnError: false, strict: 'ignore', trust: false });
}
