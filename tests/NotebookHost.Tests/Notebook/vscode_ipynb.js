// What VS Code's extension "ipynb" makes of a notebook file between opening and saving it, with one edit in between: written after extensions/ipynb/src of microsoft/vscode.
(text, edits) => {
  const editorsName = language => language.length === 2 && language.endsWith('#') ? language[0] + 'sharp' : language;
  const joined = value => Array.isArray(value)
    ? value.map((line, i) => i < value.length - 1 && !line.endsWith('\n') ? line + '\n' : line).join('')
    : value;
  const split = value => value.split('\n').map((line, i, all) => i < all.length - 1 ? line + '\n' : line).filter(line => line.length > 0);
  const sorted = value => Array.isArray(value) ? value.map(sorted)
    : value !== null && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
    : value;
  const stored = (type, value) => type.startsWith('text/') || type === 'image/svg+xml' ? split(joined(value))
    : type.startsWith('image/') ? btoa(atob(value))
    : value;

  const notebook = JSON.parse(text);
  const named = notebook.metadata.language_info?.name;
  const opened = editorsName((named || notebook.metadata.kernelspec?.language).toLowerCase());
  const languageOf = cell => cell.metadata.vscode?.languageId || opened;
  const preferred = named ?? languageOf(notebook.cells.find(cell => cell.cell_type === 'code'));
  for (const cell of notebook.cells) {
    const source = edits.reduce((all, [from, to]) => all.replace(from, to), joined(cell.source));
    cell.source = split(source.replace(/\r\n/g, '\n'));
    if (cell.cell_type !== 'code') continue;
    const language = languageOf(cell);
    delete cell.metadata.vscode;
    if (language !== preferred) cell.metadata.vscode = { languageId: language };
    for (const output of cell.outputs) {
      if (output.output_type === 'stream') output.text = split(joined(output.text));
      for (const type of Object.keys(output.data ?? {})) output.data[type] = stored(type, output.data[type]);
    }
  }
  const indent = /^\{\n([ \t]+)"/.exec(text)?.[1] ?? ' ';
  return JSON.stringify(sorted(notebook), undefined, indent) + '\n';
}
